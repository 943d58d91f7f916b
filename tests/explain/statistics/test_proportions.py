"""Shares against formulas worked out by hand and against SciPy."""

import numpy as np
import pytest
from scipy import stats

from explain.statistics.proportions import mcnemar, p_share, proportion, smallest_difference_of_share


def test_wilson_and_mcnemar_by_hand():
    share = proportion(9, 10)
    z = 1.959963984540054
    centre, spread = (0.9 + z * z / 20) / (1 + z * z / 10), z * np.sqrt(0.09 / 10 + z * z / 400) / (1 + z * z / 10)
    assert (share.low, share.high) == (pytest.approx(centre - spread), pytest.approx(centre + spread))
    assert mcnemar([1] * 5 + [0], [0] * 5 + [0]) == pytest.approx(2 / 2**5)
    assert mcnemar([1, 0], [1, 0]) == 1


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_wilsons_interval_leaves_out_what_the_score_test_rejects(share):
    for n in (10, 102, 5000):
        for same in range(0, n + 1, max(1, n // 40)):
            found = proportion(same, n)
            assert (p_share(same, n, share) < 0.05) == (found.low > share or found.high < share)


def test_four_of_five_studies_show_a_share_so_far_from_the_margin():
    away = smallest_difference_of_share(0.8, 400, 0.05)
    reject = [same for same in range(401) if p_share(same, 400, 0.8) < 0.05]
    assert stats.binom.pmf(reject, 400, 0.8 + away).sum() == pytest.approx(0.8, abs=0.08)
    assert np.isnan(smallest_difference_of_share(0.9, 0, 0.05))
    assert np.isnan(smallest_difference_of_share(0.5, 4, 0.0001))
