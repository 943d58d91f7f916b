"""The pictures that are learnt from: a few fixed views of each training image, drawn once and kept on disk.

What a large network says of a whole picture holds for that picture alone, not for a part of it. So that its pooled
features and logits can be taught, the parts are drawn beforehand, and it is asked about each of them. A view is
the whole image, a crop, or a rendered animal cut out by its mask and put before another photograph; that is all
that masks are used for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from explain.compact.camera import LEVELS
from explain.compact.photographs import Photograph

# Side of a view: about the short side of the photographs.
VIEW_SIZE = 224
# Views of each image. Rare groups are drawn more often in training, so that they have more.
VIEWS = {
    "elephant": 6,
    "black_bear": 6,
    "brown_bear": 3,
    "other": 2,
    "African_elephant": 18,
    "American_black_bear": 18,
}
# Of the views of an image with a mask, the share in which the animal stands before another photograph.
NEW_BACKGROUND = 0.5
BACKGROUND_GROUP = "other"
# How often such an animal alone is lightened or darkened: elephants are not always grey, nor bears black.
RETONED = 0.4


@dataclass(frozen=True)
class Views:
    """All views of the training images.

    Attributes
    ----------
    pixels
        uint8 (v, `VIEW_SIZE`, `VIEW_SIZE`, 3), mapped from a file.
    groups
        str (v,): folder name of the image that a view shows.
    targets
        int (v,): index into ``CLASSES``.
    """

    pixels: np.ndarray
    groups: np.ndarray
    targets: np.ndarray


def load_views(photographs: Sequence[Photograph], cache: Path, seed: int = 0) -> Views:
    """Draw the views of the images that are not kept for validation; later calls read them from the cache.

    Parameters
    ----------
    photographs
        All images.
    cache
        Folder for ``views.npy`` (150 kB a view) and ``views.json``.
    seed
        Of the crops and backgrounds.

    Returns
    -------
    Views

    Raises
    ------
    ValueError
        If the cache holds views of other images.
    """
    learnt = [p for p in photographs if not p.validation]
    shown = [i for i, p in enumerate(learnt) for _ in range(VIEWS[p.group])]
    record = {"seed": seed, "views": VIEWS, "images": ["/".join(p.path.parts[-2:]) for p in learnt]}
    stored, noted = cache / "views.npy", cache / "views.json"
    if not stored.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        partial = cache / "views.partial.npy"
        shape = (len(shown), VIEW_SIZE, VIEW_SIZE, 3)
        drawn = np.lib.format.open_memmap(partial, "w+", np.uint8, shape)
        for i, view in enumerate(_drawn(learnt, seed)):
            drawn[i] = view
        drawn.flush()
        noted.write_text(json.dumps(record), encoding="utf-8")
        os.replace(partial, stored)
    if json.loads(noted.read_text(encoding="utf-8")) != record:
        raise ValueError(f"{stored} belongs to other training images; delete it, and views are drawn again.")
    return Views(
        np.load(stored, mmap_mode="r"),
        np.array([learnt[i].group for i in shown]),
        np.array([learnt[i].target for i in shown]),
    )


def _drawn(learnt: Sequence[Photograph], seed: int) -> Iterator[np.ndarray]:
    backgrounds = [p for p in learnt if p.group == BACKGROUND_GROUP]
    for i, photograph in enumerate(learnt):
        rng = np.random.default_rng([seed, i])
        for view in range(VIEWS[photograph.group]):
            if view == 0:
                yield resized(photograph.pixels, (0, 0, 1, 1), VIEW_SIZE)
            elif photograph.mask is not None and view <= NEW_BACKGROUND * VIEWS[photograph.group]:
                yield placed(photograph, backgrounds[rng.integers(len(backgrounds))], rng)
            else:
                yield resized(photograph.pixels, random_box(rng), VIEW_SIZE)


def random_box(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Draw a part of the image: x0, y0, x1, y1 as shares of its sides."""
    area = rng.uniform(0.3, 1.0)
    stretch = np.exp(rng.uniform(-0.3, 0.3))
    width, height = min(1.0, np.sqrt(area) * stretch), min(1.0, np.sqrt(area) / stretch)
    x, y = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return x, y, x + width, y + height


def placed(animal: Photograph, background: Photograph, rng: np.random.Generator) -> np.ndarray:
    """Put a masked animal, as large or smaller, now and then lighter or darker, before a part of another image.

    Returns
    -------
    numpy.ndarray
        uint8 (`VIEW_SIZE`, `VIEW_SIZE`, 3).

    Raises
    ------
    ValueError
        If the animal has no mask.
    """
    if animal.mask is None:
        raise ValueError(f"The place of the animal is not known in {animal.path}.")
    size = int(rng.integers(VIEW_SIZE * 2 // 5, VIEW_SIZE + 1))
    for _ in range(4):
        box = random_box(rng)
        mask = resized(animal.mask.astype(np.uint8) * 255, box, size) / np.float32(255)
        if mask.mean() > max(0.25 * animal.mask.mean(), 0.01):  # still there
            break
    near = resized(animal.pixels, box, size)
    if rng.random() < RETONED:
        near = (LEVELS ** np.float32(np.exp(rng.uniform(-0.7, 0.7))) * np.float32(255))[near]
    picture = np.array(resized(background.pixels, random_box(rng), VIEW_SIZE))
    top, left = rng.integers(0, VIEW_SIZE - size + 1, 2)
    far = picture[top : top + size, left : left + size]
    far[:] = (far + mask[..., None] * (near - far.astype(np.float32))).astype(np.uint8)
    return picture


def resized(pixels: np.ndarray, box: tuple[float, float, float, float], size: int) -> np.ndarray:
    """Resize a part of an image, given as shares of its sides, to a square: bilinear, uint8."""
    height, width = pixels.shape[:2]
    corners = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    return np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR, box=corners))
