import numpy as np
import pytest

from explain.compact.calibration import OFFSETS, best_offset


def test_a_network_that_says_other_too_often_is_corrected():
    # Uncorrected, one elephant and one bear of two are missed; from 0.5 on none; from 0.8 on others suffer.
    logits = np.array([[2, 0, 0], [1, 0, 1.5], [0, 2, 0], [0, 1, 1.5], [0, 0, 0.8], [0, 0, 3.0]])
    targets = np.array([0, 0, 1, 1, 2, 2])
    assert 0.5 < best_offset(logits, targets) < 0.8


def test_a_balanced_network_is_left_within_the_range_that_changes_nothing():
    logits = np.eye(3) * 10
    assert best_offset(logits, np.arange(3)) == pytest.approx(OFFSETS[len(OFFSETS) // 2])
