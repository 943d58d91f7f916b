"""The tests of claims: each measured difference tested, corrected over those that decide, and judged."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.findings.claims import SAME_VERDICT
from explain.findings.verdicts import SIGNIFICANT, deciding, verdict_of_row
from explain.statistics.hypothesis_tests import PairedComparison, compare_all_paired, holm, smallest_shown
from explain.statistics.proportions import p_share, proportion, smallest_difference_of_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explain.findings.claims import Claim
    from explain.findings.contrasts import Measured

MISSING = float("nan")


@dataclass(frozen=True)
class Row:
    """One test of a claim.

    Attributes
    ----------
    claim : int
    scope : str
        A label, a model's name, or ``all``.
    metric : str
    n : int
    difference, low, high : float
        The quantity and its 95 % interval, as the claim defines it; of equal verdicts, their share.
    margin : float
        As the claim declares it; NaN where it does not.
    p_uncorrected : float
        Against no difference; of a share, against the margin.
    p_holm : float
        The same, corrected over the differences of all claims that decide; NaN of the others.
    p_alike : float
        That the difference is no smaller than the margin; corrected likewise where the row decides.
    smallest : float
        Difference (of a share, distance from the margin) that so many images show with 80 % power at the level to
        which the correction brings the row; NaN where they show none, however large.
    effect : float
        Rank-biserial correlation; NaN of a share.
    accuracy_difference : float
        Of equal verdicts, the first model's accuracy minus the second's; else NaN.
    decides : bool
        Whether the row is of the claim's widest scope.
    verdict : {"supported", "contradicted", "no relevant difference", "too little data"}
    """

    claim: int
    scope: str
    metric: str
    n: int
    difference: float
    low: float
    high: float
    margin: float
    p_uncorrected: float
    p_holm: float
    p_alike: float
    smallest: float
    effect: float
    accuracy_difference: float
    decides: bool
    verdict: str


COLUMNS = tuple(field.name for field in fields(Row))


def rows_of(measured: Sequence[tuple[Claim, Sequence[Measured]]]) -> list[Row]:
    """Make every test, correct over those that decide, and judge each.

    Rows of single classes lie within those over all images: corrected with them they would cost power and add nothing,
    so they stay as they are and decide nothing. A share of equal verdicts is held against its margin by one interval,
    and is none of the differences that are corrected for each other.
    """
    asked = [(claim, pair) for claim, pairs in measured for pair in pairs]
    decides = [each for _, pairs in measured for each in deciding([pair.scope for pair in pairs])]
    of_differences = [pair for _, pair in asked if pair.metric != SAME_VERDICT]
    compared = iter(
        compare_all_paired([(p.first, p.second) for p in of_differences], [p.margin for p in of_differences])
    )
    found = [_alike(pair) if pair.metric == SAME_VERDICT else next(compared) for _, pair in asked]
    shares = [pair.metric == SAME_VERDICT for _, pair in asked]
    family = [counts and not share for counts, share in zip(decides, shares, strict=True)]
    corrected = holm([each.p if counts else MISSING for each, counts in zip(found, family, strict=True)])
    alike = holm([each.p_alike if counts else MISSING for each, counts in zip(found, family, strict=True)])
    tests = max(1, int(np.isfinite(corrected).sum()))
    rows = []
    for place, ((claim, pair), each) in enumerate(zip(asked, found, strict=True)):
        share, counts, p_holm = shares[place], family[place], float(corrected[place])
        level = SIGNIFICANT / tests if counts else SIGNIFICANT
        p, p_same = (p_holm, float(alike[place])) if counts else (each.p, each.p_alike)
        smallest = (
            smallest_difference_of_share(pair.margin, each.n, level)
            if share
            else smallest_shown(each.deviation, each.n, level)
        )
        verdict = verdict_of_row(pair.side, each.low, each.high, p, p_same, pair.margin if share else 0)
        accuracies = float(pair.first.mean() - pair.second.mean()) if share else MISSING
        rows.append(
            Row(
                claim.number, pair.scope, pair.metric, each.n, each.difference, each.low, each.high, pair.margin,
                each.p, p_holm, p_same, smallest, each.effect, accuracies, decides[place], verdict,
            )
        )  # fmt: skip
    return rows


def table_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Tabulate tests."""
    return pd.DataFrame([[getattr(row, column) for column in COLUMNS] for row in rows], columns=list(COLUMNS))


def _alike(pair: Measured) -> PairedComparison:
    """Hold the share of equal verdicts against the margin."""
    a, b = pair.first.to_numpy(bool), pair.second.to_numpy(bool)
    same, n = int((a == b).sum()), len(a)
    share = proportion(same, n)
    return PairedComparison(n, share.share, share.low, share.high, p_share(same, n, pair.margin), MISSING)
