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
TOLERANCE, IMAGE_SIDE = 15, 224
"""Pixels that a peak may lie beside the region, and the side of the image in which they are counted."""
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
    return _at_peak(maps, coverage, _cells(coverage) >= INSIDE)


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
    from scipy.ndimage import distance_transform_edt

    reach = TOLERANCE / IMAGE_SIDE * coverage.shape[1]
    near = [
        distance_transform_edt(~inside) <= reach if inside.any() else inside for inside in coverage >= INSIDE
    ]  # fmt: skip
    return _at_peak(maps, coverage, np.array(near).reshape(len(near), -1))


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


def auc_iou(maps: MapsOnGrid, coverage: Coverage) -> NDArray[np.float64]:
    """Mean intersection over union of the region and the cells above each of 19 thresholds; in [0, 1].

    Thresholds are 5 % to 95 % of the map's maximum in equal steps, so the ranking of two maps does not hang on one.

    References
    ----------
    The area under IoU over thresholds: Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right",
    CVPR 2020, which says why one threshold will not do.
    """
    inside = _cells(coverage)
    top = maps.cells.max(axis=1, keepdims=True)
    share = np.divide(maps.cells, top, out=np.zeros_like(maps.cells), where=top > 0)
    step = np.minimum(np.floor(share * THRESHOLDS + 1e-9), THRESHOLDS).astype(int)
    at = (step + np.arange(len(step))[:, None] * (THRESHOLDS + 1)).ravel()
    size = len(step) * (THRESHOLDS + 1)

    def above(weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        counted = np.bincount(at, None if weights is None else weights.ravel(), size).reshape(len(step), -1)
        return counted[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:-1]

    intersection = above(np.nan_to_num(inside))
    union = above(None) + inside.sum(axis=1, keepdims=True) - intersection
    shares = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)
    return _where_known(maps, coverage, shares.mean(axis=1))


def _at_peak(maps: MapsOnGrid, coverage: Coverage, hits: NDArray[np.bool_]) -> NDArray[np.float64]:
    at_first = hits[np.arange(len(maps.cells)), maps.cells.argmax(axis=1)]
    uniform = np.ptp(maps.cells, axis=1) == 0
    return _where_known(maps, coverage, np.where(uniform, hits.mean(axis=1), at_first))


def _cells(coverage: Coverage) -> Coverage:
    return coverage.reshape(len(coverage), -1)


def _where_known(maps: MapsOnGrid, coverage: Coverage, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(_cells(coverage).sum(axis=1)), np.nan, maps.or_nan(values))
