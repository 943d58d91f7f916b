"""The rule as the page prints it, case by case."""

import math

import pytest

from explain.findings.claims import ALL, SAME_VERDICT
from explain.findings.verdicts import verdict_of_claim, verdict_of_row


@pytest.mark.parametrize(
    ("side", "low", "high", "p", "verdict"),
    [
        (1, 0.1, 0.3, 0.049, "supported"),
        (-1, -0.3, -0.1, 0.049, "supported"),  # Gini: wider maps have the smaller value
        (1, -0.3, -0.1, 0.049, "contradicted"),
        (-1, 0.1, 0.3, 0.001, "contradicted"),
        (1, 0.1, 0.3, 0.05, "not settled"),  # below 0.05, not at it
        (1, -0.1, 0.3, 0.001, "not settled"),  # the interval holds zero
        (1, 0.0, 0.3, 0.001, "not settled"),
        (1, 0.1, 0.3, math.nan, "not settled"),
        (1, math.nan, math.nan, 0.001, "not settled"),
    ],
)
def test_a_row_needs_a_corrected_p_and_an_interval_on_one_side(side, low, high, p, verdict):
    assert verdict_of_row("entropy", side, low, high, p) == verdict


@pytest.mark.parametrize(
    ("low", "p", "verdict"),
    [
        (0.9, 1.0, "supported"), (0.899, 1.0, "not settled"), (0.95, 0.01, "contradicted"),
        (math.nan, math.nan, "not settled"),
    ],
)  # fmt: skip
def test_alike_is_a_share_and_no_sign_that_one_is_right_more_often(low, p, verdict):
    assert verdict_of_row(SAME_VERDICT, 1, low, 1.0, p) == verdict


def test_a_claim_follows_its_widest_scope():
    rows = [("bears", "entropy", "contradicted"), (ALL, "entropy", "supported"), (ALL, "radius", "supported")]
    assert verdict_of_claim(rows) == ("supported", "")


def test_a_claim_whose_rows_part_is_not_settled_and_says_by_which_measure():
    verdict, note = verdict_of_claim([(ALL, "entropy", "supported"), (ALL, "radius", "contradicted")])
    assert verdict == "not settled"
    assert "supported by entropy" in note
    assert "contradicted by rms radius" in note


def test_without_a_scope_over_all_every_row_counts_and_is_named_with_its_scope():
    verdict, note = verdict_of_claim([("resnet", "entropy", "supported"), ("xception", "entropy", "not settled")])
    assert verdict == "not settled"
    assert "entropy (resnet)" in note
    assert "entropy (xception)" in note


def test_a_claim_without_rows_is_not_tested():
    assert verdict_of_claim([]) == ("not tested", "")
