"""Tests of a study's claims in a store: written once by the build, believed as long as the tables are those tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.casting import cast_of
from explain.findings.contrasts import Tables
from explain.findings.findings import Finding, Tested, claims_tested, findings, said
from explain.findings.images import CarriedImage, ForAndAgainst
from explain.findings.rows import COLUMNS, Row, table_of
from explain.findings.stored import tables_for
from explain.findings.study import study_digest, study_of
from explain.store.layout import TABLE_COLUMNS
from explain.store.made_from import is_current
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from explain.findings.study import Studied
    from explain.store.reading import Store

KEPT = ("findings", "checks", "carried", "examples")
"""Tables of tested claims: the tests, after other choices, images counted on both sides, and the furthest of them."""
_FOR, _AGAINST = "for", "against"


def claim_tables(
    tables: Tables, selection: Selection, dataset: Studied, classes: Mapping[str, Collection[str]] | None = None
) -> dict[str, pd.DataFrame]:
    """Test the claims of a dataset's study, and tabulate all that they come to.

    Parameters
    ----------
    selection : Selection
        Who may play the study's roles.
    classes : mapping of str to collection of str, optional
        As for :func:`explain.findings.findings.findings`.

    Returns
    -------
    dict of str to pandas.DataFrame
        Those that :data:`KEPT` names.
    """
    study = study_of(dataset)
    tested = claims_tested(study, tables, cast_of(study, selection), dataset, classes)
    every = [(number, test) for number, tests in tested.tests.items() for test in tests.values()]
    carried = [
        (
            number, test.scope, test.metric, test.title, " ".join(f"{m}:{e}" for m, e in test.maps), test.side,
            test.deviation, test.carrying, test.opposed, test.undecided, tested.answers.get(number, ""),
        )
        for number, test in every
    ]  # fmt: skip
    examples = [
        (number, test.scope, test.metric, side, each.image, each.label, each.value)
        for number, test in every
        for side, images in ((_FOR, test.supporting), (_AGAINST, test.opposing))
        for each in images
    ]
    return {
        "findings": table_of(tested.rows),
        "checks": tested.otherwise,
        "carried": pd.DataFrame(carried, columns=list(TABLE_COLUMNS["carried"])),
        "examples": pd.DataFrame(examples, columns=list(TABLE_COLUMNS["examples"])),
    }


def findings_of(store: Store, images: Collection[str] = ()) -> tuple[Finding, ...]:
    """Judge the claims of a store's study about the models and methods of its newest build.

    The tests that the build made are read where they are of the study as it is now and of the tables that the store
    holds now, and made anew where they are not, as in a store of an older version.

    Parameters
    ----------
    images : collection of str
        Only these, where there are any: the tests are made anew, with intervals and a correction of their own.
    """
    study, selection = study_of(store.dataset), Selection.of(store, store.shown_models, store.shown_methods)
    if not images and are_kept(store):
        return said(study, cast_of(study, selection), store.dataset, read_kept(store))
    tables = tables_for(store, study)
    if images:
        tables = tables.of_images(images)
    classes = {model.name: model.classes for model in store.models}
    return findings(tables.metrics, tables.agreement, tables.predictions, selection, store.dataset, classes=classes)


def are_kept(store: Store, of: str = "") -> bool:
    """Tell whether a store holds the tests of the study as it is now, made of the tables that it holds now.

    Parameters
    ----------
    of : str
        What the names of their tables end in.
    """
    tested = store.provenance.get("tested_study") == study_digest(study_of(store.dataset))
    return tested and all(is_current(store.provenance, f"{name}{of}") for name in KEPT)


def read_kept(store: Store, of: str = "") -> Tested:
    """Read the tests that a store holds; parameters as for :func:`are_kept`."""
    rows = [Row(*row) for row in store.table(f"findings{of}")[list(COLUMNS)].itertuples(index=False)]
    images: dict[tuple[int, str, str, str], tuple[CarriedImage, ...]] = {}
    for number, scope, metric, side, *image in store.table(f"examples{of}").itertuples(index=False, name=None):
        key = (number, scope, metric, side)
        images[key] = (*images.get(key, ()), CarriedImage(*image))
    tests: dict[int, dict[tuple[str, str], ForAndAgainst]] = {}
    answers: dict[int, str] = {}
    columns = list(TABLE_COLUMNS["carried"])
    for each in store.table(f"carried{of}")[columns].itertuples(index=False, name=None):
        number, scope, metric, title, maps, side, deviation, carrying, opposed, undecided, answer = each
        sides = (images.get((number, scope, metric, name), ()) for name in (_FOR, _AGAINST))
        tests.setdefault(number, {})[metric, scope] = ForAndAgainst(
            metric, scope, title, tuple((m, e) for m, _, e in (key.partition(":") for key in maps.split())),
            side, deviation, carrying, opposed, undecided, *sides,
        )  # fmt: skip
        answers[number] = answer
    return Tested(rows, tests, store.table(f"checks{of}"), answers)
