"""Fixtures that several test folders share: a dataset of a few demo images, and a store built from it, once per run."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from filelock import FileLock

from data import open_dataset
from data.datasets import DEMO_FOLDER
from explain.models.network import ONEDNN_VARIABLE, onednn

os.environ.setdefault(ONEDNN_VARIABLE, onednn())  # before a test imports Keras by itself
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 0)):  # together they take the processors there are
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))

CHOSEN = {
    "African_elephant": ("elephant_000", "elephant_002", "elephant_004"),
    "American_black_bear": ("bear_000", "bear_003", "bear_004"),
}


@pytest.hookimpl(trylast=True)  # when every test has its marks
def pytest_collection_modifyitems(items):
    """Put files in the order in which processes side by side wait for each other least.

    The demo's store takes a minute to build: one file begins with it, and the others that need it come after those that
    do not. Files of quick tests are last, so that no process ends long after the others.
    """

    def of(wanted):
        return list(dict.fromkeys(item.path for item in items if wanted(item)))

    demo = of(lambda item: "demo_store" in item.fixturenames)
    slow = of(lambda item: item.get_closest_marker("slow") or item.get_closest_marker("browser"))
    turns = {
        path: turn
        for turn, path in enumerate(dict.fromkeys([*demo[:1], *(path for path in slow if path not in demo), *demo]))
    }
    items.sort(key=lambda item: turns.get(item.path, len(turns)))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Give a function that fills a folder of a given name, once for all processes of a run: the others wait for it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name, fill):
        folder, filled = shared / name, shared / f"{name}.filled"
        with FileLock(shared / f"{name}.lock"):
            if not filled.exists():
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def few_images(made_once) -> Path:
    """Make a dataset folder of six demo images with their masks, boxes, and one file that is no image."""

    def fill(root):
        lines = (DEMO_FOLDER / "manifest.csv").read_text().splitlines()
        kept = [lines[0]]
        for label, stems in CHOSEN.items():
            (root / label).mkdir()
            for stem in stems:
                for ending in (".jpg", ".mask.png"):
                    shutil.copy(DEMO_FOLDER / label / f"{stem}{ending}", root / label)
                kept += [line for line in lines if line.startswith(f"{label}/{stem}.")]
        (root / "American_black_bear" / "zz_broken.jpg").write_bytes(b"this is no picture")
        (root / "manifest.csv").write_text("\n".join(kept) + "\n")
        shutil.copy(DEMO_FOLDER / "parts.json", root)
        said = (DEMO_FOLDER / "dataset.toml").read_text().splitlines()
        (root / "dataset.toml").write_text("\n".join(line for line in said if not line.startswith(("title", "notice"))))

    return made_once("few", fill)


@pytest.fixture(scope="session")
def marked_cache(made_once):
    """Build the demo with the mark, with the network that cheats and an honest one; give the folder of stores."""
    from explain.building.build import build
    from explain.models.specification import load_specifications

    def fill(cache):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EXPLAIN_DATA", str(cache / ".data"))
            dataset = open_dataset("demo-marked")
        build(dataset, load_specifications(",".join(dataset.models)), cache)

    return made_once("marked", fill)


@pytest.fixture(scope="session")
def first_build(made_once):
    """Build the demo's store by the process that a dashboard without one starts; give the cache and what it said last.

    It takes a minute of processor, so that whatever needs the demo's store reads this one, and no test may change it.
    """
    from dashboard.first_store import FirstBuild, Progress

    def fill(folder):
        build, deadline = FirstBuild(str(folder / "cache")), time.monotonic() + 1200
        while not build.progress.ended and time.monotonic() < deadline:
            time.sleep(0.1)
        (folder / "progress.json").write_text(json.dumps(vars(build.progress)))

    folder = made_once("demo", fill)
    return folder / "cache", Progress(**json.loads((folder / "progress.json").read_text()))


@pytest.fixture(scope="session")
def demo_store(first_build):
    """Give the folder of stores that the demo's lies in."""
    cache, progress = first_build
    assert (progress.ended, progress.error) == (True, "")
    return cache


@pytest.fixture(scope="session")
def killed_at_the_second_batch():
    """Give what makes a build end as if killed: the first batch is written, the second is not."""
    from explain.store.writing import ArrayWriter

    written = ArrayWriter.write

    def killed(self, rows, values):
        if rows[0] > 0:
            raise KeyboardInterrupt
        written(self, rows, values)

    return lambda monkeypatch: monkeypatch.setattr(ArrayWriter, "write", killed)


@pytest.fixture(scope="session")
def built(few_images, made_once):
    """Build a store of the few images with the compact networks; give the cache folder and the report.

    No test may change it: others read it at the same time.
    """
    from explain.building.build import build
    from explain.building.build_report import BuildReport
    from explain.models.specification import load_specifications

    def fill(folder):
        report = build(open_dataset(few_images), load_specifications(), folder / "cache", batch_size=4)
        (folder / "report.json").write_text(json.dumps(vars(report), default=str))

    folder = made_once("built", fill)
    said = json.loads((folder / "report.json").read_text())
    return folder / "cache", BuildReport(**(said | {"store": Path(said["store"])}))
