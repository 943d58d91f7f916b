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
from explain.findings.images import ForAndAgainst, for_and_against
from explain.findings.in_words import told
from explain.findings.rows import COLUMNS, Row, rows_of
from explain.findings.study import study_of
from explain.findings.verdicts import RULE, verdict_of_claim

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from explain.findings.casting import Cast
    from explain.findings.claims import Claim, Study
    from explain.findings.study import Studied
    from explain.store.selection import Selection

__all__ = ["COLUMNS", "RULE", "Check", "Finding", "Row", "Tested", "claims_tested", "findings", "judge", "said"]


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
    titles : mapping of str to str
        For people: of the rows' metrics, and of those scopes that are models.
    checks : tuple of Check
        Whether the verdict survives other choices.
    tests : mapping of (str, str) to ForAndAgainst
        How the images stand to the claim by each row, by metric and scope.
    """

    number: int
    claim: str
    quantity: str
    rows: tuple[Row, ...]
    verdict: str
    told: str
    note: str
    titles: Mapping[str, str]
    checks: tuple[Check, ...] = ()
    tests: Mapping[tuple[str, str], ForAndAgainst] = field(default_factory=dict)


@dataclass(frozen=True)
class Tested:
    """All that is computed of images for a study's claims: from it findings are put in words without any image.

    Attributes
    ----------
    rows : sequence of Row
    tests : mapping of int to mapping of (str, str) to ForAndAgainst
        By the claim's number, then as the rows' metric and scope.
    otherwise : pandas.DataFrame
        As :func:`explain.findings.checks.verdicts_otherwise` gives it.
    answers : mapping of int to str
        What stands beside a claim about answers.
    """

    rows: Sequence[Row]
    tests: Mapping[int, Mapping[tuple[str, str], ForAndAgainst]]
    otherwise: pd.DataFrame
    answers: Mapping[int, str]


def findings(
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    predictions: pd.DataFrame,
    selection: Selection,
    dataset: Studied,
    roles: Mapping[str, str] | None = None,
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
    study = study_of(dataset)
    cast = cast_of(study, selection, roles)
    return judge(study, Tables(metrics, agreement, predictions), cast, dataset, classes)


def judge(
    study: Study,
    tables: Tables,
    cast: Cast,
    dataset: Studied,
    classes: Mapping[str, Collection[str]] | None = None,
) -> tuple[Finding, ...]:
    """Judge every claim of a study, a dataset's or a reader's own, that tables and cast allow.

    Parameters
    ----------
    dataset : Studied
        What its images show, and which of its labels are of one kind.
    classes
        As for :func:`findings`.
    """
    return said(study, cast, dataset, claims_tested(study, tables, cast, dataset, classes))


def claims_tested(
    study: Study,
    tables: Tables,
    cast: Cast,
    dataset: Studied,
    classes: Mapping[str, Collection[str]] | None = None,
) -> Tested:
    """Test every claim that tables and cast allow, on all images; parameters as for :func:`judge`."""
    measured = measured_claims(tables, study.claims, cast)
    answered = tables.predictions.drop_duplicates("image").set_index("image")["label"]
    labels = pd.concat([tables.labels, answered[~answered.index.isin(tables.labels.index)]])
    return Tested(
        rows_of(measured),
        {
            claim.number: {(pair.metric, pair.scope): for_and_against(pair, labels) for pair in pairs}
            for claim, pairs in measured
        },
        verdicts_otherwise(study, tables, cast),
        {
            claim.number: _of_answers(claim, cast, tables.predictions, dataset, classes) if pairs else ""
            for claim, pairs in measured
        },
    )


def said(study: Study, cast: Cast, dataset: Studied, tested: Tested) -> tuple[Finding, ...]:
    """Put in words what the tests of a study's claims come to; parameters as for :func:`judge`."""
    words = cast.titles | {"subject": dataset.subject, "subjects": dataset.subject_plural}
    found = []
    for claim in study.claims:
        if not cast.fills(claim):
            continue
        rows = tuple(row for row in tested.rows if row.claim == claim.number)
        tests = tested.tests.get(claim.number, {})
        titles = {**{test.metric: test.title for test in tests.values()}, **cast.selection.models}
        verdict = verdict_of_claim([(row.scope, row.verdict) for row in rows])
        text, quantity, note, untested = (
            template.format_map(words) for template in (claim.text, claim.quantity, claim.note, claim.untested)
        )
        beside = (note, tested.answers.get(claim.number, "")) if tests else (untested,)
        checks = tuple(
            Check(choice, after, after == verdict)
            for number, choice, after in tested.otherwise.itertuples(index=False, name=None)
            if number == claim.number and tests
        )
        found.append(
            Finding(
                claim.number, text, quantity, rows, verdict, told(rows, tests, titles), " ".join(filter(None, beside)),
                titles, checks, tests,
            )
        )  # fmt: skip
    return tuple(found)


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
