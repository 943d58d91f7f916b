"""Which exhibits there are, in order: the Statistics page, its links and the report all go through this list.

Adding one is a function that composes it, in a file beside this one, and one line in the list below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from explain.figures import (
    accuracy,
    agreement,
    averages,
    calibration,
    chance,
    curves,
    decomposition,
    differences,
    distributions,
    embedding,
    networks,
)
from explain.figures.exhibit import Exhibit, Material, Options
from explain.measures.registry import METRIC_TITLES

__all__ = ["ENTRIES", "SECTIONS", "Entry", "Exhibit", "Material", "Options", "report_exhibits"]

Variants = Callable[[Material, Options], tuple[Options, ...]]
"""From what a reader set to what is composed: several where an entry stands for several exhibits."""


def _as_set(material: Material, options: Options) -> tuple[Options, ...]:
    del material
    return (options,)


def _every_metric(material: Material, options: Options) -> tuple[Options, ...]:
    return tuple(replace(options, metric=name) for name in material.measured() if name in METRIC_TITLES)


@dataclass(frozen=True)
class Entry:
    """One exhibit, or several alike.

    Attributes
    ----------
    section, title : str
        The section's name in links, and its title for people.
    compose : callable
        A pure function of material and options.
    on_page, in_report : callable
        Which options it is composed with.
    beside_claims : bool
        Whether the page of claims shows it too.
    """

    section: str
    title: str
    compose: Callable[[Material, Options], Exhibit]
    on_page: Variants = _as_set
    in_report: Variants = _as_set
    beside_claims: bool = False


ENTRIES = (
    Entry("distributions", "Distributions", distributions.compose, in_report=_every_metric),
    Entry("distributions", "Distributions", chance.compose, beside_claims=True),
    Entry("differences", "Differences", differences.compose, differences.pairs_shown, differences.pairs_shown),
    Entry("agreement", "Agreement", agreement.compose_matrix),
    Entry("agreement", "Agreement", agreement.compose_points),
    Entry("agreement", "Agreement", decomposition.compose, beside_claims=True),
    Entry("agreement", "Agreement", networks.compose, beside_claims=True),
    Entry("averages", "Average maps", averages.compose),
    Entry("answers", "Answers", accuracy.compose),
    Entry("answers", "Answers", calibration.compose_calibration),
    Entry("answers", "Answers", calibration.compose_confusion),
    Entry("faithfulness", "Faithfulness", curves.compose_curves),
    Entry("faithfulness", "Faithfulness", curves.compose_sanity),
    Entry("map", "Map of images", embedding.compose, in_report=embedding.one_per_model),
)

SECTIONS = {entry.section: entry.title for entry in ENTRIES}
"""Title by name, in the order in which sections are offered."""


def report_exhibits(material: Material) -> Iterator[Exhibit]:
    """Compose everything that the report shows, one after the other."""
    for entry in ENTRIES:
        for options in entry.in_report(material, Options()):
            yield entry.compose(material, options)
