"""Structural similarity of maps: whether they agree in small neighbourhoods, beside correlations over whole maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGMA, _RADIUS = 1.5, 5
"""Cells of the grid: the window of 11 x 11 of the paper."""
_C1, _C2 = 0.01**2, 0.03**2


def structural_similarity(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compare maps pairwise by the mean structural similarity index, each divided by its maximum.

    Parameters
    ----------
    a, b : ndarray of float64, shape (n, h, w)
        On one grid, not negative.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 for equal maps, about 0 for unrelated ones; NaN where a map is zero everywhere. Beyond the border the
        outermost cells are mirrored.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment", IEEE TIP 13(4), 2004, equation 13, with a Gaussian
    window of sigma 1.5, K1 = 0.01, K2 = 0.03; of maps used by Adebayo et al., NeurIPS 2018.
    """
    first, second = (_own_maximum(maps) for maps in (a, b))
    mean_a, mean_b = _windowed(first), _windowed(second)
    variance_a = _windowed(first**2) - mean_a**2
    variance_b = _windowed(second**2) - mean_b**2
    covariance = _windowed(first * second) - mean_a * mean_b
    index = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    )
    return np.asarray(index.mean(axis=(1, 2)))


def _own_maximum(maps: NDArray[np.float64]) -> NDArray[np.float64]:
    top = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, top, out=np.full_like(maps, np.nan), where=top > 0)


def _windowed(maps: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([gaussian_filter(each, _SIGMA, radius=_RADIUS) for each in maps])
