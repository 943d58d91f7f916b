"""Activations are rounded exactly as float16 rounds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explain.models.evidence import HALF, SINGLE, rounded

FLOATS = st.floats(-65504, 65504, width=32)


@given(arrays(np.float32, st.integers(1, 40), elements=FLOATS))
def test_rounding_is_that_of_float16(values):
    expected = values.astype(np.float16).astype(np.float32)
    if np.isinf(expected).any():
        return  # rounds beyond the range: see below
    np.testing.assert_array_equal(rounded(values, HALF), expected)


def test_every_float16_and_what_lies_between_two_of_them():
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32)
    between = (halves[:-1] + halves[1:]) / 2
    near = np.concatenate([np.nextafter(between, 0), between, np.nextafter(between, 1e9)]).astype(np.float32)
    for values in (halves, -halves, near, -near):
        np.testing.assert_array_equal(rounded(values), values.astype(np.float16).astype(np.float32))


def test_what_does_not_fit_asks_for_the_wider_precision():
    for value in (65504.0, 65519.0):
        assert rounded(np.float32([value]))[0] == 65504
    for value in (65520.0, 1e6, -65520.0):
        with pytest.raises(OverflowError):
            rounded(np.float32([value]))
    assert rounded(np.float32([1e6]), SINGLE)[0] == 1e6
