"""The training images: photographs by source, and renderings with their masks, held in memory as uint8."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from explain.compact.architectures import CLASSES
from explain.models.preprocessing import resize_image

ELEPHANT, BEAR, OTHER = range(len(CLASSES))
# Brown bears are learnt as black bears: black bears of the brown colour phase exist, and of earlier networks those that
# learnt them so did better on validation images than with brown bears left out, or as `other`.
BROWN_BEAR = "brown_bear"
TARGETS = {
    "elephant": ELEPHANT,
    "black_bear": BEAR,
    "other": OTHER,
    BROWN_BEAR: BEAR,
    "African_elephant": ELEPHANT,
    "American_black_bear": BEAR,
}
# A collection whose manifest proposes a split is split so. Of the other, sources are held out whole, because one
# source holds near-duplicates of a scene. Collections borrow from each other all the same: a copy of a training image
# tests nothing, so that it is trained on.
VALIDATION_SOURCES = ("MachineLearning2020/Homework2-Caltech101", "mtitenko5/bear-classifier-project")
# Renderings have no source but a seed: one in six is held out.
VALIDATION_RENDERING_EVERY = 6
# Bits in which two difference hashes of 16 x 16 may differ. Of the photographs held out by source, 25 lie within
# 11 bits of a training image of their own collection, each an elephant; the next lies 48 away.
COPY_BITS = 25


@dataclass(frozen=True)
class Photograph:
    """One training image.

    Attributes
    ----------
    path
        The file the pixels came from.
    group
        Folder name: which animal, and whether photographed (lower case) or rendered.
    target
        Index into `CLASSES`.
    validation
        Whether the image is kept from training.
    pixels
        uint8 RGB of shape (h, w, 3).
    mask
        For renderings, bool of shape (h, w): where the animal is visible. Otherwise None.
    """

    path: Path
    group: str
    target: int
    validation: bool
    pixels: np.ndarray
    mask: np.ndarray | None = None


def load_photographs(photos: Sequence[Path], renderings: Path) -> list[Photograph]:
    """Read every training image into memory, in the order of the manifests.

    Parameters
    ----------
    photos
        Folders with ``sources.csv`` (columns ``file``, ``label``, ``repo``, perhaps ``split_hint``: "train" or
        "val") and the files it names.
    renderings
        Folder with ``manifest.csv`` (columns ``path``, ``label``, ``seed``); beside each ``NAME.jpg`` lies
        ``NAME.mask.png``, zero where no animal is.

    Returns
    -------
    list of Photograph
        Photographs first, then renderings.

    Raises
    ------
    FileNotFoundError
        If one of the folders has no manifest.
    """
    found: list[Photograph] = []
    by_source = []
    for folder in photos:
        for row in _rows(folder / "sources.csv"):
            path, split = folder / row["file"], row.get("split_hint")
            held_out = split == "val" if split else row["repo"] in VALIDATION_SOURCES
            if held_out and not split:
                by_source.append(len(found))
            found.append(Photograph(path, row["label"], TARGETS[row["label"]], held_out, _pixels(path)))
    trained_on = difference_hashes([p.pixels for p in found if not p.validation])
    for i in by_source:
        if is_copy(found[i].pixels, trained_on):
            found[i] = replace(found[i], validation=False)
    for row in _rows(renderings / "manifest.csv"):
        path = renderings / row["path"]
        held_out = int(row["seed"]) % VALIDATION_RENDERING_EVERY == 0
        mask = np.asarray(Image.open(path.with_suffix(".mask.png"))) > 0
        found.append(Photograph(path, row["label"], TARGETS[row["label"]], held_out, _pixels(path), mask))
    return found


def counts(photographs: Sequence[Photograph]) -> dict[str, tuple[int, int]]:
    """Count for each group the images that are learnt from and those that are kept for validation."""
    kept = [(p.group, p.validation) for p in photographs]
    return {group: (kept.count((group, False)), kept.count((group, True))) for group in TARGETS}


def is_copy(pixels: np.ndarray, hashes: np.ndarray) -> bool:
    """Tell whether an image, or its mirror image, looks like one of those that the hashes are of.

    Parameters
    ----------
    pixels
        uint8 RGB (h, w, 3).
    hashes
        bool (n, 256), from `difference_hashes`.

    Returns
    -------
    bool
    """
    ways = difference_hashes([pixels, pixels[:, ::-1]])
    return bool(len(hashes)) and int((ways[:, None] != hashes).sum(2).min()) <= COPY_BITS


def difference_hashes(images: Sequence[np.ndarray]) -> np.ndarray:
    """Return for each image, shrunk to 17 x 16 in grey, where it grows lighter to the right: bool (n, 256)."""
    small = [
        np.asarray(Image.fromarray(image).convert("L").resize((17, 16), Image.Resampling.BOX), np.int16)
        for image in images
    ]
    return np.array([(np.diff(image, axis=1) > 0).ravel() for image in small]).reshape(-1, 256)


def squashed(images: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Resize whole images to a square, as the networks see them in use.

    Parameters
    ----------
    images
        uint8 RGB arrays of shape (h, w, 3), of any sizes.
    size
        Side of the result in pixels.

    Returns
    -------
    numpy.ndarray
        float32 of shape (n, size, size, 3) in [-1, 1]: Pillow's bilinear resize, then ``x / 127.5 - 1``.
    """
    resized = [resize_image(Image.fromarray(image), size) for image in images]
    return np.stack(resized).astype(np.float32) / 127.5 - 1


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _rows(manifest: Path) -> list[dict[str, str]]:
    if not manifest.is_file():
        raise FileNotFoundError(f"The training data lacks {manifest}; give the folder that holds it as an option.")
    with manifest.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
