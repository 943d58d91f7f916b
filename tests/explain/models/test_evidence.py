"""Activations are rounded exactly as float16 rounds them; no pass waits for another's."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explain.models.evidence import HALF, SINGLE, NetworkEvidence, rounded
from tests.explain.conftest import LinearNetwork, linear_network

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


class Meeting(LinearNetwork):
    """Goes on when two passes are at it."""

    barrier = threading.Barrier(2, timeout=20)

    def forward(self, pixels):
        self.barrier.wait()
        return super().forward(pixels)


def test_two_batches_are_passed_through_the_network_beside_each_other():
    network = Meeting(linear_network().kernel)
    batches = np.random.default_rng(5).integers(0, 256, (2, 3, 16, 16, 3), np.uint8)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda pixels: NetworkEvidence(network, pixels).logits, batches))
    expected = [linear_network().forward(pixels).logits for pixels in batches]
    np.testing.assert_array_equal(found, expected)


def test_the_network_is_asked_once_whatever_is_looked_at():
    class Counting(LinearNetwork):
        passes = 0

        def forward(self, pixels):
            self.passes += 1
            return super().forward(pixels)

    network = Counting(linear_network().kernel)
    evidence = NetworkEvidence(network, np.zeros((2, 16, 16, 3), np.uint8))
    assert evidence.logits.shape == (2, 2)
    assert evidence.activations is evidence.activations
    assert evidence.inputs is evidence.inputs
    assert network.passes == 1
