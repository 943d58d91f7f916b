"""How far two maps of one image agree, on the common grid."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from explain.measures.ranks import cell_ranks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Maps = NDArray[np.float64]

Key = TypeVar("Key")

AGREEMENT_METRICS = ("pearson", "sim", "spearman", "iou_top20")
TOP_SHARE = 0.2


def agreement(grid_a: Maps, grid_b: Maps) -> dict[str, NDArray[np.float64]]:
    """Compare maps one by one.

    Parameters
    ----------
    grid_a, grid_b : array, shape (n, h, w)
        As :func:`explain.measures.resampling.common_grid` gives them.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        `pearson`: linear correlation over the cells, in [-1, 1]. `sim`: sum of the smaller of the two values,
        in [0, 1] (Bylinskii et al., TPAMI 2019, equation 4). `spearman`: correlation of the ranks, ties sharing
        their mean rank. `iou_top20`: intersection over union of the cells in each map's top 20 %. NaN where a
        map is zero everywhere or, for the correlations, constant.
    """
    return next(agreement_of_grids({0: grid_a, 1: grid_b}))[2]


def agreement_of_grids(
    grids: Mapping[Key, Maps],
    ranks: Mapping[Key, Maps] | None = None,
) -> Iterator[tuple[Key, Key, dict[str, NDArray[np.float64]]]]:
    """Compare every two of several sets of maps of the same images, ranking each map only once.

    Parameters
    ----------
    grids : mapping of key to array, shape (n, h, w)
    ranks : mapping of key to array, shape (n, h * w), optional
        As :func:`explain.measures.ranks.cell_ranks` gives them, where they are known already.

    Yields
    ------
    tuple of (key, key, dict)
        For each pair, in the mapping's order; the dict as :func:`agreement` returns it.
    """
    flat = {key: np.reshape(grid, (len(grid), -1)) for key, grid in grids.items()}
    places = {key: _standardised(cell_ranks(maps) if ranks is None else ranks[key]) for key, maps in flat.items()}
    values = {key: _standardised(maps) for key, maps in flat.items()}
    tops = {key: top_cells(maps) for key, maps in flat.items()}
    for a, b in itertools.combinations(grids, 2):
        some = flat[a].any(axis=1) & flat[b].any(axis=1)
        both = np.count_nonzero(tops[a] & tops[b], axis=1)
        either = np.count_nonzero(tops[a] | tops[b], axis=1)
        found = {
            "pearson": np.einsum("ij,ij->i", values[a], values[b]),
            "sim": np.minimum(flat[a], flat[b]).sum(axis=1),
            "spearman": np.einsum("ij,ij->i", places[a], places[b]),
            "iou_top20": np.divide(both, either, out=np.zeros(len(both)), where=either > 0),
        }
        yield a, b, {name: np.where(some, value, np.nan) for name, value in found.items()}


def top_cells(maps: NDArray[np.float64], share: float = TOP_SHARE) -> NDArray[np.bool_]:
    """Mark the cells that belong to the largest `share` of a map.

    Parameters
    ----------
    maps : array, shape (n, cells)
    share : float

    Returns
    -------
    ndarray of bool, shape (n, cells)
        Cells at least as large as the smallest of the top `share`, so ties at the edge all count; cells that
        are zero never do.
    """
    count = maps.shape[1]
    kept = round(share * count)
    threshold = np.partition(maps, count - kept, axis=1)[:, count - kept][:, None]
    return (maps >= threshold) & (maps > 0)


def _standardised(maps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre each row and scale it to length 1; NaN for a constant row."""
    centred = maps - maps.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", centred, centred))[:, None]
    scale = np.maximum(maps.max(axis=1), -maps.min(axis=1))[:, None] * np.sqrt(maps.shape[1])
    centred *= np.divide(1, length, out=np.full_like(length, np.nan), where=length > 1e-12 * scale)
    return centred
