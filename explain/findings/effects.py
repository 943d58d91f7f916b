"""The tests of a claim on one axis: what supports it lies to the right, whatever is measured in whatever unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.claims import ALL, SAME_VERDICT

if TYPE_CHECKING:
    from explain.findings.findings import Finding

COLUMNS = ("metric", "scope", "n", "effect", "low", "high", "margin", "difference", "decides", "verdict")


def effects_of(finding: Finding) -> pd.DataFrame:
    """Give every test of a claim as an effect that is positive where it supports the claim.

    Returns
    -------
    pandas.DataFrame
        One row per test, the rows of classes right after the one of all images that they lie within. `effect`, `low`,
        `high` and `margin` are in standard deviations of the images' own differences, and measures that run the
        other way are turned; of equal verdicts they are the share of images, its interval, and the share that the
        claim declares. `difference` is as measured, not turned.

    References
    ----------
    Cohen's d of paired differences, "d_z": Lakens, Frontiers in Psychology 2013, equation 6.
    """
    rows = []
    for row in finding.rows:
        test = finding.tests[row.metric, row.scope]
        if row.metric == SAME_VERDICT:
            effect = (row.difference, row.low, row.high, row.margin)
        else:
            turned = sorted((test.side * row.low, test.side * row.high))
            unit = test.deviation if test.deviation > 0 else float("nan")
            effect = (test.side * row.difference / unit, turned[0] / unit, turned[1] / unit, row.margin / unit)
        rows.append((row.metric, row.scope, row.n, *effect, row.difference, row.decides, row.verdict))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {metric: place for place, metric in enumerate(dict.fromkeys(table["metric"]))}
    keys = table.assign(of=table["metric"].map(order), inner=table["scope"] != ALL)
    return table.loc[keys.sort_values(["of", "inner"], kind="stable").index].reset_index(drop=True)
