"""One way to run the forward pass, in turns with the pass as builds run it. A program of :mod:`forward`."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data import decode_image, open_dataset
from explain.explainers.registry import parse_methods
from explain.models.network import ONEDNN_VARIABLE, Network, load_network, onednn
from explain.models.preprocessing import resize_image
from explain.models.runtimes import onnx_pass
from explain.models.specification import ModelSpec, load_specifications
from explain.store.evidence import ArrayEvidence
from tests.benchmarks.measuring import Settings, race

Pass = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From preprocessed images to activations and logits."""


def as_built(network: Network) -> Pass:
    """Give the pass that builds use by default."""
    return network._forward


def _both(network: Network) -> Any:
    import keras

    return keras.Model(network._graph.image, [network._feature_map(network.spec.feature_layer), network._logits])


def compiled(network: Network, **options: Any) -> Pass:
    """Compile the same graph anew with other options."""
    import tensorflow as tf

    both = _both(network)
    function = tf.function(lambda images: both(images, training=False), **options)

    def run(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        activations, logits = function(tf.constant(images))
        return activations.numpy(), logits.numpy()

    return run


def predicted(network: Network) -> Pass:
    """Use Keras' own loop."""
    both = _both(network)
    return lambda images: tuple(both.predict(images, batch_size=len(images), verbose=0))


def bfloat16(network: Network) -> Pass:
    """Compute every layer in bfloat16, with weights kept in float32."""
    import keras
    import tensorflow as tf

    whole = _both(network)

    def lower(layer: Any) -> Any:
        return layer.__class__.from_config(layer.get_config() | {"dtype": "mixed_bfloat16"})

    lowered = keras.models.clone_model(whole, clone_function=lower)
    lowered.set_weights(whole.get_weights())
    function = tf.function(lambda images: [tf.cast(part, tf.float32) for part in lowered(images, training=False)])
    return lambda images: tuple(part.numpy() for part in function(tf.constant(images)))


def openvino(network: Network, precision: str) -> Pass:
    """Run the network in OpenVINO's runtime."""
    import openvino as ov

    with tempfile.TemporaryDirectory() as folder:
        _both(network).export(folder, verbose=False)
        model = ov.convert_model(folder)
        ready = ov.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision})

    def run(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return _sorted(ready(images).values())

    return run


def onnxruntime(network: Network) -> Pass:
    """Run the network as `build --runtime onnxruntime` does."""
    return onnx_pass(_both(network), network.spec)


def _sorted(outputs: Any) -> tuple[np.ndarray, np.ndarray]:
    first, second = (np.asarray(output) for output in outputs)
    return (first, second) if first.ndim == 4 else (second, first)


PASSES: dict[str, Callable[[Network], Pass]] = {
    "predict": predicted,
    "xla": lambda network: compiled(network, jit_compile=True),
    "bfloat16": bfloat16,
    "openvino": lambda network: openvino(network, "f32"),
    "openvino-bfloat16": lambda network: openvino(network, "bf16"),
    "onnxruntime": onnxruntime,
}


WITHOUT_ONEDNN = "without-onednn"


def elsewhere(spec: ModelSpec, parts: list[np.ndarray], setting: str) -> Callable[[], Any]:
    """Give a turn of the pass as built in a process of its own, because TensorFlow reads this setting at its import."""
    told = os.environ.get(ONEDNN_VARIABLE)
    os.environ[ONEDNN_VARIABLE] = setting
    try:
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _load, (spec, parts))
        pool.submit(_turn_there).result()  # the process starts, and reads its environment, here
    finally:
        os.environ.pop(ONEDNN_VARIABLE)
        os.environ |= {ONEDNN_VARIABLE: told} if told is not None else {}
    return lambda: pool.submit(_turn_there).result()


_there: dict[str, Callable[[], Any]] = {}


def _load(spec: ModelSpec, parts: list[np.ndarray]) -> None:
    _there["turn"] = partial(_over, as_built(load_network(spec)), parts)


def _turn_there() -> Any:
    return _there["turn"]()


def main() -> None:
    """Measure one variant on every network of the settings."""
    told, variant, out = json.loads(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    settings = Settings(**told)
    family, _, number = variant.partition("-")
    if family == "threads":
        os.environ.setdefault(ONEDNN_VARIABLE, onednn())  # as load_network does, which imports TensorFlow later
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(int(number))
    records = open_dataset(settings.dataset).records
    whole = max(settings.images // settings.batch_size, 1) * settings.batch_size
    images = [decode_image(record.path) for record in records[:: max(len(records) // whole, 1)][:whole]]
    found: dict[str, Any] = {}
    for spec in load_specifications(settings.models):
        network = load_network(spec)
        prepared = network.preprocess(np.stack([resize_image(image, spec.input_size) for image in images]))
        size = settings.batch_size
        parts = [prepared[start : start + size] for start in range(0, len(prepared), size)]
        base = as_built(network)
        base(parts[0])  # before a variant changes what TensorFlow is told
        turns: dict[str, Callable[[], Any]] = {"base": partial(_over, base, parts)}
        started = time.perf_counter()
        if variant in PASSES:
            turns["seconds"] = partial(_over, PASSES[variant](network), parts)
        elif variant == WITHOUT_ONEDNN:
            turns["seconds"] = elsewhere(spec, parts, "0")
        ready = time.perf_counter() - started
        timed: dict[str, Any] = dict(race(turns, settings.repeats))
        if "seconds" in turns:
            timed["largest_difference"] = _difference(network, *(turn() for turn in turns.values()))
        else:
            timed["seconds"] = timed.pop("base")  # the pass as built, under other settings
        found[spec.name] = {"images": len(prepared), "ready": ready, **timed}
    out.write_text(json.dumps({"networks": found}))


def _over(run: Pass, parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Run all parts, and give what became of the first."""
    first, *_ = [run(part) for part in parts]
    return first


def _difference(network: Network, ours: Any, theirs: Any) -> float:
    """Give the largest difference of any map, of each image's most probable class, on a scale of 0 to 1."""
    classes = ours[1].argmax(axis=1)
    largest = 0.0
    for method in parse_methods(None):
        first, second = (
            method.explain(ArrayEvidence(*found, network.head), classes).astype(np.float64) for found in (ours, theirs)
        )
        scale = np.maximum(first.max(axis=(1, 2), keepdims=True), 1e-12)
        largest = max(largest, float((np.abs(first - second) / scale).max()))
    return largest


if __name__ == "__main__":
    main()
