"""How far maps of the same images agree, on the common grid, by every measure of two maps."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeVar

from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import compare_maps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

Key = TypeVar("Key")


def agreement(grid_a: NDArray[np.float64], grid_b: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Compare maps one by one.

    Parameters
    ----------
    grid_a, grid_b : array, shape (n, h, w)
        As :func:`explain.measures.resampling.common_grid` gives them.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        By the name of each measure of two maps; NaN where a map is zero everywhere or, for correlations, constant.
    """
    return compare_maps(MapsOnGrid(grid_a), MapsOnGrid(grid_b))


def agreement_of_every_two(
    maps: Mapping[Key, MapsOnGrid],
) -> Iterator[tuple[Key, Key, dict[str, NDArray[np.float64]]]]:
    """Compare every two of several sets of maps of the same images, ranking each map only once.

    Yields
    ------
    tuple of (key, key, dict)
        For each pair, in the mapping's order; the dict as :func:`agreement` returns it.
    """
    for a, b in itertools.combinations(maps, 2):
        yield a, b, compare_maps(maps[a], maps[b])
