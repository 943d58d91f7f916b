"""Start-up and reading: what a person waits for before and between computations, and what a store weighs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data import open_dataset
from explain.building.build import build
from explain.models.specification import load_specifications
from explain.store import open_store
from explain.store.evidence import explain_stored
from explain.store.layout import CACHE_VARIABLE
from tests.benchmarks.measuring import Section, Settings, figure, race, run_part

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
APP_TIMEOUT = 120


def run(settings: Settings) -> Section:
    """Build a store in a temporary folder, then start, open and read it."""
    dataset, specs = open_dataset(settings.dataset), load_specifications(settings.models)
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        report = build(dataset, specs, cache, batch_size=settings.batch_size)
        arguments = ["-m", "explain", "build", "--dataset", settings.dataset, "--cache", name]
        if settings.models:
            arguments += ["--models", settings.models]
        started = {
            "`python -c pass`, to be subtracted": _program(["-c", "pass"]),
            "`import explain`": _program(["-c", "import explain"]),
            "a build with nothing to do": _program(arguments),
        }
        seconds = race(started, settings.repeats)
        seconds |= race(_reading(report.store), settings.repeats)
        seconds |= race(_pages(cache), settings.repeats)
        figures = tuple(figure(what, runs) for what, runs in seconds.items())
        count = len(dataset.records)
        whole, activations = store_size(report.store)
    values: dict[str, Any] = {
        "images in the store": count,
        "KiB per image with activations": whole / count / 1024,
        "KiB per image without": (whole - activations) / count / 1024,
    }
    return Section(
        "startup",
        "Start-up, reading and size",
        "Programs are started anew each time; their first start reads from disk what later ones find in memory. Pages "
        "are run by Streamlit's own test harness in one process, without a browser: the first run imports.",
        figures,
        values,
    )


def store_size(store: Path) -> tuple[int, int]:
    """Weigh a store.

    Parameters
    ----------
    store : Path

    Returns
    -------
    (int, int)
        Bytes of all files, and of the activations among them.
    """
    sizes = {file: file.stat().st_size for file in store.rglob("*") if file.is_file()}
    return sum(sizes.values()), sum(size for file, size in sizes.items() if "activations" in file.parts)


def page(cache: Path) -> Callable[[], None]:
    """Make a visit of the gallery, by Streamlit's test harness.

    Parameters
    ----------
    cache : Path
        Folder of stores; the gallery shows the only one, or the demo set's.

    Returns
    -------
    callable
    """
    os.environ[CACHE_VARIABLE] = str(cache)

    def visit() -> None:
        from streamlit.testing.v1 import AppTest

        app = AppTest.from_file(str(APP), default_timeout=APP_TIMEOUT)
        app.run()
        if app.exception or not app.main:
            raise RuntimeError(f"the page failed: {[error.message for error in app.exception]}")

    return visit


def _program(arguments: list[str]) -> Callable[[], None]:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True) and None


def _reading(path: Path) -> dict[str, Callable[[], Any]]:
    store = open_store(path)
    image = str(store.table("images")["image"].iloc[0])
    first, other = store.models[0], store.models[0].classes[-1]

    def four_maps() -> None:
        for model in store.models:
            explain_stored(store, image, model.name, "fem", parameters={"k": 1.7})
            explain_stored(store, image, model.name, "gradcam", target=other if other in model.classes else None)

    def read_one() -> None:
        fresh = open_store(path)
        fresh.photograph(image)
        fresh.saliency(first.name, "gradcam", image)

    return {
        "open a store": lambda: open_store(path),
        "open it and read one image's photograph and map": read_one,
        "four live maps (another class, another K)": four_maps,
    }


def _pages(cache: Path) -> dict[str, Callable[[], None]]:
    return {"the gallery's page": page(cache)}


if __name__ == "__main__":
    run_part(run)
