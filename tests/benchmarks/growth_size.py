"""Growth, one size: seeded crops of a dataset, a build of them into an empty store, and what is done with it after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from data import decode_image, open_dataset
from explain.building.build import build
from explain.building.build_report import peak_memory
from explain.building.processes import cores
from explain.models.specification import load_specifications
from explain.report import write_report
from explain.store import check_store, open_store
from tests.benchmarks.build_steps import cost_of_steps
from tests.benchmarks.measuring import Settings
from tests.benchmarks.startup import page, store_size

SEED = 20
LEAST_SHARE = 0.7
"""A crop keeps at least so much of each side."""
TENTHS = 10
ROOT = Path(__file__).parents[2]


def repeat_dataset(source: str, size: int, root: Path) -> None:
    """Write a dataset of so many seeded crops, class by class, without masks; one that is there already stays.

    Parameters
    ----------
    source : str
        Name or folder of a dataset.
    size : int
    root : Path
    """
    if root.exists():
        return
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


def built(settings: Settings, size: int, folder: Path) -> dict[str, Any]:
    """Build one size; the process is this build's alone, because its peak memory never falls."""
    root, cache = folder / "growth", folder / "cache"
    repeat_dataset(settings.dataset, size, root)
    reached: dict[str, float] = {}
    batches: list[tuple[int, float, int]] = []
    process = psutil.Process()

    def progress(what: str, done: int, total: int) -> None:
        reached.setdefault(f"{what} {done == total}", time.perf_counter())
        if what == "Images":
            batches.append((done, time.perf_counter(), process.memory_info().rss))

    dataset = open_dataset(str(root))
    specs = load_specifications(settings.models)
    started = time.perf_counter()
    report = build(dataset, specs, cache, batch_size=settings.batch_size, cores=cores(), progress=progress)
    ended, peak = time.perf_counter(), peak_memory()
    (first, since, _), (last, until, _) = batches[0], batches[-1]
    whole, activations = store_size(report.store)
    return {
        "build_s": ended - started,
        "seconds_of_step": report.seconds_of_step,
        "steady_ms": 1e3 * (until - since) / (last - first),
        **_by_tenth(batches),
        "networks_s": sum(report.seconds_of_model.values()),
        "tables_s": ended - reached.get("Images True", ended),
        "peak_bytes": peak,
        "store_bytes": whole,
        "store_bytes_without_activations": whole - activations,
        "files": sum(len(files) for _, _, files in os.walk(report.store)),
    }


def _by_tenth(batches: list[tuple[int, float, int]]) -> dict[str, list[float]]:
    """Say of each tenth of the batches what an image took, and how much memory the process held at its end."""
    ends = np.linspace(0, len(batches) - 1, TENTHS + 1).astype(int).tolist()
    spans = [(batches[a], batches[b]) for a, b in pairwise(ends) if b > a]
    return {
        "ms_by_tenth": [1e3 * (to[1] - since[1]) / (to[0] - since[0]) for since, to in spans],
        "MiB_by_tenth": [to[2] / 2**20 for _, to in spans],
    }


def used(settings: Settings, folder: Path) -> dict[str, Any]:
    """Do with a built store what people do with it, and measure its build's steps one by one.

    Steps are measured here, since TensorFlow keeps the threads that a build gave to each of its operations.
    """
    cache = folder / "cache"
    seconds: dict[str, float] = {}

    def timed(what: str, work: Any) -> Any:
        started = time.perf_counter()
        result = work()
        seconds[what] = time.perf_counter() - started
        return result

    dataset = timed("opening the dataset", lambda: open_dataset(str(folder / "growth")))
    specs = load_specifications(settings.models)
    again = timed(
        "a build with nothing to do",
        lambda: build(dataset, specs, cache, batch_size=settings.batch_size, cores=cores()),
    )
    timed("check", lambda: check_store(open_store(again.store)))
    steps = cost_of_steps(dataset, specs, settings.batch_size)
    with tempfile.TemporaryDirectory() as place:
        timed("report", lambda: write_report(open_store(again.store), Path(place) / "report.html"))
    visit, runs = page(cache), []
    for _ in range(settings.repeats + 1):
        started = time.perf_counter()
        visit()
        runs.append(time.perf_counter() - started)
    command = [sys.executable, "-m", "tests.benchmarks.page_latency", str(cache)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return {**steps, "seconds": seconds, "page_runs_s": runs, "pages": json.loads(done.stdout.splitlines()[-1])}


def main() -> None:
    """Build one size in a folder, or use what was built there; print JSON. A store that is there is not built again."""
    settings, size, folder = Settings(**json.loads(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3])
    figures = folder / "build.json"
    if sys.argv[4] == "use":
        print(json.dumps(used(settings, folder)))
        return
    if not figures.exists():
        figures.write_text(json.dumps(built(settings, size, folder)))
    print(figures.read_text())


if __name__ == "__main__":
    main()
