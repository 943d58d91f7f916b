"""Error rates of whole studies, simulated: how often verdicts are false, and how often they are found."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from explain.findings.claims import ALL, SAME_VERDICT, Claim
from explain.findings.contrasts import Measured
from explain.findings.rows import rows_of
from explain.statistics.hypothesis_tests import smallest_shown

CLAIM = Claim(1, "", "", "", "", "", (), (), ())
ROWS = 6


def verdicts(rng, images, true=0.0, margin=float("nan"), rows=ROWS):
    """Test a claim of many rows, each of which differs by `true` standard deviations."""
    zero = pd.Series(np.zeros(images))
    pairs = [Measured(ALL, f"m{n}", "", pd.Series(rng.normal(true, 1, images)), zero, 1, margin) for n in range(rows)]
    return [row.verdict for row in rows_of([(CLAIM, pairs)])]


@pytest.mark.parametrize(
    ("images", "studies", "most"), [(11, 40, 6), pytest.param(102, 100, 11, marks=pytest.mark.slow)]
)
def test_where_nothing_differs_at_most_one_study_in_twenty_says_that_something_does(images, studies, most):
    rng = np.random.default_rng(9)
    false = sum(bool({"supported", "contradicted"} & set(verdicts(rng, images))) for _ in range(studies))
    assert false <= most  # by chance more would happen once in a hundred times


@pytest.mark.slow
def test_at_the_edge_of_the_margin_at_most_one_study_in_twenty_calls_a_difference_irrelevant():
    rng = np.random.default_rng(10)
    false = sum("no relevant difference" in verdicts(rng, 30, 0.4, 0.4) for _ in range(100))
    assert false <= 11


@pytest.mark.slow
def test_four_of_five_rows_show_the_difference_that_they_say_they_could():
    rng = np.random.default_rng(11)
    true = smallest_shown(1.0, 60, 0.05 / ROWS)
    found = [verdict for _ in range(20) for verdict in verdicts(rng, 60, true)]
    assert found.count("contradicted") == 0
    assert found.count("supported") / len(found) > 0.75  # Holm's later steps are easier than the first


def test_a_difference_far_below_the_margin_is_called_irrelevant():
    assert set(verdicts(np.random.default_rng(12), 200, 0.0, 0.5)) == {"no relevant difference"}


@pytest.mark.parametrize(("images", "margin"), [(20, 0.9), (30, 0.8), (102, 0.9), (102, 0.95), (300, 0.9)])
def test_at_the_margin_two_models_are_called_alike_or_not_in_at_most_one_study_in_twenty(images, margin):
    """Not drawn but summed: the verdict of every number of images on which both are alike, by its probability."""
    sure, false = pd.Series(np.ones(images, bool)), 0.0
    for alike in range(images + 1):
        pair = Measured(ALL, SAME_VERDICT, "", sure, pd.Series(np.arange(images) < alike), 1, margin)
        (row,) = rows_of([(CLAIM, [pair])])
        false += binom.pmf(alike, images, margin) * (row.verdict in ("supported", "contradicted"))
    assert 0.01 < false < 0.06  # Wilson's interval is not exact; the sum of both sides stays about one in twenty


def test_rows_of_single_classes_are_not_corrected_and_cost_the_others_nothing():
    rng = np.random.default_rng(13)
    first, zero = pd.Series(rng.normal(0.5, 1, 40)), pd.Series(np.zeros(40))
    whole = Measured(ALL, "entropy", "", first, zero, 1)
    parts = [Measured(f"class {n}", "entropy", "", first[n::4], zero[n::4], 1) for n in range(4)]
    (alone,) = rows_of([(CLAIM, [whole])])
    *inner, among = rows_of([(CLAIM, [*parts, whole])])
    assert (among.p_holm, among.verdict) == (alone.p_holm, alone.verdict)
    assert among.p_holm == among.p_uncorrected
    assert not any(row.decides for row in inner)
    assert np.isnan([row.p_holm for row in inner]).all()
    assert np.isfinite([row.p_uncorrected for row in inner]).all()
