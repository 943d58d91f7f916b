"""How a map lies with regard to a region of its image, such as the labelled object's mask or boxes.

A region is the share of each cell of the grid that lies inside, shape (n, h, w); NaN for images without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.measures.maps_on_grid import MapsOnGrid

    Coverage = NDArray[np.float64]

INSIDE = 0.5
"""Share of a cell that must lie in the region for the cell to count as inside."""


def peak_inside(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Tell whether the map's maximum lies in the region: the pointing game.

    Returns
    -------
    ndarray, shape (n,)
        1 where the cell of the first maximum lies at least half inside, else 0.

    References
    ----------
    Zhang et al., "Top-down Neural Attention by Excitation Backprop", IJCV 2018; without its tolerance of 15 pixels.
    """
    peak = _cells(coverage)[np.arange(len(maps.cells)), maps.cells.argmax(axis=1)]
    return _where_known(maps, coverage, (peak >= INSIDE).astype(np.float64))


def mass_inside(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Share of the map's mass that lies in the region: the energy-based pointing game.

    References
    ----------
    Wang et al., "Score-CAM", CVPRW 2020, section 4.3.
    """
    return _where_known(maps, coverage, np.einsum("ij,ij->i", maps.cells, _cells(coverage)))


def iou_half_max(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Intersection over union of the region and the cells at least half the map's maximum; in [0, 1]."""
    inside, region = _cells(coverage), maps.half_max.reshape(maps.cells.shape)
    intersection = np.einsum("ij,ij->i", region, inside)
    union = np.count_nonzero(region, axis=1) + inside.sum(axis=1) - intersection
    shares = np.divide(intersection, union, out=np.zeros(len(union)), where=union > 0)
    return _where_known(maps, coverage, shares)


def _cells(coverage: Coverage) -> Coverage:
    return coverage.reshape(len(coverage), -1)


def _where_known(maps: MapsOnGrid, coverage: Coverage, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(_cells(coverage).sum(axis=1)), np.nan, maps.or_nan(values))
