"""A study's claims tested on every image: measured, tested with one correction over all, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.answers import said_of_answers
from explain.findings.casting import cast_of
from explain.findings.checks import Check, choices_of
from explain.findings.claims import SAME_VERDICT
from explain.findings.contrasts import Tables, measured_claims
from explain.findings.rows import COLUMNS, Row, read_rows, rows_of, table_of
from explain.findings.study import study_of
from explain.findings.verdicts import RULE, verdict_of_claim

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from explain.findings.casting import Cast
    from explain.findings.claims import Claim
    from explain.findings.contrasts import Measured
    from explain.findings.study import Studied
    from explain.store.selection import Selection

__all__ = ["COLUMNS", "RULE", "Check", "Finding", "Row", "findings", "findings_table"]


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
    verdict : str
        One of :data:`explain.findings.verdicts.VERDICTS`.
    note : str
        What the verdict depends on, or cannot say; may be empty.
    evidence : pandas.DataFrame
        image, label, scope, metric, value: each image's own difference, positive where it carries the claim.
    titles : mapping of str to str
        For people: of the rows' metrics, and of those scopes that are models.
    checks : tuple of Check
        Whether the verdict survives other choices.
    """

    number: int
    claim: str
    quantity: str
    rows: tuple[Row, ...]
    verdict: str
    note: str
    evidence: pd.DataFrame
    titles: Mapping[str, str]
    checks: tuple[Check, ...] = ()


def findings(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    selection: Selection,
    dataset: Studied,
    roles: Mapping[str, str] | None = None,
    tested: pd.DataFrame | None = None,
    classes: Mapping[str, Collection[str]] | None = None,
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
    classes : mapping of str to collection of str, optional
        Names of the classes that each model chooses among, for a notice where they differ.

    Returns
    -------
    tuple of Finding
        In the study's order; claims with a role that nobody is left for are left out.

    Raises
    ------
    ExplainError
        If the dataset's study is unknown, or a role or its player is.
    """
    tables, study = Tables(metrics, agreement, predictions), study_of(dataset)
    cast = cast_of(study, selection, roles)
    measured = measured_claims(tables, study.claims, cast)
    rows = read_rows(tested, measured) or rows_of(measured)
    words = cast.titles | {"subject": dataset.subject, "subjects": dataset.subject_plural}
    labels = pd.concat([metrics, predictions])[["image", "label"]].drop_duplicates("image").set_index("image")["label"]
    otherwise = [(choice.title, choice.verdicts()) for choice in choices_of(study, tables, cast)]
    found = []
    for claim, pairs in measured:
        of_claim = tuple(row for row in rows if row.claim == claim.number)
        titles = {**{pair.metric: pair.title for pair in pairs}, **selection.models}
        verdict, depends = verdict_of_claim([(row.scope, row.metric, row.verdict) for row in of_claim], titles)
        answers = _of_answers(claim, cast, predictions, dataset, classes) if pairs else ""
        text, quantity, said, untested = (
            template.format_map(words) for template in (claim.text, claim.quantity, claim.note, claim.untested)
        )
        note = " ".join(part for part in ((depends, said, answers) if pairs else (untested,)) if part)
        checks = tuple(
            Check(choice, verdicts[claim.number], verdicts[claim.number] == verdict)
            for choice, verdicts in otherwise
            if claim.number in verdicts and pairs
        )
        evidence = _evidence(pairs, labels)
        found.append(Finding(claim.number, text, quantity, of_claim, verdict, note, evidence, titles, checks))
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
        The fields of :class:`explain.findings.rows.Row`.
    """
    study = study_of(dataset)
    cast = cast_of(study, selection, roles)
    return table_of(rows_of(measured_claims(Tables(metrics, agreement, predictions), study.claims, cast)))


def _of_answers(
    claim: Claim,
    cast: Cast,
    predictions: pd.DataFrame,
    dataset: Studied,
    classes: Mapping[str, Collection[str]] | None,
) -> str:
    """Say what stands beside a claim about answers; empty for other claims."""
    if not any(SAME_VERDICT in quantity.metrics for quantity in claim.quantities):
        return ""
    first, second = cast.models(claim)
    return said_of_answers(predictions, (first, second), cast.selection.models, dataset.kinds, classes)


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
