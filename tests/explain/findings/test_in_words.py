"""Claims told in sentences."""

from dataclasses import replace

import pandas as pd
import pytest

from explain.findings.claims import ALL
from explain.findings.contrasts import Measured
from explain.findings.images import for_and_against
from explain.findings.in_words import told
from explain.findings.rows import Row

NAN = float("nan")


def row(metric, verdict, scope=ALL, decides=True, difference=0.1, smallest=0.2, share=NAN):
    return Row(
        1, scope, metric, 10, difference, 0.0, 0.2, NAN, 0.01, 0.01, NAN, smallest, 0.5, share, decides, verdict
    )  # fmt: skip


def measured(rows, carry):
    """Let so many of ten images carry each row."""
    pairs = {}
    for each, count in zip(rows, carry, strict=True):
        first = pd.Series([1.0] * count + [-1.0] * (10 - count))
        test = Measured(each.scope, each.metric, "", first, 0 * first, 1)
        pairs[each.metric, each.scope] = for_and_against(test, pd.Series("bear", first.index))
    return pairs


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("supported", "Every test supports it: entropy and RMS radius."),
        ("contradicted", "Every test contradicts it: entropy and RMS radius."),
        (
            "no relevant difference",
            "By every test, the difference is smaller than what matters: entropy and RMS radius.",
        ),
        ("too little data", "No test has enough data to tell: entropy and RMS radius."),
    ],
)
def test_tests_that_agree_are_told_together(verdict, said):
    rows = [row("entropy", verdict), row("radius", verdict), row("radius", "supported", "bear", decides=False)]
    text = told(rows, measured(rows, (7, 9, 0)))
    assert text == f"{said} Depending on the test, 7 to 9 of 10 images carry it."


def test_tests_that_part_are_told_by_verdict_and_what_is_missing_is_said():
    rows = [row("entropy", "supported"), row("gini", "too little data", difference=-0.011, smallest=0.022)]
    assert told(rows, measured(rows, (8, 8))) == (
        "It is supported by entropy; there is too little data by Gini index. By Gini index, the difference seen is "
        "0.011, against the claim; 10 images can show one of 0.022 or more. 8 of 10 images carry it."
    )


def test_agreement_is_named_without_the_sign_by_which_it_is_measured():
    rows = [row("1 - pearson", "contradicted"), row("1 - sim", "contradicted")]
    titles = {"1 - pearson": "1 - Pearson correlation", "1 - sim": "1 - SIM"}
    assert told(rows, measured(rows, (2, 2)), titles).startswith(
        "Every test contradicts it: Pearson correlation and SIM. 2 of"
    )


def test_a_share_is_told_beside_the_share_that_the_claim_asks_for():
    one = replace(row("same_verdict", "contradicted", difference=0.7, share=-0.1), low=0.4, high=0.85, margin=0.9)
    assert told([one], measured([one], (7,))) == (
        "The test contradicts it. Both are right or both are wrong on 7 of 10 images, 70.0 % (95 % interval 40.0 to "
        "85.0 %); the claim asks for 90 %."
    )


def test_tests_within_each_model_are_told_model_by_model():
    rows = [row("entropy", "supported", "a"), row("entropy", "contradicted", "b")]
    assert told(rows, measured(rows, (8, 2)), {"a": "Net A", "b": "Net B"}) == (
        "For Net A, the test supports it. For Net B, the test contradicts it. "
        "Depending on the test, 2 to 8 of 10 images carry it."
    )


def test_of_no_test_nothing_is_told():
    assert told([], {}) == ""
