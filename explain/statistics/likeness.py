"""How far images lie from one image in a network's features: what it takes for the same kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    whole = np.asarray(features, np.float64)
    lengths = np.linalg.norm(whole, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - whole @ whole[row] / (lengths * lengths[row])
