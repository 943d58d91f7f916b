"""The rule by which a network is said to lean on a mark: once by its answers, once by its maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explain.findings.verdicts import SIGNIFICANT
from explain.shortcuts.answers import RELEVANT

if TYPE_CHECKING:
    import pandas as pd

RULE = (
    "By its answers, a network leans on the mark where laying the mark over a photograph, and nothing else, moves "
    f"more than {RELEVANT:.0%} of the answers of some class to the label that wears it, net, pair by pair. By its "
    f"maps, where the peak of some method's map lies on the mark in more than {RELEVANT:.0%} more of the photographs "
    "with it than of the same photographs without it. Both by a one-sided sign-flip test of the pairs against "
    f"{RELEVANT:.0%}, whose p, corrected by Holm over the classes or over the methods, is below {SIGNIFICANT:g}: each "
    "part of the rule accuses a network that does not lean in at most 5 of 100 studies. The 95 % intervals beside "
    "are not corrected."
)


@dataclass(frozen=True)
class Leaning:
    """What the rule says of a network.

    Attributes
    ----------
    by_answers : tuple of str
        Labels whose answers the mark moves; empty where it moves too few.
    by_maps : tuple of str
        Methods whose maps show it.
    """

    by_answers: tuple[str, ...]
    by_maps: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether either says so."""
        return bool(self.by_answers or self.by_maps)


def leaning(moved: pd.DataFrame, methods: pd.DataFrame) -> Leaning:
    """Apply the rule to one network.

    Parameters
    ----------
    moved : pandas.DataFrame
        Its rows of :func:`explain.shortcuts.answers.answers_moved`.
    methods : pandas.DataFrame
        As :func:`explain.shortcuts.maps.methods_table` gives it.
    """
    return Leaning(
        tuple(moved.loc[moved["p_holm"] < SIGNIFICANT, "label"]),
        tuple(methods.loc[methods["p_holm"] < SIGNIFICANT, "method"]),
    )
