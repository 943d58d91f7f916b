"""The rule by which tests become verdicts, printed where verdicts are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.findings.claims import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNIFICANT = 0.05
SUPPORTED, CONTRADICTED, NOT_RELEVANT = "supported", "contradicted", "no relevant difference"
TOO_LITTLE, DEPENDS, NOT_TESTED = "too little data", "depends on the measure", "not tested"
SETTLED = (SUPPORTED, CONTRADICTED, NOT_RELEVANT)
"""Verdicts that answer a claim."""
VERDICTS = (SUPPORTED, CONTRADICTED, NOT_RELEVANT, DEPENDS, TOO_LITTLE, NOT_TESTED)
"""All that a claim can come to; a row comes to one of the first three, or has too little data."""

RULE = (
    "An image carries a claim where its own difference points the way that the claim says. The tests over all images "
    "decide, network by network where the claim is about each; every test is a row of the tables. There is no "
    "relevant difference where two one-sided tests show that the mean difference is smaller than the margin that the "
    "claim declares (corrected p below 0.05). Else a row is supported where the corrected p against no difference is "
    "below 0.05 and the 95 % interval lies wholly on the side that the claim names, and contradicted where it lies "
    "wholly on the other. Else there is too little data: the column of the smallest difference says what so many "
    "images would have shown in four of five studies. Test, interval and margin are read off one sign-flip test of "
    "the mean, so they cannot contradict each other. Of more than 13 images it draws 9,999 flips, the same ones every "
    "time: others would give 0.044 to 0.056 where it gives 0.05. Holm corrects over the deciding differences of all "
    "claims, once for differences and once for margins: each kind of false verdict happens in at most 5 of 100 "
    "studies. Rows of single classes lie within the deciding ones: they are shown for information, not corrected, and "
    "decide nothing. A claim has the verdict that all its deciding rows have. Where they reach different verdicts, it "
    "depends on the measure (or on the model); where all that have enough data agree and some have too little, there "
    "is too little. That two models classify alike is supported where the 95 % Wilson interval of the share of images "
    "on which both are right or both are wrong lies above the margin that the claim declares, contradicted where it "
    "lies below, and else there is too little data; this one interval is not corrected, and McNemar's test stands "
    "beside it for information."
)
"""How verdicts are reached, as the page prints it."""


def verdict_of_row(
    side: int, low: float, high: float, p: float, p_alike: float = float("nan"), against: float = 0.0
) -> str:
    """Judge one test.

    Parameters
    ----------
    side : int
        1 where a larger value supports the claim, -1 where a smaller one does.
    low, high : float
        95 % interval of the quantity.
    p : float
        Against `against`; corrected where the row decides.
    p_alike : float
        Of the two one-sided tests; NaN where no margin is declared.
    against : float
        0 for differences; of a share, the margin.

    Returns
    -------
    {"supported", "contradicted", "no relevant difference", "too little data"}
        The last also where a number is missing.
    """
    if p_alike < SIGNIFICANT:
        return NOT_RELEVANT
    if p < SIGNIFICANT and side * (low - against) > 0 and side * (high - against) > 0:
        return SUPPORTED
    if p < SIGNIFICANT and side * (low - against) < 0 and side * (high - against) < 0:
        return CONTRADICTED
    return TOO_LITTLE


def deciding(scopes: Sequence[str]) -> list[bool]:
    """Tell which rows of one claim decide: those over all images, or all rows where none is."""
    return [scope == ALL or ALL not in scopes for scope in scopes]


def verdict_of_claim(rows: Sequence[tuple[str, str]]) -> str:
    """Judge a claim by its widest scope.

    Parameters
    ----------
    rows : sequence of (str, str)
        Scope and verdict of every row.

    Returns
    -------
    str
        One of :data:`VERDICTS`; "not tested" where there are no rows.
    """
    decides = deciding([scope for scope, _ in rows])
    verdicts = {verdict for (_, verdict), counts in zip(rows, decides, strict=True) if counts}
    if len(verdicts) == 1:
        return verdicts.pop()
    if not verdicts:
        return NOT_TESTED
    return DEPENDS if len(verdicts - {TOO_LITTLE}) > 1 else TOO_LITTLE
