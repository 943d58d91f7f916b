"""How close an evaluation comes to the bare throughput: the same batches, made ready beforehand or on the way.

Both are measured in turns in one process, so that what else the machine does falls on both.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import decode_image, open_dataset
from explain.faithfulness import DEFAULT_STEPS
from explain.faithfulness.chunks import Chunks
from explain.faithfulness.probes import Probes, probabilities_of
from explain.network import load_network
from explain.preprocessing import resize_image
from explain.specification import load_specifications

if TYPE_CHECKING:
    from collections.abc import Iterator

TURNS = 7
IMAGES = 4
BATCH = 16
GRID = 7


def throughput(dataset: Any, spec: Any, folder: Path) -> dict[str, float]:
    """Measure images per second: bare predict, and everything that evaluates some images, results on disk."""
    network, probes = load_network(spec), Probes(DEFAULT_STEPS)
    rng = np.random.default_rng(0)
    records = dataset.records[:IMAGES]
    maps = [{method: rng.random((GRID, GRID)) for method in probes.methods} for _ in records]
    chunks = Chunks(folder / spec.name, {"probabilities": (probes.count,)})
    count = len(records) * probes.count

    def questions() -> Iterator[tuple[Any, int]]:
        for record, saliency in zip(records, maps, strict=True):
            image = network.preprocess(resize_image(decode_image(record.path), spec.input_size)[None])[0]
            for perturbed in probes.images(image, saliency):
                yield perturbed, 0

    ready = np.stack([image.copy() for image, _ in itertools.islice(questions(), BATCH)])

    def bare() -> None:
        for _ in range(-(-count // BATCH)):
            network.predict(ready)

    def evaluated() -> None:
        found = np.fromiter(probabilities_of(network.predict, questions(), BATCH), float, count)
        chunks.write(list(range(len(records))), {"probabilities": found.reshape(len(records), -1)})

    network.predict(ready)
    times: dict[str, list[float]] = {"bare": [], "evaluated": []}
    for _, (name, work) in itertools.product(range(TURNS), (("bare", bare), ("evaluated", evaluated))):
        started = time.perf_counter()
        work()
        times[name].append(time.perf_counter() - started)
    shares = [one / other for one, other in zip(times["bare"], times["evaluated"], strict=True)]
    return {
        "bare_images_per_second": count / statistics.median(times["bare"]),
        "evaluated_images_per_second": count / statistics.median(times["evaluated"]),
        "share_of_bare_throughput": statistics.median(shares),
    }


def main() -> None:
    """Measure, and write ``build/bench_evaluate.json``."""
    dataset = open_dataset(os.environ.get("DATASET", "demo"))
    specs = load_specifications(os.environ.get("MODELS") or None)
    with tempfile.TemporaryDirectory() as folder:
        found = {spec.name: throughput(dataset, spec, Path(folder)) for spec in specs}
    out = Path("build") / "bench_evaluate.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"cores": os.cpu_count(), "batch": BATCH, **found}, indent=1))
    print(out.read_text())


if __name__ == "__main__":
    main()
