"""A study's claims tested on every image: measured, tested with one correction over all, and judged."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.casting import cast_of
from explain.findings.claims import SAME_VERDICT
from explain.findings.contrasts import CONTRASTS, Tables
from explain.findings.study import study_of
from explain.findings.verdicts import RULE, verdict_of_claim, verdict_of_row
from explain.statistics.hypothesis_tests import PairedComparison, compare_all_paired, holm, mcnemar, proportion
from explain.statistics.same_kind import alike_about_kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explain.findings.casting import Cast
    from explain.findings.claims import Claim
    from explain.findings.contrasts import Measured
    from explain.findings.study import Studied
    from explain.store.selection import Selection

__all__ = ["RULE", "Finding", "Row", "findings", "findings_table"]


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
        Rank-biserial correlation; of a claim about equal verdicts, the difference in accuracy.
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


COLUMNS = tuple(field.name for field in fields(Row))


@dataclass(frozen=True)
class Finding:
    """A claim, how it is measured, its tests and what they come to.

    Attributes
    ----------
    number : int
    claim : str
        The sentence, with the titles of the models and methods that play its roles.
    quantity : str
        What the difference is.
    rows : tuple of Row
    verdict : {"supported", "contradicted", "not settled", "not tested"}
    note : str
        What the verdict depends on, or cannot say; may be empty.
    evidence : pandas.DataFrame
        image, label, scope, metric, value: each image's own difference, positive where it carries the claim.
    titles : mapping of str to str
        For people: of the rows' metrics, and of those scopes that are models.
    """

    number: int
    claim: str
    quantity: str
    rows: tuple[Row, ...]
    verdict: str
    note: str
    evidence: pd.DataFrame
    titles: Mapping[str, str]


def findings(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    selection: Selection,
    dataset: Studied,
    roles: Mapping[str, str] | None = None,
    tested: pd.DataFrame | None = None,
) -> tuple[Finding, ...]:
    """Judge every claim of a dataset's study that the tables allow.

    Parameters
    ----------
    metrics, agreement, predictions : pandas.DataFrame
        The store's tables. What they hold of other models and methods than the selection's does not count.
    selection : Selection
        Who may play the study's roles; claims about each model, or each method, are about these.
    dataset : Studied
        Its study (else a general comparison), its subject, and which of its labels are of one kind.
    roles : mapping of str to str, optional
        Names of models and methods by role, where the caller chooses; see :func:`explain.findings.casting.cast_of`.
    tested : pandas.DataFrame, optional
        What :func:`findings_table` gave for the same tables, selection and roles. The tests are made anew without it,
        and where its rows are not those that the claims ask for.

    Returns
    -------
    tuple of Finding
        In the study's order; claims with a role that nobody is left for are left out.

    Raises
    ------
    ExplainError
        If the dataset's study is unknown, or a role or its player is.
    """
    measured, cast = _measured(Tables(metrics, agreement, predictions), selection, dataset, roles)
    rows = _read(tested, measured)
    if rows is None:
        rows = _tested(measured)
    words = cast.titles | {"subject": dataset.subject, "subjects": dataset.subject_plural}
    labels = pd.concat([metrics, predictions])[["image", "label"]].drop_duplicates("image").set_index("image")["label"]
    found = []
    for claim, pairs in measured:
        of_claim = tuple(row for row in rows if row.claim == claim.number)
        titles = {**{pair.metric: pair.title for pair in pairs}, **selection.models}
        verdict, depends = verdict_of_claim([(row.scope, row.metric, row.verdict) for row in of_claim], titles)
        notes = (depends, claim.note, _of_kinds(claim, cast, predictions, dataset)) if pairs else (claim.untested,)
        note = " ".join(note for note in notes if note)
        text, quantity, note = (said.format_map(words) for said in (claim.text, claim.quantity, note))
        found.append(Finding(claim.number, text, quantity, of_claim, verdict, note, _evidence(pairs, labels), titles))
    return tuple(found)


def findings_table(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    selection: Selection,
    dataset: Studied,
    roles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Tabulate all tests of all claims; parameters as for :func:`findings`.

    Returns
    -------
    pandas.DataFrame
        claim, scope, metric, n, difference, low, high, p_holm, effect, verdict.
    """
    measured, _ = _measured(Tables(metrics, agreement, predictions), selection, dataset, roles)
    rows = _tested(measured)
    return pd.DataFrame([[getattr(row, column) for column in COLUMNS] for row in rows], columns=list(COLUMNS))


def _measured(
    tables: Tables, selection: Selection, dataset: Studied, roles: Mapping[str, str] | None
) -> tuple[list[tuple[Claim, list[Measured]]], Cast]:
    """Put every claim that can be cast as measurements; those of no image are left out."""
    study = study_of(dataset)
    cast = cast_of(study, selection, roles)
    found = []
    for claim in study.claims:
        if cast.fills(claim):
            pairs = CONTRASTS[claim.contrast].measured(tables, claim, cast)
            found.append((claim, [pair for pair in pairs if len(pair.carried)]))
    return found, cast


def _read(tested: pd.DataFrame | None, measured: Sequence[tuple[Claim, Sequence[Measured]]]) -> list[Row] | None:
    """Read stored tests; None where they are not the tests of these claims, as in a store of an older version."""
    if tested is None:
        return None
    rows = [Row(*row) for row in tested[list(COLUMNS)].itertuples(index=False) if row.n]
    asked = {(claim.number, pair.scope, pair.metric) for claim, pairs in measured for pair in pairs}
    return rows if {(row.claim, row.scope, row.metric) for row in rows} == asked else None


def _tested(measured: Sequence[tuple[Claim, Sequence[Measured]]]) -> list[Row]:
    """Make every test, correct over all of them, and judge each."""
    asked = [(claim, pair) for claim, pairs in measured for pair in pairs]
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
    share = proportion(int((a == b).sum()), len(a))
    return PairedComparison(len(a), share.share, share.low, share.high, mcnemar(a, b), float(a.mean() - b.mean()))


def _of_kinds(claim: Claim, cast: Cast, predictions: pd.DataFrame, dataset: Studied) -> str:
    """Say how a claim about answers fares where the label's kind counts and not the exact label."""
    if not any(SAME_VERDICT in quantity.metrics for quantity in claim.quantities):
        return ""
    first, second = cast.models(claim)
    return alike_about_kind(predictions, first, second, dataset.kinds)


def _evidence(pairs: Sequence[Measured], labels: pd.Series) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "image": pair.carried.index, "label": labels.reindex(pair.carried.index).to_numpy(),
                "scope": pair.scope, "metric": pair.metric, "value": pair.carried.to_numpy(),
            }
        )
        for pair in pairs
    ]  # fmt: skip
    if not frames:
        return pd.DataFrame({column: [] for column in ("image", "label", "scope", "metric", "value")})
    return pd.concat(frames, ignore_index=True)
