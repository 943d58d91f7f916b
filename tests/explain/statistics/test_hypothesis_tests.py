import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explain.statistics.hypothesis_tests import bootstrap_intervals, compare_paired, holm


def test_a_paired_comparison_of_known_numbers():
    found = compare_paired([2, 4, 6, 8, np.nan], [1, 2, 3, 4, 1])
    assert found.n == 4
    assert found.difference == 2.5
    assert np.isnan(found.low)  # of four images, whatever it is, the mean may be
    assert found.p == pytest.approx(2 / 2**4)  # all four signs alike, exact and two-sided
    assert found.effect == 1


def test_swapping_the_sides_turns_the_sign():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 40))
    one, other = compare_paired(a, b), compare_paired(b, a)
    assert one.difference == pytest.approx(-other.difference)
    assert one.effect == pytest.approx(-other.effect)
    assert one.p == pytest.approx(other.p)


def test_equal_measurements_show_no_difference():
    found = compare_paired([1, 2, 3], [1, 2, 3])
    assert (found.difference, found.p, found.effect) == (0, 1, 0)


def test_holm_by_hand_leaves_missing_tests_out():
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04, 0.03]), [0.03, np.nan, 0.06, 0.06])


def test_intervals_do_not_depend_on_what_else_is_asked():
    rng = np.random.default_rng(4)
    samples = [rng.normal(size=30), rng.exponential(size=12), rng.integers(0, 3, 30), np.ones(30), rng.normal(size=30)]
    together = bootstrap_intervals([*samples, [1.0]])
    assert together[:-1] == [bootstrap_intervals([sample])[0] for sample in samples]
    assert together[3] == (1, 1)
    assert np.isnan(together[-1]).all()


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_its_definition(p_values):
    """No p may be below that of a smaller one; each counts as often as there are p-values that are not smaller."""
    expected = [max(min(1, q * sum(each >= q for each in p_values)) for q in p_values if q <= p) for p in p_values]
    np.testing.assert_array_equal(holm(p_values), expected)


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests  # whose every call collects garbage

    p_values = np.random.default_rng(3).beta(0.3, 2, 200)
    np.testing.assert_array_equal(holm(p_values), multipletests(p_values, method="holm")[1])


def test_more_than_a_margin_by_hand():
    # Of the three means of subsets of (0.1, 0.4), which are 0.1, 0.25 and 0.4, one lies at or below 0.2.
    found = compare_paired([0.1, 0.4], [0, 0], 0.2)
    assert found.p_more == pytest.approx((1 + 1) / (1 + 3))
    assert np.isnan(compare_paired([0.1, 0.4], [0, 0]).p_more)
