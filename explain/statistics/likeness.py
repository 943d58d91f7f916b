"""How far images lie from one image in a network's features: what it takes for the same kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1024
"""Rows that are widened at a time: they fit a processor's cache."""


def distances_from(features: NDArray[Any], row: int) -> NDArray[np.float64]:
    """Measure every image's distance from one by the angle between their pooled features.

    Parameters
    ----------
    features : array, shape (n, c)
        One row per image; rows of images that could not be read are zero.
    row : int
        Of the image that the others are compared with.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 minus the cosine: 0 of the image itself and of features that differ in length alone, 1 at a right angle. NaN
        where a row is zero.

    Examples
    --------
    >>> distances_from(np.array([[2.0, 0], [4.0, 0], [0, 1.0], [0, 0]]), 0).tolist()
    [0.0, 0.0, 1.0, nan]
    """
    one = np.asarray(features[row], np.float64)
    length = np.sqrt(one @ one)
    found = np.empty(len(features))
    for start in range(0, len(features), _BLOCK):
        block = np.asarray(features[start : start + _BLOCK], np.float64)
        lengths = np.sqrt(np.einsum("nc,nc->n", block, block))
        with np.errstate(invalid="ignore", divide="ignore"):
            found[start : start + _BLOCK] = 1 - block @ one / (lengths * length)
    return found
