"""Timing things side by side, and saying what they were timed on."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

LIBRARIES = ("tensorflow", "keras", "numpy", "pandas", "pillow", "zarr", "streamlit")


@dataclass(frozen=True)
class Settings:
    """What every part is told.

    Attributes
    ----------
    dataset : str
    models : str or None
    images : int
        Images of a comparison; slow peers take fewer and say how many.
    repeats : int
        Runs of each contestant after its first.
    batch_size : int
    sizes : tuple of int
        Images of the growth part.
    keep : str or None
        Folder where the growth part leaves its crops and stores, and finds those of an earlier run; else they go.
    """

    dataset: str = "demo"
    models: str | None = None
    images: int = 32
    repeats: int = 7
    batch_size: int = 16
    sizes: tuple[int, ...] = (102, 1000)
    keep: str | None = None


@dataclass(frozen=True)
class Figure:
    """A measured quantity: the first run apart, then median and quartiles of the others."""

    name: str
    unit: str
    median: float
    low: float
    high: float
    runs: int
    images: int | None = None
    cold: float | None = None


@dataclass(frozen=True)
class Section:
    """One part's outcome.

    Attributes
    ----------
    part, title, explanation : str
    figures : tuple of Figure
    values : dict
        Ratios, differences and counts that belong to the figures, by name.
    measured_on : dict
        Machine, versions and load, as they were.
    """

    part: str
    title: str
    explanation: str
    figures: tuple[Figure, ...]
    values: dict[str, Any]
    measured_on: dict[str, Any] = field(default_factory=lambda: machine())


def race(contestants: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Time contestants in turns, so that what disturbs the machine disturbs all of them.

    Parameters
    ----------
    contestants : mapping of str to callable
    repeats : int

    Returns
    -------
    dict of str to list of float
        Seconds of each run; the first one is cold.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(repeats + 1):
        for name, work in contestants.items():
            started = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def figure(name: str, seconds: Sequence[float], *, images: int | None = None, unit: str = "ms") -> Figure:
    """Sum up the runs of one contestant.

    Parameters
    ----------
    name : str
    seconds : sequence of float
        The first run is cold.
    images : int, optional
        Divides by that many.
    unit : {"ms", "s"}

    Returns
    -------
    Figure
    """
    scale = (1e3 if unit == "ms" else 1.0) / (images or 1)
    runs = np.asarray(seconds) * scale
    low, median, high = np.quantile(runs[1:], [0.25, 0.5, 0.75])
    each = f"{unit} per image" if images else unit
    return Figure(name, each, float(median), float(low), float(high), len(runs) - 1, images, float(runs[0]))


def ratio(slow: Sequence[float], fast: Sequence[float]) -> dict[str, float]:
    """Compare two contestants turn by turn.

    Parameters
    ----------
    slow, fast : sequence of float
        Seconds of the same turns; the first, cold one does not count.

    Returns
    -------
    dict
        Median and quartiles of the ratios.
    """
    low, median, high = np.quantile(np.asarray(slow[1:]) / np.asarray(fast[1:]), [0.25, 0.5, 0.75])
    return {"median": float(median), "low": float(low), "high": float(high)}


def compare_maps(ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """Compare two stacks of maps of one shape.

    Parameters
    ----------
    ours, theirs : ndarray, shape (n, h, w)
        Each map is divided by its own maximum first, because peers normalise differently.

    Returns
    -------
    dict
        Largest absolute difference, and the mean of the maps' Pearson correlations; maps that are flat in either
        have none and are counted.
    """
    first, second = (maps / np.maximum(maps.max(axis=(1, 2), keepdims=True), 1e-12) for maps in (ours, theirs))
    pairs = [(a.ravel(), b.ravel()) for a, b in zip(first, second, strict=True)]
    varied = [(a, b) for a, b in pairs if a.std() > 0 and b.std() > 0]
    return {
        "images": len(pairs),
        "largest_difference": float(np.abs(first - second).max()),
        "mean_pearson": float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in varied])) if varied else float("nan"),
        "flat": len(pairs) - len(varied),
    }


def machine() -> dict[str, Any]:
    """Say what is measured on: processor, cores, memory, load, Python and libraries."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions(LIBRARIES),
    }


def versions(names: Sequence[str]) -> dict[str, str]:
    """Give the versions of what is installed among some libraries."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def run_part(part: Callable[[Settings], Section]) -> None:
    """Run a part as its own program: settings as JSON in the first argument, the section's file in the second."""
    settings = Settings(**json.loads(sys.argv[1])) if len(sys.argv) > 1 else Settings()
    measured_on = machine()
    section = asdict(part(settings)) | {"measured_on": measured_on, "settings": asdict(settings)}
    text = json.dumps(section, indent=1)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(text, encoding="utf-8")
    else:
        print(text)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
