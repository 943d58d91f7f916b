"""The sign-flip test against every combination of signs, and its interval against the test asked again and again."""

from itertools import product

import numpy as np
import pytest

from explain.statistics.hypothesis_tests import compare_all_paired, compare_paired, smallest_shown
from explain.statistics.sign_flips import smallest_p, typical_values


def every_flip(differences, centre=0.0):
    """Two-sided p by writing out all combinations of signs."""
    around = np.asarray(differences) - centre
    sums = np.array(list(product([1, -1], repeat=len(around)))) @ around
    return min(1.0, 2 * min((sums >= around.sum() - 1e-12).mean(), (sums <= around.sum() + 1e-12).mean()))


@pytest.mark.parametrize("count", [2, 5, 9, 10])
def test_p_is_that_of_all_combinations_of_signs(count):
    differences = np.random.default_rng(count).normal(0.4, 1, count)
    found = compare_paired(differences, np.zeros(count))
    assert found.p == pytest.approx(every_flip(differences))
    (typical,) = typical_values(differences[None])
    for centre in (-0.3, 0.2, 0.7):
        assert typical.p_not(centre) == pytest.approx(every_flip(differences, centre))


def test_the_interval_holds_what_the_test_does_not_reject():
    differences = np.random.default_rng(3).exponential(size=10)
    found = compare_paired(differences, np.zeros(10))
    kept = [centre for centre in np.linspace(-1, 4, 501) if every_flip(differences, centre) > 0.05]
    assert found.low == pytest.approx(min(kept), abs=0.011)
    assert found.high == pytest.approx(max(kept), abs=0.011)


def test_five_images_reject_nothing_so_their_interval_has_no_ends():
    assert np.isnan([compare_paired(range(1, 6), [0] * 5).low, compare_paired(range(1, 6), [0] * 5).high]).all()
    assert smallest_p(5) == 2 / 32
    six = compare_paired(range(1, 7), [0] * 6)
    assert (six.low, six.p) == (1, 2 / 64)


def test_measures_that_are_zero_or_one_need_no_rule_for_zeros():
    first = np.array([1, 0, 1, 1, 1, 1, 1, 1, 0, 1], float)
    second = np.array([1, 0, 0, 0, 0, 0, 0, 1, 0, 0], float)
    found = compare_paired(first, second)
    assert (
        found.p == pytest.approx(every_flip(first - second)) == pytest.approx(2 / 2**6)
    )  # six of ten differ, all to one side
    assert found.low > 0


def test_test_and_interval_never_contradict_each_other():
    rng = np.random.default_rng(5)
    pairs = [(rng.normal(rng.normal(0, 0.3), 1, 40), np.zeros(40)) for _ in range(60)]
    for found in compare_all_paired(pairs):
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_what_else_is_asked_changes_nothing():
    rng = np.random.default_rng(6)
    pairs = [(rng.normal(size=count), rng.normal(size=count)) for count in (30, 12, 30, 1)]
    together = compare_all_paired(pairs, [0.1] * 4)
    for one, pair in zip(together, pairs, strict=True):
        np.testing.assert_allclose(list(vars(one).values()), list(vars(compare_paired(*pair, 0.1)).values()))


def test_the_margin_at_its_edge_is_called_irrelevant_in_at_most_five_of_a_hundred():
    rng = np.random.default_rng(7)
    zeros = np.zeros(60)
    at_edge = compare_all_paired([(rng.normal(0.5, 1, 60), zeros) for _ in range(400)], [0.5] * 400)
    assert np.mean([found.p_alike < 0.05 for found in at_edge]) == pytest.approx(0.05, abs=0.025)
    inside = compare_all_paired([(rng.normal(0, 1, 60), zeros) for _ in range(100)], [0.5] * 100)
    assert np.mean([found.p_alike < 0.05 for found in inside]) > 0.9


@pytest.mark.parametrize("level", [0.05, 0.0025])
def test_four_of_five_studies_show_the_smallest_difference(level):
    rng = np.random.default_rng(8)
    true = smallest_shown(1.0, 50, level)
    studies = compare_all_paired([(rng.normal(true, 1, 50), np.zeros(50)) for _ in range(400)])
    assert np.mean([found.p <= level for found in studies]) == pytest.approx(0.8, abs=0.06)


def test_so_few_images_show_no_difference_however_large():
    assert np.isnan(smallest_shown(1.0, 5, 0.05))
    assert np.isnan(smallest_shown(1.0, 10, 0.05 / 50))
    assert smallest_shown(1.0, 10, 0.05) > 0
