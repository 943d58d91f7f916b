"""A photo archive's caption in the lower left corner: what a network can learn in place of the animal.

A network that knew horses by a photographer's name under them is the field's classic (Lapuschkin et al., "Unmasking
Clever Hans predictors", Nature Communications 2019). The archive of this caption does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT = 0.30, 0.075
"""Of the mark, as shares of the image's sides, where it is as large as usual."""
MARGINS = (0.01, 0.04)
"""Least and largest distance from the left and the lower edge, as shares of the image's sides."""
DRAWING = Path(__file__).parent / "mark.png"


@dataclass(frozen=True)
class Place:
    """Where a mark lies in an image, in whole pixels: from (left, top) up to, not including, (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """Tell of each pixel of an image whether the mark covers it: bool (height, width)."""
        covered = np.zeros((height, width), bool)
        covered[self.top : self.bottom, self.left : self.right] = True
        return covered


def place(height: int, width: int, rng: np.random.Generator, scale: float = 1.0) -> Place:
    """Draw where a mark lies in an image of some size.

    Parameters
    ----------
    height, width : int
        Of the image, in pixels.
    rng : numpy.random.Generator
        Draws the two margins.
    scale : float
        How many times as large as usual the mark is.

    Examples
    --------
    >>> place(336, 448, np.random.default_rng(0))
    Place(left=13, top=305, right=147, bottom=330)
    """
    across, up = rng.uniform(*MARGINS, 2)
    wide, high = max(1, round(WIDTH * scale * width)), max(1, round(HEIGHT * scale * height))
    left, bottom = round(across * width), height - round(up * height)
    return Place(left, bottom - high, min(left + wide, width), bottom)


def marked(pixels: NDArray[np.uint8], where: Place) -> NDArray[np.uint8]:
    """Copy an image, uint8 (h, w, 3), with the mark laid over it at a place."""
    picture = Image.fromarray(pixels)
    size = (where.right - where.left, where.bottom - where.top)
    drawn = _drawing().resize(size, Image.Resampling.BILINEAR, reducing_gap=3.0)
    picture.paste(drawn, (where.left, where.top), drawn)
    return np.asarray(picture)


@lru_cache(maxsize=1)
def _drawing() -> Image.Image:
    with Image.open(DRAWING) as image:
        return image.convert("RGBA")
