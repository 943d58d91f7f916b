"""What the steps of a build cost, each by itself, beside the bare forward passes of the same images."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from data import Dataset
from explain.building.engines.batch import explain_batch
from explain.building.engines.preparing import read_record
from explain.explainers.registry import DEFAULT_METHODS
from explain.models.evidence import NetworkEvidence
from explain.models.network import load_network
from explain.models.preprocessing import resize_image
from explain.models.specification import ModelSpec
from explain.store.half_floats import as_half
from explain.store.layout import ARRAYS, MAP_ARRAY, MAPS
from explain.store.pictures import Pictures, PictureWriter, encode_pictures
from explain.store.writing import ArrayWriter

IMAGES = 256
"""Images of the dataset that the steps are measured on, evenly drawn."""
TURNS = 3


def cost_of_steps(dataset: Dataset, specs: list[ModelSpec], batch_size: int) -> dict[str, dict[str, float]]:
    """Measure every step by itself.

    Parameters
    ----------
    dataset : Dataset
        Its images can all be read.
    specs : list of ModelSpec

    Returns
    -------
    dict
        ``bare_ms``: of the compiled forward passes, on the clock, per image, by network, the median of some turns.
        ``processor_ms``: of every step, in processor time per image, the least of some turns: what else the machine
        does meanwhile makes it dearer.
    """
    records = dataset.records[:: max(1, len(dataset.records) // IMAGES)][:IMAGES]
    bare: dict[str, float] = {}
    spent: dict[str, float] = {}

    def measured(step: str, work: Callable[[], Any]) -> Any:
        runs = []
        for _ in range(TURNS):
            started = time.process_time()
            result = work()
            runs.append(time.process_time() - started)
        spent[step] = spent.get(step, 0) + 1e3 * min(runs) / len(records)
        return result

    images = measured("reading and decoding", lambda: [read_record(record) for record in records])
    pictures = measured("pictures", lambda: [encode_pictures(image, None) for image in images])
    measured("writing pictures", lambda: _write_pictures(pictures))
    sizes = {spec.input_size for spec in specs}
    pixels = {size: measured("resizing", lambda size=size: _resized(images, size)) for size in sizes}
    for spec in specs:
        network, mine = load_network(spec), pixels[spec.input_size]
        parts = [slice(start, start + batch_size) for start in range(0, len(mine), batch_size)]
        prepared = [network.preprocess(mine[part]) for part in parts]

        def forward(network: Any = network, prepared: Any = prepared) -> None:
            for images in prepared:
                network.predict(images)

        def explained(network: Any = network, mine: Any = mine, parts: Any = parts) -> list[Any]:
            return [
                explain_batch(
                    NetworkEvidence(network, mine[part], batch_size=batch_size), [0] * len(mine[part]), DEFAULT_METHODS
                )
                for part in parts
            ]

        forward()  # compiles
        clock = []
        for _ in range(TURNS):
            started = time.perf_counter()
            forward()
            clock.append(time.perf_counter() - started)
        bare[spec.title] = 1e3 * float(np.median(clock)) / len(records)
        before = spent.get("forward passes", 0)
        measured("forward passes", forward)
        made = measured("all of a network's pass", explained)
        of_pass = spent["forward passes"] - before
        whole = spent.pop("all of a network's pass")
        spent["scaling, rounding and maps"] = spent.get("scaling, rounding and maps", 0) + whole - of_pass
        measured("arrays", lambda made=made, parts=parts: _write_arrays(made, parts))
    return {"bare_ms": bare, "processor_ms": spent}


def _resized(images: list[Any], size: Any) -> np.ndarray:
    return np.stack([resize_image(image, size) for image in images])


def _write_pictures(pictures: list[Pictures]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        PictureWriter(Path(folder), range(len(pictures))).take(range(len(pictures)), dict(enumerate(pictures)))


def _write_arrays(made: list[Any], parts: list[slice]) -> None:
    """Write what the networks gave as a build does, into a folder that is removed."""
    rows = sum(len(each.logits) for each in made)
    with tempfile.TemporaryDirectory() as folder:
        arrays = ArrayWriter(Path(folder) / "model", ARRAYS, rows, ("activations",))
        maps = {name: ArrayWriter(Path(folder) / name, MAPS, rows) for name in DEFAULT_METHODS}
        for each, part in zip(made, parts, strict=True):
            there = list(range(part.start, part.start + len(each.logits)))
            pooled = each.activations.mean(axis=(1, 2), dtype=np.float32)
            arrays.write(there, {"activations": as_half(each.activations), "logits": each.logits, "pooled": pooled})
            for name, writer in maps.items():
                writer.write(there, {MAP_ARRAY: each.maps[name]})
        for writer in (arrays, *maps.values()):
            writer.finish()
