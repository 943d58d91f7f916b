"""What a measure is: a number of a map, of two maps, or of a network's answers, and all that is said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


_COARSE = "@coarse"


def at_coarse(metric: str) -> str:
    """Name a measure's values of maps that were first averaged down to the coarsest feature grid of their store."""
    return metric + _COARSE


class Needs(Enum):
    """What a measure is computed from, in words for people; with it goes what its function is called with."""

    MAP = "the map alone"
    """``function(maps)``."""

    SUBJECT = "the map, and where the labelled object lies (its mask, else its boxes)"
    """``function(maps, coverage)``; coverage of shape (n, h, w), NaN for images without mask and boxes."""

    PARTS = "the map, and masks of the labelled object's parts"
    """``function(maps, parts)``; coverage by part, shape (n, h, w) each. Gives a mapping, values by part."""

    TWO_MAPS = "two maps of one image"
    """``function(maps, maps)``, image by image."""

    RESPONSES = "what the network says of the image when pixels are taken away or come back"
    """``function(responses)``; see :class:`explain.measures.response.Responses`."""

    REPEATS = "the map, and maps of its image mirrored, cut a little or given noise"
    """``function(likeness)``; correlations of shape (n,), each the mean over the changes."""

    TWO_VERDICTS = "whether each of two classifiers is right"
    """``function(first_right, second_right)``."""


@dataclass(frozen=True)
class Measure:
    """One measure: everything that tables, charts, claims and pages need to know of it.

    Attributes
    ----------
    name : str
        Its key in tables, links and claims. With :attr:`Needs.PARTS` a template that holds ``{part}``.
    title : str
        Its name for people; with :attr:`Needs.PARTS` a template as well.
    needs : Needs
    function : callable
        Called as `needs` says; maps are :class:`explain.measures.maps_on_grid.MapsOnGrid`. Gives one float per image,
        NaN where nothing can be said.
    low, high : float
        Between which values lie, both ends included.
    wider : {1, 0, -1}
        1 where a wider map has the larger value, -1 where it has the smaller, 0 where it says nothing about width.
    better : {1, 0, -1}
        1 where larger is better by this measure, -1 where smaller is, 0 where neither is.
    sort : str
        Under which name in a link the gallery sorts by it; empty where it does not.
    formula : str
        LaTeX.
    source : str
        Author, year, venue and equation; empty for what needs none.
    says : str
        What it is, in a sentence for people, to be read after its title.
    """

    name: str
    title: str
    needs: Needs
    function: Callable[..., Any]
    low: float = 0.0
    high: float = 1.0
    wider: int = 0
    better: int = 0
    sort: str = ""
    formula: str = ""
    source: str = ""
    says: str = ""

    def metric(self, part: str = "") -> str:
        """Give the name under which tables hold its values: for a measure of parts, those of one part."""
        return self.name.format(part=part)

    def part_of(self, metric: str) -> str | None:
        """Tell of which part a metric of this measure is; None where it is none of this measure's.

        A measure of spread has its values at the coarser grid as well, see :func:`at_coarse`.

        Examples
        --------
        >>> Measure("part_{part}", "Mass on {part}", Needs.PARTS, print).part_of("part_wing")
        'wing'
        """
        before, template, after = self.name.partition("{part}")
        if self.wider:
            metric = metric.removesuffix(_COARSE)
        if not template:
            return "" if metric == self.name else None
        inside = metric.removeprefix(before).removesuffix(after)
        return inside if inside and metric == before + inside + after else None

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the measure's range, but for rounding; NaN does."""
        return math.isnan(value) or self.low - 1e-9 <= value <= self.high + 1e-9
