"""The rule as the page prints it, case by case."""

import math

import pytest

from explain.findings.claims import ALL
from explain.findings.verdicts import deciding, verdict_of_claim, verdict_of_row


@pytest.mark.parametrize(
    ("side", "low", "high", "p", "p_alike", "verdict"),
    [
        (1, 0.1, 0.3, 0.049, 0.9, "supported"),
        (-1, -0.3, -0.1, 0.049, 0.9, "supported"),  # Gini: wider maps have the smaller value
        (1, -0.3, -0.1, 0.049, 0.9, "contradicted"),
        (-1, 0.1, 0.3, 0.001, math.nan, "contradicted"),
        (1, 0.1, 0.3, 0.05, 0.9, "too little data"),  # below 0.05, not at it
        (1, -0.1, 0.3, 0.001, 0.9, "too little data"),  # the interval holds zero
        (1, 0.0, 0.3, 0.001, 0.9, "too little data"),
        (1, 0.1, 0.3, 0.001, 0.049, "no relevant difference"),  # there is one, but it does not matter
        (1, -0.1, 0.1, 0.7, 0.049, "no relevant difference"),
        (1, 0.1, 0.3, math.nan, math.nan, "too little data"),
        (1, math.nan, math.nan, 0.001, math.nan, "too little data"),
    ],
)
def test_a_row_needs_a_corrected_p_and_an_interval_on_one_side(side, low, high, p, p_alike, verdict):
    assert verdict_of_row(side, low, high, p, p_alike) == verdict


@pytest.mark.parametrize(
    ("low", "high", "p", "verdict"),
    [
        (0.91, 0.99, 0.01, "supported"), (0.85, 0.95, 0.6, "too little data"), (0.7, 0.89, 0.01, "contradicted"),
        (0.91, 0.99, 0.06, "too little data"), (math.nan, math.nan, math.nan, "too little data"),
    ],
)  # fmt: skip
def test_a_share_is_held_against_the_margin(low, high, p, verdict):
    assert verdict_of_row(1, low, high, p, against=0.9) == verdict


def test_a_claim_follows_its_widest_scope():
    rows = [("bears", "contradicted"), (ALL, "supported"), (ALL, "supported")]
    assert verdict_of_claim(rows) == "supported"
    assert deciding([scope for scope, _ in rows]) == [False, True, True]


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [
        ("supported", "contradicted", "depends on the measure"),
        ("supported", "no relevant difference", "depends on the measure"),
        ("supported", "too little data", "too little data"),
        ("no relevant difference", "too little data", "too little data"),
    ],
)
def test_a_claim_whose_rows_part(one, other, whole):
    assert verdict_of_claim([(ALL, one), (ALL, other)]) == whole


def test_without_a_scope_over_all_every_row_counts():
    assert verdict_of_claim([("resnet", "supported"), ("xception", "contradicted")]) == "depends on the measure"


def test_a_claim_without_rows_is_not_tested():
    assert verdict_of_claim([]) == "not tested"
