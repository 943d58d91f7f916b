"""Where a map is highest, as a share of its area: what a guess must hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FIFTH = 0.2


def hottest(saliency: ArrayLike, share: float = FIFTH) -> NDArray[np.bool_]:
    """Mark the highest cells of a map, until they are a share of its area.

    Parameters
    ----------
    saliency : array, shape (h, w)
        What is below zero, and zero itself, is never marked.
    share : float
        Within (0, 1].

    Returns
    -------
    ndarray of bool, shape (h, w)
        Cells that are equal to the lowest marked one are marked too, so that no order among equals decides. A point
        at random hits with the probability of the marked share, which is that of the mean.

    Examples
    --------
    >>> hottest([[0.0, 1.0, 2.0, 3.0, 9.0]])
    array([[False, False, False, False,  True]])
    """
    values = np.asarray(saliency, np.float64)
    count = max(1, round(share * values.size))
    lowest = np.sort(values, axis=None)[-count]
    return (values >= lowest) & (values > 0)
