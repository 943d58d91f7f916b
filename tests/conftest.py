"""Fixtures that several test folders share: a dataset of a few demo images, and a store built from it."""

import os
import shutil
from pathlib import Path

import pytest

from data import open_dataset
from data.datasets import DEMO_FOLDER
from explain.models.network import ONEDNN_VARIABLE, onednn

os.environ.setdefault(ONEDNN_VARIABLE, onednn())  # before a test imports Keras by itself

CHOSEN = {
    "African_elephant": ("elephant_000", "elephant_002", "elephant_004"),
    "American_black_bear": ("bear_000", "bear_003", "bear_004"),
}


@pytest.fixture(scope="session")
def few_images(tmp_path_factory) -> Path:
    """Make a dataset folder of six demo images with their masks, boxes, and one file that is no image."""
    root = tmp_path_factory.mktemp("data") / "few"
    lines = (DEMO_FOLDER / "manifest.csv").read_text().splitlines()
    kept = [lines[0]]
    for label, stems in CHOSEN.items():
        (root / label).mkdir(parents=True)
        for stem in stems:
            for ending in (".jpg", ".mask.png"):
                shutil.copy(DEMO_FOLDER / label / f"{stem}{ending}", root / label)
            kept += [line for line in lines if line.startswith(f"{label}/{stem}.")]
    (root / "American_black_bear" / "zz_broken.jpg").write_bytes(b"this is no picture")
    (root / "manifest.csv").write_text("\n".join(kept) + "\n")
    shutil.copy(DEMO_FOLDER / "parts.json", root)
    return root


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
def built(few_images, tmp_path_factory):
    """Build a store of the few images with the compact networks; give the cache folder and the report."""
    from explain.building.build import build
    from explain.models.specification import load_specifications

    cache = tmp_path_factory.mktemp("cache")
    return cache, build(open_dataset(few_images), load_specifications(), cache, batch_size=4)
