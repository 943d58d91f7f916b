"""How a peer is asked and answers; needs NumPy and Keras only, so that it runs in a peer's own environment.

A peer program is called with a folder. It finds there `model.keras` (logits, no softmax), `job.json` and `images.npz`,
and leaves `maps.npz` (raw or upsampled maps by method) and `seconds.json` (seconds of each run by contestant).
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np


def answer(make_methods, package=None):
    """Run a peer.

    Parameters
    ----------
    make_methods : callable
        Takes the loaded model, the path of its file and the job; gives callables by method name, each from images and
        targets to maps of shape (n, h, w).
    package : str, optional
        Whose version is reported.
    """
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text())
    with np.load(folder / "images.npz", allow_pickle=False) as arrays:
        images, targets = arrays["images"], arrays["targets"]

    import keras

    model = keras.saving.load_model(folder / "model.keras", compile=False)
    methods = make_methods(model, folder / "model.keras", job)
    maps = {}

    def run(name, method):
        maps[name] = np.asarray(method(images, targets), np.float32)

    contestants = {"predict": lambda: model.predict(images, batch_size=job["batch_size"], verbose=0)}
    contestants |= {name: lambda n=name, m=method: run(n, m) for name, method in methods.items()}
    seconds = {name: [] for name in contestants}
    for _ in range(job["repeats"] + 1):
        for name, work in contestants.items():
            started = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - started)
    np.savez(folder / "maps.npz", **maps)
    names = ("tensorflow", "keras", *([package] if package else ()))
    report = {"seconds": seconds, "versions": {name: version(name) for name in names}}
    (folder / "seconds.json").write_text(json.dumps(report))
