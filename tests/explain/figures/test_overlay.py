"""Overlays: where a map is low, the photograph keeps its colours."""

import numpy as np
import pytest

from explain.figures.overlay import heatmap, overlay

GREY = np.full((1, 5, 3), 100, np.uint8)
ALONG = np.array([[0, 0.125, 0.25, 0.5, 1]], np.float32)


def test_the_weight_of_a_heatmap_grows_to_the_opacity_at_half_of_the_scale():
    drawn = overlay(GREY, ALONG, opacity=0.5, interpolation="nearest").astype(float)
    weights = np.array([0, 0.5**4, 0.5**2, 0.5, 0.5])[:, None]
    expected = (1 - weights) * 100 + weights * heatmap(ALONG.astype(float))[0]
    np.testing.assert_allclose(drawn[0], expected, atol=1)


@pytest.mark.parametrize("signed", [False, True])
def test_both_ends_of_the_opacity_are_one_picture_alone(signed):
    values = ALONG - 0.25 if signed else ALONG
    np.testing.assert_array_equal(overlay(GREY, values, opacity=0, signed=signed), GREY)
    whole = overlay(GREY, values, opacity=1, interpolation="nearest", signed=signed)
    assert (whole != 100).any(axis=2).all()


def test_a_signed_map_at_zero_leaves_the_photograph_and_both_sides_do_not():
    signed = np.array([[-1, 0, 1]], np.float32)
    drawn = overlay(GREY[:, :3], signed, opacity=0.5, interpolation="nearest", signed=True)
    assert np.abs(drawn[0, 1].astype(int) - 100).max() <= 1
    assert drawn[0, 0, 2] > drawn[0, 0, 0] + 20  # blue against
    assert drawn[0, 2, 0] > drawn[0, 2, 2] + 20  # red for
