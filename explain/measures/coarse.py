"""Spread on one coarse grid, so that a map of many cells has no finer resolution to be narrow with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.measures.contract import Needs, at_coarse
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.registry import measures_that_need

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray


def coarsest_grid(saliency: Mapping[tuple[str, str], Any]) -> tuple[int, int]:
    """Give rows and columns of the coarsest grid among the maps of several models and methods; (0, 0) of none."""
    shapes = [maps.shape[-2:] for maps in saliency.values()]
    return (min(h for h, _ in shapes), min(w for _, w in shapes)) if shapes else (0, 0)


def measure_coarse(saliency: ArrayLike, grid: tuple[int, int]) -> dict[str, NDArray[np.float64]]:
    """Take every measure of spread of maps that are first averaged down to a coarse grid.

    Parameters
    ----------
    saliency : array, shape (n, h, w)
        Raw; of signed maps the positive part counts.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        By the names that :func:`explain.measures.contract.at_coarse` gives. Measured on the coarse cells themselves:
        a single hot cell has entropy 0, and not what enlarging makes of it.
    """
    averaged = area_average(np.maximum(np.asarray(saliency, np.float64), 0), grid)
    sums = averaged.sum(axis=(1, 2), keepdims=True)
    maps = MapsOnGrid(np.divide(averaged, sums, out=np.zeros_like(averaged), where=sums > 0))
    return {at_coarse(measure.name): measure.function(maps) for measure in measures_that_need(Needs.MAP)}


def area_average(maps: NDArray[np.float64], grid: tuple[int, int]) -> NDArray[np.float64]:
    """Average maps over the cells of a coarser grid; a cell that straddles two counts in each by its share.

    Parameters
    ----------
    maps : ndarray of float64, shape (n, h, w)

    Returns
    -------
    ndarray of float64, shape (n, *grid)
        The mean of each map stays.

    Examples
    --------
    >>> area_average(np.array([[[3.0, 6.0, 9.0]]]), (1, 2)).tolist()
    [[[4.0, 8.0]]]
    """
    rows, columns = (_shares(size, target) for size, target in zip(maps.shape[-2:], grid, strict=True))
    return rows @ maps @ columns.T


def _shares(size: int, target: int) -> NDArray[np.float64]:
    """Give which share of each coarse cell each fine one fills, shape (target, size)."""
    fine, coarse = np.arange(size + 1) / size, np.arange(target + 1) / target
    low = np.maximum(fine[None, :-1], coarse[:-1, None])
    high = np.minimum(fine[None, 1:], coarse[1:, None])
    return np.maximum(high - low, 0) * target
