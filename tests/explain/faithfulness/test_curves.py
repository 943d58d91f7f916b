import numpy as np
import pytest

from explain.faithfulness import perturbation_curve


def upper_half_speaks(batch):
    assert len(batch) == 4
    bright = batch[:, :4, :, 0].mean(axis=(1, 2))
    return np.stack([np.zeros_like(bright), 20 * bright - 10], axis=1)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


@pytest.mark.parametrize("flipped", [False, True])
def test_the_curve_of_a_linear_network_is_the_one_computed_by_hand(flipped):
    image, nothing = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    upper = np.array([[1.0, 1.0], [0.0, 0.0]])
    curve = perturbation_curve(upper_half_speaks, image, nothing, upper[::-1] if flipped else upper, 1, 8, 4)
    # Eight steps of one row each: what counts is gone after four, or starts to go after four.
    left = np.array([1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0] if flipped else [1, 0.75, 0.5, 0.25, 0, 0, 0, 0, 0])
    expected = sigmoid(20 * left - 10)
    np.testing.assert_allclose(curve.probabilities, expected, rtol=1e-5)
    np.testing.assert_allclose(curve.fractions, np.arange(9) / 8)
    assert curve.area == pytest.approx((expected[0] / 2 + expected[1:8].sum() + expected[8] / 2) / 8)


def test_a_constant_map_replaces_from_the_top_since_ties_stand_in_reading_order():
    image, nothing = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    curve = perturbation_curve(upper_half_speaks, image, nothing, np.ones((2, 2)), 1, 4, 4)
    np.testing.assert_allclose(curve.probabilities, sigmoid([10, 0, -10, -10, -10]), rtol=1e-5)


def test_a_network_that_sees_nothing_gives_a_flat_curve():
    image, nothing = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    curve = perturbation_curve(lambda x: np.zeros((len(x), 4), np.float32), image, nothing, np.eye(2), 0, 5, 4)
    np.testing.assert_allclose(curve.probabilities, 0.25)
    assert curve.area == pytest.approx(0.25)
