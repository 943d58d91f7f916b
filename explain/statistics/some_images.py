"""A part of many images, drawn by a fixed seed: for what costs a picture or a feature map of each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20_260
MOST = 500
"""Images of a class whose pictures, maps or pooled features are looked at one by one."""
PLACE_BY_PLACE = 100
"""Images of a class whose feature maps and masks are read: each takes some milliseconds."""


def some_of(count: int, most: int = MOST) -> NDArray[np.int64]:
    """Draw places among so many images; all of them where there are no more than asked for.

    Returns
    -------
    ndarray of int64
        Rising.

    Examples
    --------
    >>> some_of(4).tolist(), len(some_of(9_000))
    ([0, 1, 2, 3], 500)
    """
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, most, replace=False))
