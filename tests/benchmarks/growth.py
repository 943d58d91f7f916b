"""Growth: the same images again and again, as seeded crops, through builds, statistics and the gallery."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.build_steps import IMAGES
from tests.benchmarks.growth_size import LEAST_SHARE, SEED
from tests.benchmarks.measuring import Figure, Section, Settings, run_part
from tests.benchmarks.page_latency import LATER

PLOT = Path("build") / "growth.svg"


def run(settings: Settings) -> Section:
    """Run every size in processes of its own, because a process's peak memory never falls."""
    by_size: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        for size in settings.sizes:
            folder = Path(settings.keep or name) / str(size)
            folder.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "tests.benchmarks.growth_size", json.dumps(asdict(settings)), str(size)]
            for part in ("build", "use"):
                done = subprocess.run([*command, str(folder), part], check=True, stdout=subprocess.PIPE, text=True)
                by_size.setdefault(str(size), {}).update(json.loads(done.stdout.splitlines()[-1]))
            if not settings.keep:
                shutil.rmtree(folder)
    for found in by_size.values():
        found["over_bare_passes"] = found["steady_ms"] / sum(found["bare_ms"].values())
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
        f"compiled networks alone on up to {IMAGES} of the same images, with TensorFlow's own threads, in a process of "
        "their own right after the build. Pages: seconds of the processor for the first visit after the server's start "
        f"and the median of {LATER} later ones, by Streamlit's test harness, without a browser.",
        tuple(_gallery(int(size), found["page_runs_s"]) for size, found in by_size.items()),
        _builds(by_size) | _uses(by_size) | {"by_size": by_size},
    )


def _gallery(size: int, runs: list[float]) -> Figure:
    low, median, high = np.quantile(np.asarray(runs[1:]) * 1e3, [0.25, 0.5, 0.75])
    return Figure(f"gallery of {size} images", "ms", float(median), float(low), float(high), len(runs) - 1, size,
                  runs[0] * 1e3)  # fmt: skip


def _builds(by_size: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Say of each size what its build took, with the share of each step."""
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
            "files": found["files"],
        }
        for size, found in by_size.items()
    }
    for size, found in by_size.items():
        count = int(size)
        values[f"{size} images: ms of the clock, step by step"] = {
            step: 1e3 * seconds / count for step, seconds in found["seconds_of_step"].items()
        }
        values[f"{size} images: ms of processor time, each step by itself"] = found["processor_ms"]
        values[f"{size} images: ms per image, tenth by tenth of the build"] = _numbered(found["ms_by_tenth"])
        values[f"{size} images: MiB of memory at the end of each tenth"] = _numbered(found["MiB_by_tenth"])
    return values


def _numbered(values: list[float]) -> dict[str, float]:
    return {f"{place}.": value for place, value in enumerate(values, 1)}


def _uses(by_size: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Say what is done with a store of each size, and every page of it: what takes how long, size by size."""
    values: dict[str, Any] = {}
    for size, found in by_size.items():
        for what, seconds in found["seconds"].items():
            values.setdefault(f"{what}, s", {})[f"{size} images"] = seconds
    for size, found in by_size.items():
        for page, visits in found["pages"].items():
            for name, key in (("first", "first_work"), ("later", "later_work")):
                values.setdefault(f"{page}, {name} visit, s", {})[f"{size} images"] = visits[key]
    return values


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
    run_part(run)
