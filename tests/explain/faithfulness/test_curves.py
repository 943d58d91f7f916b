import numpy as np
import pytest

from explain.faithfulness import perturbation_curve


def _predict(batch):
    assert len(batch) == 4
    bright = batch[:, :4, :, 0].mean(axis=(1, 2))  # the upper half alone speaks for class 1
    return np.stack([np.zeros_like(bright), 20 * bright - 10], axis=1)


def test_deleting_what_matters_first_gives_a_smaller_area_than_last():
    image, nothing = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    upper = np.array([[1.0, 1.0], [0.0, 0.0]])
    good = perturbation_curve(_predict, image, nothing, upper, 1, steps=8, batch_size=4)
    bad = perturbation_curve(_predict, image, nothing, upper[::-1], 1, steps=8, batch_size=4)
    assert good.area < 0.35 < 0.65 < bad.area
    assert good.probabilities[0] == pytest.approx(bad.probabilities[0])
    assert good.probabilities[-1] == pytest.approx(bad.probabilities[-1])
    np.testing.assert_allclose(good.fractions, np.arange(9) / 8)


def test_a_network_that_sees_nothing_gives_a_flat_curve():
    image, nothing = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    curve = perturbation_curve(lambda x: np.zeros((len(x), 4), np.float32), image, nothing, np.eye(2), 0, 5, 4)
    np.testing.assert_allclose(curve.probabilities, 0.25)
    assert curve.area == pytest.approx(0.25)
