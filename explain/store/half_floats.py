"""Float16 without its slow conversion, of values that are float16's already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TO_HALF = np.float32(2.0**-112)
"""The difference of the exponents' biases, 127 and 15: what float32 then holds are float16's bits, and zeros."""


def as_half(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """Give numbers that float16 holds exactly as float16: ``values.astype(np.float16)`` in a tenth of the time.

    Parameters
    ----------
    values : ndarray of float32
        Finite, and rounded as :func:`explain.models.evidence.rounded` rounds.
    """
    if np.float32(2.0**-24) * _TO_HALF == 0:  # this thread takes the smallest numbers for zero
        return values.astype(np.float16)
    found = np.empty(values.shape, np.uint16)
    for image, half in zip(values, found, strict=True):
        bits = (image * _TO_HALF).view(np.uint32)  # one image at a time stays in the cache
        sign = bits >> np.uint32(16)
        sign &= np.uint32(0x8000)
        bits >>= np.uint32(13)
        bits &= np.uint32(0x7FFF)
        np.bitwise_or(bits, sign, out=half, casting="unsafe")
    return found.view(np.float16)
