"""The rule by which tests become verdicts, printed where verdicts are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.findings.claims import ALL
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGNIFICANT = 0.05
SUPPORTED, CONTRADICTED, NOT_RELEVANT = "supported", "contradicted", "no relevant difference"
TOO_LITTLE, DEPENDS, NOT_TESTED = "too little data", "depends on the measure", "not tested"
VERDICTS = (SUPPORTED, CONTRADICTED, NOT_RELEVANT, DEPENDS, TOO_LITTLE, NOT_TESTED)
"""All that a claim can come to; a row comes to one of the first three, or has too little data."""

RULE = (
    "The rows of a claim's widest scope decide. There is no relevant difference where two one-sided tests show that "
    "the mean difference is smaller than the margin that the claim declares (corrected p below 0.05). Else a row is "
    "supported where the corrected p against no difference is below 0.05 and the 95 % interval lies wholly on the "
    "side that the claim names, and contradicted where it lies wholly on the other. Else there is too little data: "
    "the column of the smallest difference says what so many images would have shown in four of five studies. Test, "
    "interval and margin are read off one sign-flip test of the mean, so they cannot contradict each other. Holm "
    "corrects over the deciding differences of all claims, once for differences and once for margins: each kind of "
    "false verdict happens in at most 5 of 100 studies. Rows of single classes lie within the deciding ones: they are "
    "shown for information, not corrected, and decide nothing. A claim has the verdict that all its deciding rows "
    "have. Where they reach different verdicts, it depends on the measure (or on the model); where all that have "
    "enough data agree and some have too little, there is too little. That two models classify alike is supported "
    "where the 95 % Wilson interval of the share of images on which both are right or both are wrong lies above the "
    "margin that the claim declares, contradicted where it lies below, and else there is too little data; this one "
    "interval is not corrected, and McNemar's test stands beside it for information."
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


def verdict_of_claim(rows: Sequence[tuple[str, str, str]], titles: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Judge a claim by its widest scope.

    Parameters
    ----------
    titles : mapping of str to str, optional
        Of metrics and scopes, for people.

    Returns
    -------
    (str, str)
        The verdict, "not tested" where there are no rows; and which rows say what where they differ, else empty.
    """
    decides = deciding([scope for scope, *_ in rows])
    widest = [row for row, counts in zip(rows, decides, strict=True) if counts]
    verdicts = {verdict for *_, verdict in widest}
    if not verdicts:
        return NOT_TESTED, ""
    if len(verdicts) == 1:
        return verdicts.pop(), ""
    named = titles or {}
    parts = []
    for verdict in (SUPPORTED, CONTRADICTED, NOT_RELEVANT, TOO_LITTLE):
        names = [
            _within(named.get(metric) or metric_title(metric))
            + (f" ({named.get(scope, scope)})" if scope != ALL else "")
            for scope, metric, found in widest
            if found == verdict
        ]
        if names:
            parts.append(f"{verdict} by {', '.join(names)}")
    whole = DEPENDS if len(verdicts - {TOO_LITTLE}) > 1 else TOO_LITTLE
    return whole, f"The rows: {'; '.join(parts)}."


def _within(title: str) -> str:
    """Write a measure's title as it stands within a sentence; names, and a method's before a colon, stay."""
    before, colon, measure = title.rpartition(": ")
    first = measure.partition(" ")[0]
    name = first in ("Gini", "Pearson", "Spearman") or not first[1:].islower()
    return before + colon + (measure if name else measure[0].lower() + measure[1:])
