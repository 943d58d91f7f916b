"""Maps on another grid, and maps on a common scale: what display and metrics do to raw maps, by name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from explain.measures.alignment import CENTRED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from explain.measures.alignment import Alignment

COMMON_GRID = 112
"""Side of the grid on which maps are compared: a multiple of 7, and fine enough for 10 x 10."""

Interpolation = Literal["bilinear", "nearest", "bicubic"]
INTERPOLATIONS: tuple[Interpolation, ...] = ("bilinear", "nearest", "bicubic")


def resample(
    saliency: ArrayLike,
    shape: tuple[int, int],
    interpolation: Interpolation = "bilinear",
    alignment: Alignment = CENTRED,
) -> NDArray[np.float64]:
    """Resample maps to another grid that covers the same square, with half-pixel centres.

    Cell centres lie at (i + 0.5) / size, moved by the alignment; beyond the outermost centres the border value
    continues. Without an alignment this is what ``tf.image.resize`` and OpenCV do when enlarging. Bicubic is Keys'
    kernel with a = -0.5; it may overshoot the values it interpolates.

    Parameters
    ----------
    saliency : array, shape (n, h, w) or (h, w)
    shape : (int, int)
        Rows and columns of the new grid.
    interpolation : {"bilinear", "nearest", "bicubic"}
    alignment : Alignment
        Of the network that the maps are of.

    Returns
    -------
    ndarray of float64, shape (n, *shape) or shape

    Raises
    ------
    ValueError
        If the interpolation is unknown or the map has not two or three axes.

    References
    ----------
    Keys, "Cubic convolution interpolation", IEEE TASSP 29(6), 1981, equation 15 (a = -1/2).
    """
    maps = np.asarray(saliency, np.float64)
    if maps.ndim not in (2, 3):
        raise ValueError(f"maps have {maps.ndim} axes: expected (h, w) or (n, h, w)")
    rows = _operator(maps.shape[-2], shape[0], interpolation, alignment.down)
    columns = _operator(maps.shape[-1], shape[1], interpolation, alignment.right)
    return rows @ maps @ columns.T


def common_grid(saliency: ArrayLike, alignment: Alignment = CENTRED, *, size: int = COMMON_GRID) -> NDArray[np.float64]:
    """Turn maps into distributions on one grid, so that maps of different resolution can be compared.

    Each map is scaled to sum 1, resampled bilinearly to `size` x `size`, and scaled to sum 1 again. A signed map is
    measured by its positive part: what is below zero, and speaks against the class, counts as zero. The measures are
    those of distributions, which have no negative mass; what a signed map says against a class, they do not tell.

    Parameters
    ----------
    saliency : array, shape (n, h, w)
        Raw; signed ones too.
    alignment : Alignment
        Of the network that they are of.

    Returns
    -------
    ndarray of float64, shape (n, size, size)
        Each map sums to 1; a map without a positive value is zero everywhere.
    """
    positive = np.maximum(np.asarray(saliency, np.float64), 0)
    return _sum_to_one(resample(_sum_to_one(positive), (size, size), alignment=alignment))


def sum_on_grid(saliency: ArrayLike, alignment: Alignment = CENTRED, *, size: int = COMMON_GRID) -> NDArray[np.float64]:
    """Sum maps as :func:`common_grid` gives them, shape (size, size).

    Bilinear resampling and its sum are linear, so that maps are weighted and summed before they are enlarged: the sum
    of a block of maps costs one enlarged map.
    """
    maps = _sum_to_one(np.maximum(np.asarray(saliency, np.float64), 0))
    rows, columns = (
        _operator(side, size, "bilinear", shift).sum(axis=0)
        for side, shift in zip(maps.shape[-2:], (alignment.down, alignment.right), strict=True)
    )
    masses = np.einsum("i,nij,j->n", rows, maps, columns)  # each map's sum after it is enlarged
    weights = np.divide(1, masses, out=np.zeros_like(masses), where=masses > 0)
    return resample(np.einsum("n,nij->ij", weights, maps), (size, size), alignment=alignment)


def divide_by_maximum(saliency: ArrayLike, maximum: float | None = None) -> NDArray[np.float64]:
    """Scale maps for display: divide by the maximum, keep zero at zero.

    Parameters
    ----------
    saliency : array, shape (h, w) or (n, h, w)
    maximum : float, optional
        A shared maximum; by default each map's own.

    Returns
    -------
    ndarray of float64, same shape
        Within [0, 1] (values beyond a shared maximum, and negative ones, are clipped); zero maps stay zero.
    """
    maps = np.asarray(saliency, np.float64)
    top = maps.max(axis=(-2, -1), keepdims=True) if maximum is None else np.full((1,) * maps.ndim, maximum)
    return np.clip(np.divide(maps, top, out=np.zeros_like(maps), where=top > 0), 0, 1)


def _sum_to_one(maps: NDArray[np.float64]) -> NDArray[np.float64]:
    total = maps.sum(axis=(-2, -1), keepdims=True)
    return maps / np.where(total > 0, total, 1)


@lru_cache(maxsize=128)
def _operator(size: int, target: int, interpolation: str, shift: float) -> NDArray[np.float64]:
    """Weights (target, size) of a one-dimensional resampling; rows sum to 1."""
    centres = (np.arange(target) + 0.5) * size / target - 0.5 - shift * size
    if interpolation == "nearest":
        nearest = np.clip(np.floor(centres + 0.5).astype(int), 0, size - 1)
        return np.eye(size)[nearest]
    if interpolation == "bilinear":
        reach, kernel = 1, _triangle
    elif interpolation == "bicubic":
        reach, kernel = 2, _keys
    else:
        raise ValueError(f"interpolation is {interpolation!r}: expected one of {', '.join(INTERPOLATIONS)}")
    weights = np.zeros((target, size))
    first = np.floor(centres).astype(int)
    for offset in range(1 - reach, reach + 1):
        neighbour = first + offset
        np.add.at(weights, (np.arange(target), np.clip(neighbour, 0, size - 1)), kernel(np.abs(centres - neighbour)))
    weights.flags.writeable = False
    return weights


def _triangle(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(0.0, 1.0 - distance)


def _keys(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))
