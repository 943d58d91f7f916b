"""What the explanations add to the networks' bare ``predict``, and what moving a slider costs.

Run by ``make bench``: everything is measured in one process on the same images, and only ratios are compared.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import decode_image, open_dataset
from explain.build import build
from explain.build_report import peak_memory
from explain.live import live_saliency
from explain.network import load_network
from explain.preprocessing import resize_image
from explain.saliency import fem, grad_cam
from explain.specification import load_specifications
from explain.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 5
BATCH = 16


def seconds(work: Callable[[], object]) -> float:
    """Time some work: the median of five runs after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def explanation_cost(dataset: Any, specs: Any) -> dict[str, float]:
    """Compare the forward pass with both maps to two references over the same images.

    Keras' ``predict`` costs something per call beside the network, so that more work than it does can take less time:
    what the maps themselves add is the ratio to the forward pass alone.
    """
    bare = forward = explained = 0.0
    whole_batches = len(dataset.records) // BATCH * BATCH
    images = [decode_image(record.path) for record in dataset.records[:whole_batches]]
    for spec in specs:
        network = load_network(spec)
        pixels = np.stack([resize_image(image, spec.input_size) for image in images])
        model = network._model

        def run_forward(network: Any = network, pixels: Any = pixels) -> None:
            for start in range(0, len(pixels), BATCH):
                network.forward(pixels[start : start + BATCH])

        def explain(network: Any = network, pixels: Any = pixels) -> None:
            for start in range(0, len(pixels), BATCH):
                result = network.forward(pixels[start : start + BATCH])
                grad_cam(result.activations, network.head.kernel[:, 0])
                fem(result.activations)

        prepared = network.preprocess(pixels)
        bare += seconds(lambda m=model, x=prepared: m.predict(x, batch_size=BATCH, verbose=0))
        forward += seconds(run_forward)
        explained += seconds(explain)
    count = len(images)
    return {
        "bare_predict_ms_per_image": 1e3 * bare / count,
        "four_maps_ms_per_image": 1e3 * explained / count,
        "forward_alone_ms_per_image": 1e3 * forward / count,
        "ratio_to_predict": explained / bare,
        "ratio_to_forward_alone": explained / forward,
    }


def main() -> None:
    """Measure, and write ``build/bench.json``."""
    name = os.environ.get("DATASET", "demo")
    models = os.environ.get("MODELS") or None
    dataset, specs = open_dataset(name), load_specifications(models)
    found: dict[str, Any] = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    found["explanations"] = explanation_cost(dataset, specs)
    with tempfile.TemporaryDirectory() as folder:
        report = build(dataset, specs, Path(folder), batch_size=BATCH)
        found["build"] = report.as_json() | {"store": "", "failures": {}}
        command = [sys.executable, "-m", "explain", "build", "--dataset", name, "--cache", folder, "--json"]
        started = time.perf_counter()
        subprocess.run([*command, *(["--models", models] if models else [])], check=True, capture_output=True)
        found["build_with_nothing_to_do_s"] = time.perf_counter() - started
        store = open_store(report.store)
        image = store.table("images")["image"].iloc[0]
        other = store.models[0].classes[-1]

        def four_maps() -> None:
            for model in store.models:
                live_saliency(store, image, model.name, "fem", k=1.7)
                live_saliency(store, image, model.name, "gradcam", target=other if other in model.classes else None)

        found["slider_move_four_maps_ms"] = 1e3 * seconds(four_maps)
    found["peak_memory_bytes"] = peak_memory()
    out = Path("build") / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=1))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
