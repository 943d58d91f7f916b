"""The report's claims tested on every image: claims are measured, tested with one correction over all, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.findings.claims import SAME_VERDICT, Claim, Measured, Roles, claims
from explain.findings.verdicts import RULE, verdict_of_claim, verdict_of_row
from explain.statistics.animals import alike_about_kind
from explain.statistics.hypothesis_tests import PairedComparison, compare_all_paired, holm, mcnemar, proportion

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULE", "Finding", "Row", "findings", "findings_table"]

COLUMNS = ("claim", "scope", "metric", "n", "difference", "low", "high", "p_holm", "effect", "verdict")


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
        The quantity and its 95 % interval, as the claim defines it.
    p_holm : float
        Corrected over all rows of all claims.
    effect : float
        Rank-biserial correlation; for claim 5, the difference in accuracy.
    verdict : {"supported", "contradicted", "not settled"}
    """

    claim: int
    scope: str
    metric: str
    n: int
    difference: float
    low: float
    high: float
    p_holm: float
    effect: float
    verdict: str


@dataclass(frozen=True)
class Finding:
    """A claim, how it is measured, its tests and what they come to.

    Attributes
    ----------
    number : int
    claim : str
        The report's sentence, with this dataset's models.
    quantity : str
        What the difference is.
    rows : tuple of Row
    verdict : {"supported", "contradicted", "not settled", "not tested"}
    note : str
        What the verdict depends on, or cannot say; may be empty.
    evidence : pandas.DataFrame
        image, label, scope, metric, value: each image's own difference, positive where it carries the claim.
    """

    number: int
    claim: str
    quantity: str
    rows: tuple[Row, ...]
    verdict: str
    note: str
    evidence: pd.DataFrame


def findings(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    titles: Mapping[str, str],
    tested: pd.DataFrame | None = None,
) -> tuple[Finding, ...]:
    """Judge every claim that the tables allow.

    Parameters
    ----------
    metrics, agreement, predictions : pandas.DataFrame
        The store's tables.
    titles : mapping of str to str
        Title by model name, in order. The models whose names hold "resnet" and "xception" play these roles,
        otherwise the first and the second; with a single model only claim 3 is tested.
    tested : pandas.DataFrame, optional
        What :func:`findings_table` gave for the same tables; the tests are made anew without it.

    Returns
    -------
    tuple of Finding
        In the report's order.
    """
    measured = claims(metrics, agreement, predictions, titles)
    rows = _tested(measured) if tested is None else [Row(*row) for row in tested[list(COLUMNS)].itertuples(index=False)]
    labels = metrics.drop_duplicates("image").set_index("image")["label"]
    found = []
    for claim in measured:
        of_claim = [row for row in rows if row.claim == claim.number]
        found.append(_finding(claim, of_claim, labels, _of_kinds(claim, predictions, titles)))
    return tuple(found)


def findings_table(
    metrics: pd.DataFrame, agreement: pd.DataFrame, predictions: pd.DataFrame, titles: Mapping[str, str]
) -> pd.DataFrame:
    """Tabulate all tests of all claims.

    Parameters
    ----------
    metrics, agreement, predictions, titles
        As for :func:`findings`.

    Returns
    -------
    pandas.DataFrame
        claim, scope, metric, n, difference, low, high, p_holm, effect, verdict.
    """
    rows = _tested(claims(metrics, agreement, predictions, titles))
    return pd.DataFrame([[getattr(row, column) for column in COLUMNS] for row in rows], columns=list(COLUMNS))


def _tested(measured: tuple[Claim, ...]) -> list[Row]:
    """Make every test, correct over all of them, and judge each."""
    asked = [(claim, pair) for claim in measured for pair in claim.measured]
    paired = iter(compare_all_paired([(p.first, p.second) for _, p in asked if p.metric != SAME_VERDICT]))
    found = [_alike(pair) if pair.metric == SAME_VERDICT else next(paired) for _, pair in asked]
    corrected = holm([each.p for each in found])
    return [
        Row(
            claim.number, pair.scope, pair.metric, each.n, each.difference, each.low, each.high, float(p), each.effect,
            verdict_of_row(pair.metric, pair.side, each.low, each.high, float(p)),
        )
        for (claim, pair), each, p in zip(asked, found, corrected, strict=True)
    ]  # fmt: skip


def _alike(pair: Measured) -> PairedComparison:
    """Compare two classifiers: `difference` is the share of equal verdicts, `effect` the difference in accuracy."""
    a, b = pair.first.to_numpy(bool), pair.second.to_numpy(bool)
    if not len(a):
        return PairedComparison(0, *(5 * [np.nan]))
    share = proportion(int((a == b).sum()), len(a))
    return PairedComparison(len(a), share.share, share.low, share.high, mcnemar(a, b), float(a.mean() - b.mean()))


def _of_kinds(claim: Claim, predictions: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Say how the claim about answers fares where the animal counts and not the exact label."""
    if not any(pair.metric == SAME_VERDICT for pair in claim.measured):
        return ""
    roles = Roles.of(titles)
    return alike_about_kind(predictions, roles.resnet, roles.xception)


def _finding(claim: Claim, rows: list[Row], labels: pd.Series, of_kinds: str) -> Finding:
    verdict, depends = verdict_of_claim([(row.scope, row.metric, row.verdict) for row in rows])
    note = " ".join(text for text in (depends, claim.note, of_kinds) if text)
    return Finding(claim.number, claim.text, claim.quantity, tuple(rows), verdict, note, _evidence(claim, labels))


def _evidence(claim: Claim, labels: pd.Series) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "image": pair.carried.index, "label": labels.reindex(pair.carried.index).to_numpy(),
                "scope": pair.scope, "metric": pair.metric, "value": pair.carried.to_numpy(),
            }
        )
        for pair in claim.measured
    ]  # fmt: skip
    if not frames:
        return pd.DataFrame({column: [] for column in ("image", "label", "scope", "metric", "value")})
    return pd.concat(frames, ignore_index=True)
