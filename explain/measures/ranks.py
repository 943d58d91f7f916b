"""The ranks of a map's cells, on which the Gini index and the rank correlation rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cell_ranks(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank the cells of each map by value; equal cells share the mean of their ranks.

    The same as ``scipy.stats.rankdata(cells, axis=1)``, in a third of its time: SciPy asks for a stable sort, which
    shared ranks do not need, and takes all maps at once, which leaves the processor's cache. Sorting is most of what
    the statistics of a dataset cost.

    Parameters
    ----------
    grid : array, shape (n, ...)

    Returns
    -------
    ndarray of float64, shape (n, cells)
        From 1.
    """
    flat = grid.reshape(len(grid), -1)
    ranks = np.empty(flat.shape)
    begins = np.ones(flat.shape[1], bool)
    for cells, place in zip(flat, ranks, strict=True):
        order = np.argsort(cells)
        ascending = cells[order]
        np.not_equal(ascending[1:], ascending[:-1], out=begins[1:])
        starts = np.flatnonzero(begins)
        sizes = np.diff(starts, append=len(cells))
        place[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return ranks
