"""How alike two maps of one image are; NaN where a map is zero everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.measures.maps_on_grid import count_of_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.measures.maps_on_grid import MapsOnGrid


def pearson(a: MapsOnGrid, b: MapsOnGrid) -> NDArray[np.float64]:
    """Linear correlation over the cells, in [-1, 1]; NaN also where a map is constant."""
    return _of_both(a, b, np.einsum("ij,ij->i", a.standardised, b.standardised))


def sim(a: MapsOnGrid, b: MapsOnGrid) -> NDArray[np.float64]:
    """Sum of the smaller of the two values, in [0, 1].

    References
    ----------
    Bylinskii et al., "What Do Different Evaluation Metrics Tell Us About Saliency Models?", TPAMI 2019, equation 4.
    """
    return _of_both(a, b, np.minimum(a.cells, b.cells).sum(axis=1))


def spearman(a: MapsOnGrid, b: MapsOnGrid) -> NDArray[np.float64]:
    """Correlation of the cells' ranks, ties sharing their mean rank, in [-1, 1]; NaN also where a map is constant."""
    return _of_both(a, b, np.einsum("ij,ij->i", a.standardised_ranks, b.standardised_ranks))


def iou_top20(a: MapsOnGrid, b: MapsOnGrid) -> NDArray[np.float64]:
    """Intersection over union of the cells in each map's top 20 %, in [0, 1]."""
    both = count_of_each(a.top & b.top)
    either = a.top_area + b.top_area - both
    return _of_both(a, b, np.divide(both, either, out=np.zeros(len(both)), where=either > 0))


def stability(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation of maps with those of their images a little changed, as its mean was found; in [-1, 1].

    References
    ----------
    After Alvarez-Melis and Jaakkola, "On the Robustness of Interpretability Methods", WHI 2018, who ask for the largest
    change under small ones.
    """
    return likeness


def _of_both(a: MapsOnGrid, b: MapsOnGrid, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(a.has_mass & b.has_mass, values, np.nan)
