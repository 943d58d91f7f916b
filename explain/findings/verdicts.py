"""The rule by which tests become verdicts, printed where verdicts are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.findings.claims import ALL, SAME_VERDICT
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGNIFICANT = 0.05
ALIKE = 0.9
SUPPORTED, CONTRADICTED, NOT_SETTLED = "supported", "contradicted", "not settled"
NOT_TESTED = "not tested"

RULE = (
    "One row is supported when Holm's corrected p is below 0.05 and the 95 % interval lies wholly on the side that "
    "the claim names; it is contradicted when p is below 0.05 and the interval lies wholly on the other side; "
    "otherwise it is not settled. A claim as a whole is supported, or contradicted, when every row of its widest "
    "scope is; where rows point to different sides, or some settle nothing, the claim is not settled, and the rows "
    "say on which measure it depends. A claim that two models classify alike is supported when the lower end of the "
    "Wilson interval is at least 0.9, and contradicted when McNemar's corrected p is below 0.05."
)
"""How verdicts are reached, as the page prints it."""


def verdict_of_row(metric: str, side: int, low: float, high: float, p_holm: float) -> str:
    """Judge one test.

    Parameters
    ----------
    metric : str
    side : int
        1 where a positive difference supports the claim, -1 where a negative one does.
    low, high : float
        95 % interval of the quantity.
    p_holm : float
        Corrected.

    Returns
    -------
    {"supported", "contradicted", "not settled"}
        The last also where a number is missing.
    """
    significant = p_holm < SIGNIFICANT
    if metric == SAME_VERDICT:
        return CONTRADICTED if significant else SUPPORTED if low >= ALIKE else NOT_SETTLED
    if significant and side * low > 0 and side * high > 0:
        return SUPPORTED
    if significant and side * low < 0 and side * high < 0:
        return CONTRADICTED
    return NOT_SETTLED


def verdict_of_claim(rows: Sequence[tuple[str, str, str]], titles: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Judge a claim by its widest scope.

    Parameters
    ----------
    rows : sequence of (scope, metric, verdict)
    titles : mapping of str to str, optional
        Of metrics and scopes, for people.

    Returns
    -------
    (str, str)
        The verdict, "not tested" where there are no rows; and on what it depends where rows differ, else empty.
    """
    widest = [row for row in rows if row[0] == ALL] or list(rows)
    verdicts = {verdict for *_, verdict in widest}
    if not verdicts:
        return NOT_TESTED, ""
    if len(verdicts) == 1:
        return verdicts.pop(), ""
    named = titles or {}
    parts = []
    for verdict in (SUPPORTED, CONTRADICTED, NOT_SETTLED):
        names = [
            _within(named.get(metric) or metric_title(metric))
            + (f" ({named.get(scope, scope)})" if scope != ALL else "")
            for scope, metric, found in widest
            if found == verdict
        ]
        if names:
            parts.append(f"{verdict} by {', '.join(names)}")
    return NOT_SETTLED, f"The verdict depends on the measure: {'; '.join(parts)}."


def _within(title: str) -> str:
    """Write a measure's title as it stands within a sentence; a method's name before a colon stays as it is."""
    before, colon, measure = title.rpartition(": ")
    return before + colon + measure.lower()
