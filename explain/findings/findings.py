"""A study's claims tested on every image: measured, tested with one correction over all, and judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.answers import said_of_answers
from explain.findings.casting import cast_of
from explain.findings.checks import Check, verdicts_otherwise
from explain.findings.claims import SAME_VERDICT
from explain.findings.contrasts import Tables, measured_claims
from explain.findings.rows import COLUMNS, Row, read_rows, rows_of, table_of
from explain.findings.study import study_of
from explain.findings.told import told
from explain.findings.verdicts import RULE, verdict_of_claim

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from explain.findings.casting import Cast
    from explain.findings.claims import Claim, Study
    from explain.findings.contrasts import Measured
    from explain.findings.study import Studied
    from explain.store.selection import Selection

__all__ = ["COLUMNS", "RULE", "Check", "Finding", "Row", "findings", "findings_table", "judge"]


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
    told : str
        What the tests show, in sentences to be read after the verdict; empty where there are none.
    note : str
        What the tests cannot say, or why there are none; may be empty.
    labels : pandas.Series
        Label by image, of every image that a test may count.
    titles : mapping of str to str
        For people: of the rows' metrics, and of those scopes that are models.
    checks : tuple of Check
        Whether the verdict survives other choices.
    measured : mapping of (str, str) to Measured
        What each test compares, by metric and scope.
    """

    number: int
    claim: str
    quantity: str
    rows: tuple[Row, ...]
    verdict: str
    told: str
    note: str
    labels: pd.Series
    titles: Mapping[str, str]
    checks: tuple[Check, ...] = ()
    measured: Mapping[tuple[str, str], Measured] = field(default_factory=dict)


def findings(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    selection: Selection,
    dataset: Studied,
    roles: Mapping[str, str] | None = None,
    tested: pd.DataFrame | None = None,
    classes: Mapping[str, Collection[str]] | None = None,
    checked: pd.DataFrame | None = None,
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
    checked : pandas.DataFrame, optional
        What :func:`checks_table` gave together with `tested`; made anew where `tested` is.

    Returns
    -------
    tuple of Finding
        In the study's order; claims with a role that nobody is left for are left out.

    Raises
    ------
    ExplainError
        If the dataset's study is unknown, or a role or its player is.
    """
    study = study_of(dataset)
    cast = cast_of(study, selection, roles)
    return judge(study, Tables(metrics, agreement, predictions), cast, dataset, tested, classes, checked)


def judge(
    study: Study,
    tables: Tables,
    cast: Cast,
    dataset: Studied,
    tested: pd.DataFrame | None = None,
    classes: Mapping[str, Collection[str]] | None = None,
    checked: pd.DataFrame | None = None,
) -> tuple[Finding, ...]:
    """Judge every claim of a study, a dataset's or a reader's own, that tables and cast allow.

    Parameters
    ----------
    dataset : Studied
        What its images show, and which of its labels are of one kind.
    tested, classes, checked
        As for :func:`findings`.
    """
    metrics, predictions, selection = tables.metrics, tables.predictions, cast.selection
    measured = measured_claims(tables, study.claims, cast)
    stored = read_rows(tested, measured)
    rows = stored or rows_of(measured)
    words = cast.titles | {"subject": dataset.subject, "subjects": dataset.subject_plural}
    labels = pd.concat([each[["image", "label"]].drop_duplicates("image") for each in (metrics, predictions)])
    labels = labels.drop_duplicates("image").set_index("image")["label"]
    known = checked if stored and checked is not None and not checked.empty else None
    otherwise = verdicts_otherwise(study, tables, cast) if known is None else known
    found = []
    for claim, pairs in measured:
        of_claim = tuple(row for row in rows if row.claim == claim.number)
        titles = {**{pair.metric: pair.title for pair in pairs}, **selection.models}
        verdict = verdict_of_claim([(row.scope, row.verdict) for row in of_claim])
        answers = _of_answers(claim, cast, predictions, dataset, classes) if pairs else ""
        text, quantity, said, untested = (
            template.format_map(words) for template in (claim.text, claim.quantity, claim.note, claim.untested)
        )
        note = " ".join(part for part in ((said, answers) if pairs else (untested,)) if part)
        checks = tuple(
            Check(choice, after, after == verdict)
            for number, choice, after in otherwise.itertuples(index=False, name=None)
            if number == claim.number and pairs
        )
        by_test = {(pair.metric, pair.scope): pair for pair in pairs}
        found.append(
            Finding(
                claim.number, text, quantity, of_claim, verdict, told(of_claim, by_test, titles), note,
                labels, titles, checks, by_test,
            )
        )  # fmt: skip
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


def checks_table(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    selection: Selection,
    dataset: Studied,
) -> pd.DataFrame:
    """Tabulate what claims come to after other choices; parameters as for :func:`findings`.

    Returns
    -------
    pandas.DataFrame
        As :func:`explain.findings.checks.verdicts_otherwise` gives it.
    """
    study = study_of(dataset)
    return verdicts_otherwise(study, Tables(metrics, agreement, predictions), cast_of(study, selection))


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
