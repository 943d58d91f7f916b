"""A region on the grid, with what several measures of place need of it computed once for all maps that lie on it."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

INSIDE = 0.5
"""Share of a cell that must lie in the region for the cell to count as inside."""
TOLERANCE, IMAGE_SIDE = 15, 224
"""Pixels that a peak may lie beside the region, and the side of the image in which they are counted."""


@dataclass(frozen=True)
class RegionOnGrid:
    """Regions that measures are taken of.

    Attributes
    ----------
    cells : ndarray of float64, shape (n, h * w)
        Share of each cell that lies inside; NaN for images without a region.
    side : int
        Rows of the grid.
    """

    cells: NDArray[np.float64]
    side: int

    @cached_property
    def area(self) -> NDArray[np.float64]:
        """Cells inside, shape (n,); NaN for images without a region."""
        return self.cells.sum(axis=1)

    @cached_property
    def filled(self) -> NDArray[np.float64]:
        """The cells, with nothing inside where there is no region."""
        return np.nan_to_num(self.cells)

    @cached_property
    def covered(self) -> NDArray[np.intp]:
        """Which cells, of all images in reading order, lie inside in part at least."""
        return np.flatnonzero(self.filled)

    @cached_property
    def covering(self) -> NDArray[np.float64]:
        """How far those cells do."""
        return self.filled.ravel()[self.covered]

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which cells count as inside, shape (n, h * w)."""
        return self.cells >= INSIDE

    @cached_property
    def share_inside(self) -> NDArray[np.float64]:
        """Share of the cells that count as inside, shape (n,)."""
        return self.inside.mean(axis=1)

    @cached_property
    def near(self) -> NDArray[np.bool_]:
        """Which cells lie inside or within 15 pixels, of 224, of one that does, shape (n, h * w)."""
        from scipy.ndimage import distance_transform_edt

        reach = TOLERANCE / IMAGE_SIDE * self.side
        on_grid = self.inside.reshape(len(self.inside), self.side, -1)
        found = [distance_transform_edt(~each) <= reach if each.any() else each for each in on_grid]
        return np.array(found).reshape(self.inside.shape)

    @cached_property
    def share_near(self) -> NDArray[np.float64]:
        """Share of the cells that count as inside or near, shape (n,)."""
        return self.near.mean(axis=1)


_last: tuple[weakref.ref[NDArray[np.float64]], RegionOnGrid] | None = None


def region_on_grid(coverage: NDArray[np.float64]) -> RegionOnGrid:
    """Give the region of a coverage of shape (n, h, w): the same one while measure after measure asks for it.

    Parameters
    ----------
    coverage : ndarray
        Not written to as long as it is asked about.
    """
    global _last
    known = _last  # another thread may put its own there meanwhile
    if known is not None and known[0]() is coverage:
        return known[1]
    made = RegionOnGrid(coverage.reshape(len(coverage), -1), coverage.shape[1])
    _last = (weakref.ref(coverage), made)
    return made
