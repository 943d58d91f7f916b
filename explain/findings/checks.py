"""Whether verdicts survive choices that could as well have been made otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from explain.explainers.registry import title_of
from explain.findings.casting import Cast
from explain.findings.claims import SAME_VERDICT
from explain.findings.contrasts import Tables, measured_claims
from explain.findings.rows import rows_of
from explain.findings.verdicts import NOT_TESTED, verdict_of_claim
from explain.measures.contract import at_coarse
from explain.store.layout import TABLE_COLUMNS
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explain.findings.claims import Claim, Study


@dataclass(frozen=True)
class Check:
    """A claim tested after another choice.

    Attributes
    ----------
    choice : str
        What was chosen otherwise, for people.
    verdict : str
        What the claim comes to then.
    survives : bool
        Whether that is the claim's own verdict.
    """

    choice: str
    verdict: str
    survives: bool


@dataclass(frozen=True)
class Choice:
    """What claims are tested on when one thing is chosen otherwise.

    Attributes
    ----------
    title : str
    tables : Tables
    cast : Cast
    claims : tuple of Claim
        Those that the choice concerns, as it changes them.
    """

    title: str
    tables: Tables
    cast: Cast
    claims: tuple[Claim, ...]

    def verdicts(self) -> dict[int, str]:
        """Test the claims, corrected for each other, and judge them: verdict by number, where there is a test."""
        measured = measured_claims(self.tables, self.claims, self.cast)
        rows = rows_of(measured)
        found = {}
        for claim, _ in measured:
            of_claim = [(row.scope, row.verdict) for row in rows if row.claim == claim.number]
            found[claim.number] = verdict_of_claim(of_claim)
        return {number: verdict for number, verdict in found.items() if verdict != NOT_TESTED}


def verdicts_otherwise(study: Study, tables: Tables, cast: Cast) -> pd.DataFrame:
    """Tabulate what claims come to after every other choice.

    Returns
    -------
    pandas.DataFrame
        claim, choice (for people), verdict; only where there is a test.
    """
    rows = [
        (claim, choice.title, verdict)
        for choice in choices_of(study, tables, cast)
        for claim, verdict in choice.verdicts().items()
    ]
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["checks"]))


def choices_of(study: Study, tables: Tables, cast: Cast) -> Iterator[Choice]:
    """List what can be chosen otherwise here: methods in a role, the grid of spread, and which images count."""
    claims = tuple(claim for claim in study.claims if cast.fills(claim))
    yield from _other_methods(study, tables, cast, claims)
    coarse = tuple(at_coarser_grid(claim) for claim in claims if _has_coarse(tables, claim))
    yield Choice("spread measured on the coarser of the maps' own grids", tables, cast, coarse)
    about_maps = tuple(claim for claim in claims if not _about_answers(claim))
    right = tables.answered_right(tuple(cast.selection.models))
    said = "only the images that every model answers right, where label and answer are one class"
    yield Choice(said, right, cast, about_maps)


def _other_methods(study: Study, tables: Tables, cast: Cast, claims: tuple[Claim, ...]) -> Iterator[Choice]:
    for role, names in study.alternatives.items():
        concerned = tuple(claim for claim in claims if role in claim.methods)
        there = set(tables.metrics["method"].unique()) - set(cast.players.values())
        for name in names:
            if name in there and role in cast.players:
                title, usual = title_of(name), cast.titles[role]
                wider = Selection(cast.selection.models, {**cast.selection.methods, name: title})
                yield Choice(
                    f"{title} in the place of {usual}", tables, Cast(wider, {**cast.players, role: name}), concerned
                )


def _about_answers(claim: Claim) -> bool:
    return any(SAME_VERDICT in quantity.metrics for quantity in claim.quantities)


def _has_coarse(tables: Tables, claim: Claim) -> bool:
    there = tables.measured
    return all(at_coarse(metric) in there for quantity in claim.quantities for metric in quantity.metrics)


def at_coarser_grid(claim: Claim) -> Claim:
    """Give the claim as it is when spread is measured on the coarser of the maps' own grids."""
    quantities = tuple(
        replace(quantity, metrics=tuple(map(at_coarse, quantity.metrics))) for quantity in claim.quantities
    )
    return replace(claim, quantities=quantities)
