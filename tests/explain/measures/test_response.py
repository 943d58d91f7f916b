import numpy as np
import pytest

from explain.measures.response import area_under, confidence_drop, confidence_increase, fractions_of


def test_the_area_is_that_of_trapezoids():
    np.testing.assert_allclose(area_under([[1.0, 0.5, 0.0], [0.2, 0.2, 0.2], [0.0, 1.0, 0.0]]), [0.5, 0.2, 0.5])


def test_drop_and_increase_in_confidence_by_hand():
    original, masked = [0.8, 0.5, 0.4, 0.0], [0.2, 0.5, 0.6, 0.1]
    np.testing.assert_allclose(confidence_drop(original, masked), [0.75, 0, 0, 0])
    np.testing.assert_allclose(confidence_increase(original, masked), [0, 0, 1, 1])


def test_without_a_step_there_are_no_fractions():
    np.testing.assert_allclose(fractions_of(4), [0, 0.25, 0.5, 0.75, 1])
    with pytest.raises(ValueError, match="steps is 0"):
        fractions_of(0)
