"""Maps on another grid, and maps on a common scale: what display and metrics do to raw maps, by name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

COMMON_GRID = 112
"""Side of the grid on which maps are compared: a multiple of 7, and fine enough for 10 x 10."""

Interpolation = Literal["bilinear", "nearest", "bicubic"]
INTERPOLATIONS: tuple[Interpolation, ...] = ("bilinear", "nearest", "bicubic")


def resample(
    saliency: ArrayLike, shape: tuple[int, int], interpolation: Interpolation = "bilinear"
) -> NDArray[np.float64]:
    """Resample maps to another grid that covers the same square, with half-pixel centres.

    Cell centres lie at (i + 0.5) / size; beyond the outermost centres the border value continues. This is
    what ``tf.image.resize`` and OpenCV do when enlarging. Bicubic is Keys' kernel with a = -0.5; it may
    overshoot the values it interpolates.

    Parameters
    ----------
    saliency : array, shape (n, h, w) or (h, w)
    shape : (int, int)
        Rows and columns of the new grid.
    interpolation : {"bilinear", "nearest", "bicubic"}

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
    rows = _operator(maps.shape[-2], shape[0], interpolation)
    columns = _operator(maps.shape[-1], shape[1], interpolation)
    return rows @ maps @ columns.T


def common_grid(saliency: ArrayLike, size: int = COMMON_GRID) -> NDArray[np.float64]:
    """Turn maps into distributions on one grid, so that maps of different resolution can be compared.

    Each map is scaled to sum 1, resampled bilinearly to `size` x `size`, and scaled to sum 1 again. A signed map is
    measured by its positive part: what is below zero, and speaks against the class, counts as zero. The measures are
    those of distributions, which have no negative mass; what a signed map says against a class, they do not tell.

    Parameters
    ----------
    saliency : array, shape (n, h, w)
        Raw; signed ones too.

    Returns
    -------
    ndarray of float64, shape (n, size, size)
        Each map sums to 1; a map without a positive value is zero everywhere.
    """
    positive = np.maximum(np.asarray(saliency, np.float64), 0)
    return _sum_to_one(resample(_sum_to_one(positive), (size, size)))


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
    return np.divide(maps, total, out=np.zeros_like(maps), where=total > 0)


@lru_cache(maxsize=64)
def _operator(size: int, target: int, interpolation: str) -> NDArray[np.float64]:
    """Weights (target, size) of a one-dimensional resampling; rows sum to 1."""
    centres = (np.arange(target) + 0.5) * size / target - 0.5
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
