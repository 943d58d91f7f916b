"""Images that are changed a little, and the parts of maps that must then be alike: how sure a map is of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from explain.measures.resampling import COMMON_GRID, common_grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    from explain.measures.alignment import Alignment

CUT = 6
"""Cells of the common grid (5 % of a side) that a cut takes from two sides; what is left fills the network's input."""

NOISE = 12.0
"""Standard deviation of the noise, of pixel values from 0 to 255."""

MIRRORED, CUT_LEFT, CUT_RIGHT = "mirrored", "cut at the top left", "cut at the bottom right"
NOISES = ("noise", "other noise")
CHANGES = (MIRRORED, CUT_LEFT, CUT_RIGHT, *NOISES)

_WINDOWS = {CUT_LEFT: slice(CUT, None), CUT_RIGHT: slice(None, COMMON_GRID - CUT)}


def changed(pixels: NDArray[np.uint8], seed: int) -> dict[str, NDArray[np.uint8]]:
    """Change an image in five ways that leave what it shows as it is.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
    seed : int
        Of the noise.

    Returns
    -------
    dict of str to ndarray of uint8, shape (height, width, 3)
        By :data:`CHANGES`.
    """
    height, width = pixels.shape[:2]
    rng, share = np.random.default_rng(seed), CUT / COMMON_GRID
    picture, down, across = Image.fromarray(pixels), share * height, share * width
    windows = {CUT_LEFT: (across, down, width, height), CUT_RIGHT: (0, 0, width - across, height - down)}
    cuts = {
        name: np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR, box=window))
        for name, window in windows.items()
    }
    noisy = {
        name: np.rint(np.clip(pixels + rng.normal(0, NOISE, pixels.shape), 0, 255)).astype(np.uint8) for name in NOISES
    }
    return {MIRRORED: pixels[:, ::-1], **cuts, **noisy}


def parts_to_compare(
    maps: ArrayLike, of_changed: Mapping[str, ArrayLike], alignment: Alignment
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Put maps of images, and of the images changed, on one grid: what both of them show.

    Parameters
    ----------
    maps : array, shape (n, h, w)
        Raw.
    of_changed : mapping of str to array, shape (n, h, w)
        Raw, by change.
    alignment : Alignment
        Of the network.

    Yields
    ------
    (ndarray of float64, shape (n, side, side)), twice
        For each change.
    """
    own = common_grid(maps, alignment)
    for change, others in of_changed.items():
        window, shown = put_back(change, others, alignment)
        if change not in _WINDOWS:
            yield own, shown
            continue
        part = own[:, window, window]
        sums = part.sum(axis=(1, 2), keepdims=True)
        yield np.divide(part, sums, out=np.zeros_like(part), where=sums > 0), shown


def put_back(change: str, maps: ArrayLike, alignment: Alignment) -> tuple[slice, NDArray[np.float64]]:
    """Put maps of a changed image on the common grid, where its places were before the change.

    Parameters
    ----------
    change : str
        One of :data:`CHANGES`.
    maps : array, shape (n, h, w)
        Raw.
    alignment : Alignment
        Of the network.

    Returns
    -------
    window : slice
        Rows, and columns as well, of the common grid that the changed image shows.
    shown : ndarray of float64, shape (n, side, side)
        There; each map's mass is 1.
    """
    window = _WINDOWS.get(change, slice(None))
    shown = common_grid(maps, alignment, size=len(range(*window.indices(COMMON_GRID))))
    return window, shown[:, :, ::-1] if change == MIRRORED else shown
