"""Statistics of many images: measures, agreement, scores by chance, the claims' tests, and what the gallery asks."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.records import Box, ImageRecord
from explain.building.build_report import peak_memory
from explain.building.derived import derived_tables
from explain.building.processes import cores
from explain.building.tables import ReadImage, images_table, map_tables
from explain.statistics.skill import skill_table
from explain.store.manifest import DatasetInfo
from explain.store.selection import Selection
from explain.store.table_files import kinds_in, read_rows
from explain.store.whole_files import TableWriter
from tests.benchmarks.measuring import Section, Settings, run_part

SIZES = (102, 1_000, 10_000)
SEED = 5
GRIDS = {"resnet": 7, "xception": 10}
METHODS = ("gradcam", "fem")


def run(settings: Settings) -> Section:
    """Run every size once, in a process of its own, because a process's peak memory never falls."""
    del settings
    values: dict[str, Any] = {}
    for size in SIZES:
        command = [sys.executable, "-m", "tests.benchmarks.tables", "--one", str(size)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        values[f"{size} images"] = json.loads(done.stdout.splitlines()[-1])
    return Section(
        "tables",
        "Statistics",
        "Seeded maps of two networks (7 x 7 and 10 x 10) by two methods, a box for every image; seconds of one run, "
        "imports not counted; as many processes as the machine has cores, from 1,024 images on. The whole is all "
        "statistics that a build makes of them.",
        (),
        values,
    )


def one(size: int) -> dict[str, float]:
    """Make and measure the statistics of so many images."""
    rng = np.random.default_rng(SEED)
    ids = [f"image_{number:05d}" for number in range(size)]
    records = [_record(image, f"class_{number % 2}", rng) for number, image in enumerate(ids)]
    read = [ReadImage("ok", 640, 480)] * size
    saliency = {
        (model, method): np.maximum(rng.normal(0.2, 1, (size, side, side)), 0).astype(np.float32)
        for model, side in GRIDS.items()
        for method in METHODS
    }
    predictions = pd.DataFrame(
        [(record.image, record.label, model, rng.random()) for model in GRIDS for record in records],
        columns=["image", "label", "model", "probability"],
    ).assign(predicted="none")
    predictions["right"] = (predictions["probability"] > 0.1).astype("boolean")
    found: dict[str, float] = {"MiB_before": peak_memory() / 2**20}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        found[name] = time.perf_counter() - started
        return result

    chance = TableWriter("chance")
    maps = timed(
        "metrics_agreement_chance_s",
        lambda: map_tables(records, read, {}, saliency, by_chance=chance.write, processes=cores()),
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / chance.finish(Path(folder), maps.chance)

        def skill() -> None:
            for metric in kinds_in(file, ("metric",))["metric"]:
                skill_table(maps.metrics, read_rows(file, where={"metric": (metric,)}))

        timed("skill_s", skill)
    selection = Selection({name: name for name in GRIDS}, {name: name for name in METHODS})
    studied = DatasetInfo("made", "Made", "", (), {}, "", size, study="reference_report")
    tables = {
        "images": images_table(records, read), "predictions": predictions, "metrics": maps.metrics,
        "agreement": maps.agreement,
    }  # fmt: skip
    timed("claims_and_gallery_s", lambda: derived_tables(tables, selection, studied, ()))
    found["whole_s"] = sum(value for name, value in found.items() if name.endswith("_s"))
    found["peak_MiB"] = peak_memory() / 2**20
    found["peak_MiB_of_another_process"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
    return found


def _record(image: str, label: str, rng: np.random.Generator) -> ImageRecord:
    x, y = rng.uniform(0, 300, 2)
    box = Box(x, y, x + rng.uniform(50, 300), y + rng.uniform(50, 180))
    return ImageRecord(image, label, None, Path(f"{image}.jpg"), f"{label}/{image}.jpg", "", (box,))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(int(sys.argv[2]))))
    else:
        run_part(run)
