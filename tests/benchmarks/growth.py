"""Growth: the same images again and again, as seeded crops, through builds, statistics and the gallery."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data import decode_image, open_dataset
from explain.building.build import build
from explain.building.build_report import peak_memory
from explain.building.processes import cores
from explain.models.specification import load_specifications
from tests.benchmarks.build_steps import IMAGES, cost_of_steps
from tests.benchmarks.measuring import Figure, Section, Settings, run_part
from tests.benchmarks.startup import page, store_size

SEED = 20
LEAST_SHARE = 0.7
"""A crop keeps at least so much of each side."""

PLOT = Path("build") / "growth.svg"


def run(settings: Settings) -> Section:
    """Run every size in a process of its own, because a process's peak memory never falls."""
    by_size: dict[str, dict[str, float]] = {}
    for size in settings.sizes:
        command = [sys.executable, "-m", "tests.benchmarks.growth", json.dumps(asdict(settings)), "--one", str(size)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        by_size[str(size)] = json.loads(done.stdout.splitlines()[-1])
    figures = []
    for size, found in by_size.items():
        runs = found["page_runs_s"]
        low, median, high = np.quantile(np.asarray(runs[1:]) * 1e3, [0.25, 0.5, 0.75])
        figures.append(
            Figure(f"gallery of {size} images", "ms", float(median), float(low), float(high), len(runs) - 1,
                   int(size), runs[0] * 1e3)
        )  # fmt: skip
    values: dict[str, Any] = {
        f"{size} images": {
            "ms_per_image": 1e3 * found["build_s"] / int(size),
            "ms_of_these_in_networks": 1e3 * found["networks_s"] / int(size),
            "ms_of_these_in_tables": 1e3 * found["tables_s"] / int(size),
            "ms_of_bare_passes": sum(found["bare_ms"].values()),
            "ms_once_running_without_tables": found["steady_ms"],
            "that_over_bare_passes": found["over_bare_passes"],
            "peak_MiB": found["peak_bytes"] / 2**20,
            "store_KiB_per_image": found["store_bytes"] / int(size) / 1024,
        }
        for size, found in by_size.items()
    }
    for size, found in by_size.items():
        count = int(size)
        values[f"{size} images: ms of the clock, step by step"] = {
            step: 1e3 * seconds / count for step, seconds in found["seconds_of_step"].items()
        }
        values[f"{size} images: ms of processor time, each step by itself"] = found["processor_ms"]
    try:
        plot(by_size, PLOT)
    except ModuleNotFoundError as error:  # hours of building are worth more than their drawing
        print(f"{PLOT} is not drawn: {error.name} is missing; run: pip install '.[bench]'", file=sys.stderr)
    return Section(
        "growth",
        "Growth",
        f"The dataset repeated as crops (seed {SEED}, at least {LEAST_SHARE:.0%} of each side), built once into an "
        "empty store; a build of each size is one run, start of TensorFlow included, so small sizes cost more per "
        "image. Once running: from the first batch, which compiles the networks, to the last. Bare passes: the "
        f"compiled networks alone on up to {IMAGES} of the same images, in the same process, right after the build.",
        tuple(figures),
        values | {"by_size": by_size},
    )


def repeat_dataset(source: str, size: int, root: Path) -> None:
    """Write a dataset of so many seeded crops, class by class, without masks.

    Parameters
    ----------
    source : str
        Name or folder of a dataset.
    size : int
    root : Path
    """
    random = np.random.default_rng(SEED)
    records = open_dataset(source).records
    for number in range(size):
        record = records[number % len(records)]
        image = decode_image(record.path)
        width, height = (int(side * random.uniform(LEAST_SHARE, 1)) for side in image.size)
        left, top = (int(random.integers(0, whole - part + 1))
                     for whole, part in zip(image.size, (width, height), strict=True))  # fmt: skip
        folder = root / record.label
        folder.mkdir(parents=True, exist_ok=True)
        crop = image.crop((left, top, left + width, top + height))
        crop.save(folder / f"{record.image}_{number:06d}.jpg", quality=90)


def one(settings: Settings, size: int) -> dict[str, Any]:
    """Build and open one size."""
    with tempfile.TemporaryDirectory() as name:
        root, cache = Path(name) / "growth", Path(name) / "cache"
        repeat_dataset(settings.dataset, size, root)
        reached: dict[str, float] = {}
        batches: list[tuple[int, float]] = []

        def progress(what: str, done: int, total: int) -> None:
            reached.setdefault(f"{what} {done == total}", time.perf_counter())
            if what == "Images":
                batches.append((done, time.perf_counter()))

        dataset = open_dataset(str(root))
        specs = load_specifications(settings.models)
        started = time.perf_counter()
        report = build(
            dataset,
            specs,
            cache,
            batch_size=settings.batch_size,
            cores=cores(),
            progress=progress,
        )
        ended, peak = time.perf_counter(), peak_memory()
        steps = cost_of_steps(dataset, specs, settings.batch_size)
        (first, since), (last, until) = batches[0], batches[-1]
        steady = 1e3 * (until - since) / (last - first)
        whole, activations = store_size(report.store)
        visit, runs = page(cache), []
        for _ in range(settings.repeats + 1):
            before = time.perf_counter()
            visit()
            runs.append(time.perf_counter() - before)
        return {
            "build_s": ended - started,
            "seconds_of_step": report.seconds_of_step,
            "steady_ms": steady,
            "over_bare_passes": steady / sum(steps["bare_ms"].values()),
            **steps,
            "networks_s": sum(report.seconds_of_model.values()),
            "tables_s": ended - reached.get("Images True", ended),
            "peak_bytes": peak,
            "store_bytes": whole,
            "store_bytes_without_activations": whole - activations,
            "files": sum(len(files) for _, _, files in os.walk(report.store)),
            "page_runs_s": runs,
        }


def plot(by_size: dict[str, dict[str, Any]], path: Path) -> None:
    """Draw time per image, peak memory and page latency over the number of images.

    Parameters
    ----------
    by_size : dict
    path : Path
        An SVG file.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as Drawing

    mpl.rcParams["svg.hashsalt"] = "growth"
    sizes = [int(size) for size in by_size]
    found = list(by_size.values())
    curves = {
        "build, ms per image": [1e3 * f["build_s"] / n for f, n in zip(found, sizes, strict=True)],
        "peak memory, MiB": [f["peak_bytes"] / 2**20 for f in found],
        "gallery, ms": [1e3 * float(np.median(f["page_runs_s"][1:])) for f in found],
    }
    drawing = Drawing(figsize=(9, 2.8), layout="constrained")
    for axes, (title, values) in zip(drawing.subplots(1, 3), curves.items(), strict=True):
        axes.plot(sizes, values, marker="o")
        axes.set(title=title, xlabel="images", xscale="log", ylim=(0, 1.15 * max(values)))
    path.parent.mkdir(exist_ok=True)
    drawing.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(json.dumps(one(Settings(**json.loads(sys.argv[1])), int(sys.argv[-1]))))
    else:
        run_part(run)
