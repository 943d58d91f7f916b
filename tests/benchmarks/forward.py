"""The forward pass itself: other ways to run it on a processor, and how far from its arithmetic limit it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from explain.models.network import load_network
from explain.models.specification import load_specifications
from tests.benchmarks.forward_variant import WITHOUT_ONEDNN
from tests.benchmarks.measuring import Figure, Section, Settings, figure, ratio, run_part
from tests.benchmarks.peering import Peer, environment

BESIDE = {"openvino": Peer("openvino", "OpenVINO", own_environment=False)}
VARIANTS = (
    WITHOUT_ONEDNN, "predict", "xla", "bfloat16", "batch-1", "batch-4", "batch-32",
    "threads-1", f"threads-{2 * (os.cpu_count() or 1)}",
    "openvino", "openvino-bfloat16", "onnxruntime",
)  # fmt: skip
CONVERTED = ("openvino", "onnxruntime")
PEAK_SIDE = 3072
PEAK_RUNS = 7


def run(settings: Settings) -> Section:
    """Race every variant against the pass as builds run it, each pair in a process of its own."""
    specs = load_specifications(settings.models)
    figures: list[Figure] = []
    values: dict[str, Any] = {}
    best: dict[tuple[str, str], float] = {}
    for variant in VARIANTS:
        report = _variant(variant, settings)
        if "error" in report:
            values[f"{variant}: not measured"] = report["error"]
            continue
        for name, found in report["networks"].items():
            images = found["images"]
            figures.append(figure(f"{name}: {variant}", found["seconds"], images=images))
            if "base" in found:
                figures.append(figure(f"{name}: as built, beside {variant}", found["base"], images=images))
                values[f"{name}: {variant} / as built"] = ratio(found["seconds"], found["base"])
                values[f"{name}: {variant}, largest difference of maps"] = found["largest_difference"]
                if variant in CONVERTED:
                    values[f"{name}: {variant}, s to convert"] = found["ready"]
                for way, runs in (("as built", found["base"]), (variant, found["seconds"])):
                    best[name, way] = min(best.get((name, way), np.inf), float(np.median(runs[1:])) / images)
    peak = _peak()
    values["peak, GFLOP/s (best of large float32 products)"] = peak / 1e9
    for spec in specs:
        operations = count_operations(load_network(spec)._model)
        values[f"{spec.name}: GFLOP per image"] = operations / 1e9
        for way in ("as built", "onnxruntime"):
            if (spec.name, way) in best:
                values[f"{spec.name}: share of the peak, {way}"] = operations / best[spec.name, way] / peak
    return Section(
        "forward",
        "The forward pass",
        "Each variant takes turns with the pass as builds run it (a compiled graph, float32, oneDNN's kernels, this "
        "batch size, TensorFlow's own threads); variants that set threads are alone in their process. Differences are "
        "of maps divided by their maximum, Grad-CAM and FEM. Operations are counted layer by layer, two per "
        "multiplication with addition.",
        tuple(figures),
        values,
    )


def count_operations(model: Any) -> int:
    """Count the floating-point operations of convolutions and dense layers, for one image.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    int
        Two per multiplication with addition; everything else in these networks is small beside it.
    """
    import keras

    total = 0
    for layer in model.layers:
        shape = layer.output.shape if hasattr(layer.output, "shape") else ()
        positions = int(np.prod(shape[1:-1]))
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            total += 2 * positions * shape[-1] * int(np.prod(layer.kernel_size))
        elif isinstance(layer, keras.layers.SeparableConv2D):
            incoming = layer.input.shape[-1] * layer.depth_multiplier
            total += 2 * positions * incoming * (int(np.prod(layer.kernel_size)) + layer.filters)
        elif isinstance(layer, keras.layers.Conv2D):
            incoming = layer.input.shape[-1] // layer.groups
            total += 2 * positions * layer.filters * incoming * int(np.prod(layer.kernel_size))
        elif isinstance(layer, keras.layers.Dense):
            total += 2 * int(layer.input.shape[-1]) * layer.units
    return total


def _peak() -> float:
    import tensorflow as tf

    matrix = tf.random.stateless_uniform((PEAK_SIDE, PEAK_SIDE), (0, 1))
    product = tf.function(lambda left: tf.matmul(left, left))
    product(matrix).numpy()
    best = np.inf
    for _ in range(PEAK_RUNS):
        started = time.perf_counter()
        product(matrix).numpy()
        best = min(best, time.perf_counter() - started)
    return 2 * PEAK_SIDE**3 / best


def _variant(variant: str, settings: Settings) -> dict[str, Any]:
    family, _, number = variant.partition("-")
    told = replace(settings, batch_size=int(number)) if family == "batch" else settings
    interpreter, variables = environment(BESIDE[family]) if family in BESIDE else (sys.executable, dict(os.environ))
    variables["PYTHONPATH"] = os.pathsep.join([str(Path.cwd()), variables.get("PYTHONPATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "variant.json"
        command = [interpreter, "-m", "tests.benchmarks.forward_variant", json.dumps(asdict(told)), variant, out]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            return {"error": (done.stderr.strip().splitlines() or ["no message"])[-1][:200]}
        return json.loads(out.read_text())


if __name__ == "__main__":
    run_part(run)
