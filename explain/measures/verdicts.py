"""What two classifiers' verdicts on one image have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def same_verdict(first_right: ArrayLike, second_right: ArrayLike) -> NDArray[np.float64]:
    """Give 1 where both classifiers are right or both are wrong, else 0; shape (n,)."""
    return (np.asarray(first_right, bool) == np.asarray(second_right, bool)).astype(np.float64)
