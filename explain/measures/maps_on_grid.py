"""Maps as distributions on the common grid, with what several measures need of them computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from explain.measures.alignment import CENTRED
from explain.measures.ranks import cell_ranks
from explain.measures.resampling import common_grid

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from explain.measures.alignment import Alignment

TOP_SHARE = 0.2


@dataclass(frozen=True)
class MapsOnGrid:
    """Maps that measures are taken of.

    Attributes
    ----------
    grid : ndarray of float64, shape (n, h, w)
        As :func:`explain.measures.resampling.common_grid` gives it: no value below zero, each map sums to 1 or is
        zero everywhere. Of the latter no measure says anything: every value is NaN.
    """

    grid: NDArray[np.float64]

    @classmethod
    def of(cls, saliency: ArrayLike, alignment: Alignment = CENTRED) -> MapsOnGrid:
        """Put raw maps of shape (n, h, w), which are of one network, on the common grid."""
        return cls(common_grid(saliency, alignment))

    @property
    def cells(self) -> NDArray[np.float64]:
        """The maps' cells in reading order, shape (n, h * w)."""
        return self.grid.reshape(len(self.grid), -1)

    @cached_property
    def has_mass(self) -> NDArray[np.bool_]:
        """Which maps are not zero everywhere, shape (n,)."""
        return self.peak > 0  # no cell is below zero

    @cached_property
    def peak(self) -> NDArray[np.float64]:
        """The largest value of each map, shape (n,)."""
        return np.take_along_axis(self.cells, self.peak_cell[:, None], axis=1)[:, 0]

    @cached_property
    def peak_cell(self) -> NDArray[np.intp]:
        """Where it lies, the first time, in reading order, shape (n,)."""
        return self.cells.argmax(axis=1)

    @cached_property
    def is_uniform(self) -> NDArray[np.bool_]:
        """Which maps are the same everywhere, shape (n,)."""
        found = self.peak == self.cells[:, 0]  # hardly any map's first cell is its maximum: the others need no search
        found[found] = self.peak[found] == self.cells[found].min(axis=1)
        return found

    @cached_property
    def ranks(self) -> NDArray[np.float64]:
        """The cells' ranks, from 1, ties sharing their mean: shape (n, h * w)."""
        return cell_ranks(self.grid)

    @cached_property
    def half_max(self) -> NDArray[np.bool_]:
        """Where maps are at least half of their maximum, shape (n, h, w); nowhere for a zero map."""
        return self.grid >= np.where(self.has_mass, self.peak / 2, np.inf)[:, None, None]

    @cached_property
    def half_max_area(self) -> NDArray[np.intp]:
        """How many cells that are, shape (n,)."""
        return count_of_each(self.half_max)

    @cached_property
    def top(self) -> NDArray[np.bool_]:
        """The cells of each map's top 20 %, shape (n, h * w)."""
        return top_cells(self.cells)

    @cached_property
    def top_area(self) -> NDArray[np.intp]:
        """How many cells that are, shape (n,)."""
        return count_of_each(self.top)

    @cached_property
    def standardised(self) -> NDArray[np.float64]:
        """The cells, centred and scaled to length 1, shape (n, h * w); NaN for a constant map."""
        return standardised(self.cells)

    @cached_property
    def standardised_ranks(self) -> NDArray[np.float64]:
        """The ranks, centred and scaled to length 1, shape (n, h * w); NaN for a constant map."""
        found = standardised(self.ranks)
        found[np.isnan(self.standardised[:, 0])] = np.nan  # constant but for rounding: its ranks mean nothing
        return found

    def or_nan(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Keep values of shape (n,) where there is a map to speak of."""
        return np.where(self.has_mass, values, np.nan)


def count_of_each(marked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Count what is marked in each of several maps, shape (n, ...); NumPy counts along an axis five times slower."""
    return np.array([np.count_nonzero(each) for each in marked], np.intp)


def top_cells(cells: NDArray[np.float64], share: float = TOP_SHARE) -> NDArray[np.bool_]:
    """Mark the cells that belong to the largest `share` of a map.

    Returns
    -------
    ndarray of bool, shape (n, cells)
        Cells at least as large as the smallest of the top `share`, so ties at the edge all count; cells that
        are zero never do.
    """
    count = cells.shape[1]
    kept = round(share * count)
    threshold = np.partition(cells, count - kept, axis=1)[:, count - kept][:, None]
    return cells >= np.maximum(threshold, np.finfo(np.float64).tiny)


def standardised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre each row and scale it to length 1; NaN for a row that is constant but for rounding."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", centred, centred))[:, None]
    scale = np.maximum(rows.max(axis=1), -rows.min(axis=1))[:, None] * np.sqrt(rows.shape[1])
    centred *= np.divide(1, length, out=np.full_like(length, np.nan), where=length > 1e-12 * scale)
    return centred
