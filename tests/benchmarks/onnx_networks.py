"""Networks in ONNX beside what they were exported from: how far apart maps are, and how long an image takes.

    python -m tests.benchmarks.onnx_networks keras --models models.toml --dataset imagenet
    python -m tests.benchmarks.onnx_networks peer FOLDER/resnet18

The first exports the Keras networks of a table by tf2onnx into a folder that is thrown away. The second takes what
peers/onnx_peer.py left: a network exported by PyTorch, and pytorch-grad-cam's maps of it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from data import open_dataset
from explain.building.engines.preparing import read_record
from explain.explainers.contract import UnavailableError
from explain.explainers.registry import EXPLAINERS
from explain.models.evidence import NetworkEvidence
from explain.models.inspection import inspect_network
from explain.models.loading import load_model
from explain.models.network import Network, import_keras, load_network
from explain.models.preprocessing import resize_image, rows_and_columns
from explain.models.specification import ModelSpec, load_specifications

DIFFERENT_FORMULAS = ("fem", "gradcampp", "eigencam")
"""Where pytorch-grad-cam's formula is another one, or has the other sign: docs/explainers.md."""


def exported(spec: ModelSpec, folder: Path) -> ModelSpec:
    """Export a Keras network by tf2onnx, and say what inspection finds of it."""
    model = load_model(import_keras(), spec)
    model(np.zeros((1, *rows_and_columns(spec.input_size), 3), np.float32))  # export wants a called model
    file = folder / f"{spec.name}.onnx"
    model.export(file, format="onnx", verbose=False)
    found = inspect_network(file).choices
    layers = {key: str(found[key]) for key in ("feature_layer", "head_layer")}
    return replace(spec, name=f"{spec.name}-onnx", application=None, file=file, **layers)


def apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Give the largest difference as a share of the largest value."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def print_differences(one: NetworkEvidence, other: NetworkEvidence, classes: list[int]) -> None:
    """Compare what two networks give of the same images, map by map."""
    print(
        f"  feature maps {apart(one.activations, other.activations):.1e}, logits {apart(one.logits, other.logits):.1e}"
    )
    for name, method in EXPLAINERS.items():
        try:
            ours = method.explain(one, classes)
        except UnavailableError as error:
            print(f"  {name}: {error}")
            continue
        print(f"  {name}: {apart(ours, method.explain(other, classes)):.1e}")


def seconds_per_image(
    networks: dict[str, Network], pixels: np.ndarray, batch: int, rounds: int
) -> dict[str, list[float]]:
    """Time forward passes in turn, so that all share what else the machine does; the first round is left out."""
    found: dict[str, list[float]] = {name: [] for name in networks}
    for number in range(rounds + 1):
        for name, network in networks.items():
            started = time.perf_counter()
            for start in range(0, len(pixels), batch):
                network.forward(pixels[start : start + batch])
            if number:
                found[name].append((time.perf_counter() - started) / len(pixels))
    return found


def of_keras(arguments: argparse.Namespace) -> None:
    """Export, compare and time."""
    dataset = open_dataset(arguments.dataset)
    step = max(1, len(dataset.records) // arguments.images)
    records = dataset.records[::step][: arguments.images]
    with tempfile.TemporaryDirectory() as folder:
        for spec in load_specifications(arguments.models):
            pixels = np.stack([resize_image(read_record(record), spec.input_size) for record in records])
            classes = [spec.class_index(record.label, record.synset) or 0 for record in records]
            networks = {
                "TensorFlow": load_network(spec),
                "the same converted (--runtime onnxruntime)": load_network(replace(spec, runtime="onnxruntime")),
                "its .onnx file": load_network(exported(spec, Path(folder))),
            }
            print(f"{spec.title}, {len(records)} images, largest differences from Keras as shares of the largest value")
            compared = (networks["its .onnx file"], networks["TensorFlow"])
            print_differences(*(NetworkEvidence(each, pixels, precision="float32") for each in compared), classes)
            load = os.getloadavg()[0]
            for name, seconds in seconds_per_image(networks, pixels, arguments.batch, arguments.rounds).items():
                low, median, high = np.percentile(seconds, [25, 50, 75])
                print(f"  {name}: {1000 * median:.1f} ms per image, quartiles {1000 * low:.1f} to {1000 * high:.1f}")
            print(f"  load before {load:.1f}, after {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


def of_peer(arguments: argparse.Namespace) -> None:
    """Compare with what pytorch-grad-cam found."""
    peer = dict(np.load(arguments.stem.with_suffix(".npz"), allow_pickle=False))
    found = inspect_network(arguments.stem.with_suffix(".onnx")).choices
    names = tuple(f"class {number}" for number in range(peer["logits"].shape[1]))
    spec = ModelSpec(
        "peer", "Peer", None, Path(found["file"]), found["input_size"], "torch", found["feature_layer"],
        found["head_layer"], names,
    )  # fmt: skip
    evidence = NetworkEvidence(load_network(spec), peer["pixels"], precision="float32")
    for name in ("activations", "logits"):
        print(f"{name}: {apart(getattr(evidence, name), peer[name]):.1e}")
    for name, method in EXPLAINERS.items():
        if name in peer and name not in DIFFERENT_FORMULAS:
            ours = method.explain(evidence, peer["classes"].tolist())
            print(f"{name}: {apart(ours, np.maximum(peer[name], 0)):.1e}")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways = parser.add_subparsers(required=True)
    keras = ways.add_parser("keras")
    keras.add_argument("--models")
    keras.add_argument("--dataset", default="demo")
    keras.add_argument("--images", type=int, default=16)
    keras.add_argument("--batch", type=int, default=16)
    keras.add_argument("--rounds", type=int, default=5)
    keras.set_defaults(work=of_keras)
    peer = ways.add_parser("peer")
    peer.add_argument("stem", type=Path)
    peer.set_defaults(work=of_peer)
    arguments = parser.parse_args()
    arguments.work(arguments)


if __name__ == "__main__":
    main()
