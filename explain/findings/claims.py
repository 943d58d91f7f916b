"""What a study is: claims as someone wrote them, over roles that models and methods play. Nothing is measured here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explain.measures.registry import measure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL = "all"
"""The scope of a test over every image."""

SAME_VERDICT = "same_verdict"
"""The metric of tests that ask whether two models are right on the same images: a share, held against a margin."""

EACH = "each"
"""In place of roles of methods: every method that is looked at."""

DIRECTIONS = ("wider", "narrower", "larger", "smaller", "better", "worse")
"""What a claim may say of its first side. Width and worth are the measure's to translate into larger or smaller."""


@dataclass(frozen=True)
class Quantity:
    """What a claim compares: a metric, or the sum of several.

    Attributes
    ----------
    name : str
        Stands in tables and links.
    metrics : tuple of str
        Summed.
    direction : str
        One of :data:`DIRECTIONS`: what the claim says of its first side.
    margin : float
        Differences smaller than this do not matter; of :data:`SAME_VERDICT`, the share from which two models count as
        alike. NaN where the claim names none: then it cannot be shown that there is no relevant difference.
    also : tuple of str
        Metrics that are summed too, each where the dataset has it.
    part : str
        Only labels count of which some image shows this part; all where empty.
    """

    name: str
    metrics: tuple[str, ...]
    direction: str
    margin: float = float("nan")
    also: tuple[str, ...] = ()
    part: str = ""

    @property
    def side(self) -> int:
        """1 where the first side's value minus the second's is positive if the claim is true, -1 where negative."""
        measure = measure_of(self.metrics[0]) if self.metrics else None
        wider, better = (measure.wider, measure.better) if measure else (0, 0)
        return {
            "larger": 1, "smaller": -1, "wider": wider, "narrower": -wider, "better": better, "worse": -better,
        }[self.direction]  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What someone says, and how it is to be measured.

    Attributes
    ----------
    number : int
        Its key in tables and links.
    text, quantity, note, untested : str
        The sentence; what the difference is; what the tests cannot say; why there are none where there are none.
        Templates: a role in braces stands for the title of whoever plays it, ``{subject}`` for the dataset's.
    contrast : str
        Name of the function in :mod:`explain.findings.contrasts` that makes measurements of tables.
    models : tuple of str
        Roles of the two models that are compared, first side first; empty where each model is taken by itself.
    methods : tuple of str
        Roles of methods, or :data:`EACH` alone.
    quantities : tuple of Quantity
    label : str
        Only images of this class count; all where empty.
    """

    number: int
    text: str
    quantity: str
    note: str
    untested: str
    contrast: str
    models: tuple[str, ...]
    methods: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    label: str = ""


@dataclass(frozen=True)
class Study:
    """Claims that belong together, and are corrected for each other.

    Attributes
    ----------
    name : str
        As a dataset names it.
    title, says : str
        For people: what it is called, and what its page is for, in a sentence.
    models, methods : mapping of str to tuple of str
        By role: words of which a name must hold one to play it, best first; empty where anyone may.
    claims : tuple of Claim
    alternatives : mapping of str to tuple of str
        By role: names of methods with which its claims are tried as well, where a store holds them.
    """

    name: str
    title: str
    says: str
    models: Mapping[str, tuple[str, ...]]
    methods: Mapping[str, tuple[str, ...]]
    claims: tuple[Claim, ...]
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
