"""How a map lies with regard to a region of its image, such as the labelled object's mask or boxes.

A region is the share of each cell of the grid that lies inside, shape (n, h, w); NaN for images without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.measures.region_on_grid import region_on_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.measures.maps_on_grid import MapsOnGrid

    Coverage = NDArray[np.float64]

THRESHOLDS = 20
"""Steps of the map's maximum; thresholds lie between them."""


def peak_inside(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Tell whether the map's maximum lies in the region: the pointing game.

    Returns
    -------
    ndarray, shape (n,)
        1 where the cell of the first maximum lies at least half inside, else 0. A uniform map has no maximum: its
        value is the share of cells inside, as a point at random scores.

    References
    ----------
    Zhang et al., "Top-down Neural Attention by Excitation Backprop", IJCV 2018; without its tolerance of 15 pixels.
    """
    region = region_on_grid(coverage)
    return _at_peak(maps, coverage, region.inside, region.share_inside)


def peak_near(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Tell whether the map's maximum lies in the region or within 15 pixels of it: the pointing game as published.

    Pixels are those of an image of 224; on the common grid, 7.5 cells, from centre to centre.

    Returns
    -------
    ndarray, shape (n,)
        As for :func:`peak_inside`.

    References
    ----------
    Zhang et al., "Top-down Neural Attention by Excitation Backprop", IJCV 2018.
    """
    region = region_on_grid(coverage)
    return _at_peak(maps, coverage, region.near, region.share_near)


def mass_inside(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Share of the map's mass that lies in the region: the energy-based pointing game.

    References
    ----------
    Wang et al., "Score-CAM", CVPRW 2020, section 4.3.
    """
    return _where_known(maps, coverage, np.einsum("ij,ij->i", maps.cells, region_on_grid(coverage).cells))


def iou_half_max(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Intersection over union of the region and the cells at least half the map's maximum; in [0, 1]."""
    inside, region = region_on_grid(coverage), maps.half_max.reshape(maps.cells.shape)
    intersection = np.einsum("ij,ij->i", region, inside.cells)
    union = maps.half_max_area + inside.area - intersection
    shares = np.divide(intersection, union, out=np.zeros(len(union)), where=union > 0)
    return _where_known(maps, coverage, shares)


def auc_iou(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Mean intersection over union of the region and the cells above each of 19 thresholds; in [0, 1].

    Thresholds are 5 % to 95 % of the map's maximum in equal steps, so the ranking of two maps does not hang on one.

    References
    ----------
    The area under IoU over thresholds: Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right",
    CVPR 2020, which says why one threshold will not do.
    """
    inside, count, steps = region_on_grid(coverage), len(maps.cells), THRESHOLDS + 1
    step = THRESHOLDS * (1 + 1e-10)  # a cell at a threshold but for rounding is at it
    scale = np.divide(step, maps.peak, out=np.zeros(count), where=maps.peak > 0)[:, None]
    at = np.empty(maps.cells.shape, np.intp)
    np.multiply(maps.cells, scale, out=at, casting="unsafe")  # none is below zero: cutting off is rounding down
    cells = np.array([np.bincount(each, minlength=steps) for each in at])
    at += np.arange(0, count * steps, steps)[:, None]
    filled = np.bincount(at.ravel()[inside.covered], inside.covering, count * steps).reshape(count, steps)

    def above(counted: NDArray[Any]) -> NDArray[np.float64]:
        return counted[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:-1]

    intersection = above(filled)
    union = above(cells) + inside.area[:, None] - intersection
    shares = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)
    return _where_known(maps, coverage, shares.mean(axis=1))


def _at_peak(
    maps: MapsOnGrid, coverage: Coverage, hits: NDArray[np.bool_], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    at_first = hits[np.arange(len(maps.cells)), maps.peak_cell]
    return _where_known(maps, coverage, np.where(maps.is_uniform, share, at_first))


def _where_known(maps: MapsOnGrid, coverage: Coverage, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(region_on_grid(coverage).area), np.nan, maps.or_nan(values))
