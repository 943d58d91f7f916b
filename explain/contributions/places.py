"""What of a photograph lies under each place of a feature map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from explain.measures.alignment import CENTRED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from explain.measures.alignment import Alignment

BACKGROUND = "background"
"""What lies on no part of a mask."""


def region_on_places(region: ArrayLike, grid: tuple[int, int], alignment: Alignment = CENTRED) -> NDArray[np.float64]:
    """Tell which share of every place lies in a region of the photograph.

    Parameters
    ----------
    region : array, any (h', w')
        Within [0, 1]; it covers the whole photograph. Beyond its border, where an alignment looks, the border goes on.
    grid : (int, int)
        Rows and columns of places.
    alignment : Alignment
        Where the network's places lie.

    Returns
    -------
    ndarray of float64, shape grid

    Examples
    --------
    >>> region_on_places([[1, 1, 1, 0]], (1, 2))
    array([[1. , 0.5]])
    """
    values = np.asarray(region, np.float32)
    shifts = [round(by * length) for length, by in zip(values.shape, (alignment.down, alignment.right), strict=True)]
    if any(shifts):
        rows, columns = (
            np.clip(np.arange(length) + shift, 0, length - 1)
            for length, shift in zip(values.shape, shifts, strict=True)
        )
        values = values[rows][:, columns]
    moved = Image.fromarray(values)
    return np.asarray(moved.resize(grid[::-1], Image.Resampling.BOX), np.float64)


def parts_on_places(
    mask: NDArray[Any], parts: Mapping[int, str], grid: tuple[int, int], alignment: Alignment = CENTRED
) -> dict[str, NDArray[np.float64]]:
    """Tell which share of every place lies on which part.

    Parameters
    ----------
    mask : ndarray of uint8, any (h', w')
        Part ids, 0 background; it covers the whole photograph.
    parts : mapping of int to str
        Names of the ids.

    Returns
    -------
    dict of str to ndarray of float64, shape grid
        The parts that are visible, and the background; they sum to 1 everywhere.
    """
    found: dict[str, NDArray[np.float64]] = {}
    for number in np.flatnonzero(np.bincount(np.ravel(mask))).tolist():
        name = parts.get(number, f"part {number}") if number else BACKGROUND
        share = region_on_places(mask == number, grid, alignment)
        found[name] = found[name] + share if name in found else share
    return found
