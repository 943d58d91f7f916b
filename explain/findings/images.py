"""Images for and against a claim: how many stand on each side of a test, and which are the furthest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from explain.findings.contrasts import Measured
    from explain.findings.findings import Finding
    from explain.store.selection import MapKey

FEW = 5
"""So many images of each side are named: pages show three."""


@dataclass(frozen=True)
class CarriedImage:
    """An image and its own difference by a test, positive where it carries the claim."""

    image: str
    label: str
    value: float


@dataclass(frozen=True)
class ForAndAgainst:
    """All images that one test of a claim counts.

    Attributes
    ----------
    metric, scope : str
        Of the test.
    title : str
        Of what it measures, for people.
    maps : tuple of (model, method)
        Whose maps it compares, those of the first side first; empty where it compares answers.
    side : int
        1 where a positive difference supports the claim, -1 where a negative one does.
    deviation : float
        Standard deviation of the images' differences; NaN of a single one.
    carrying, opposed, undecided : int
        How many carry the claim, how many go against it, and how many do neither.
    supporting, opposing : tuple of CarriedImage
        Of either side the furthest, the very furthest first; at most :data:`FEW`.

    Examples
    --------
    >>> wide, narrow = CarriedImage("bear_1", "bear", 0.2), CarriedImage("bear_2", "bear", -0.1)
    >>> found = ForAndAgainst("entropy", "all", "Entropy", (), 1, 0.2, 1, 1, 2, (wide,), (narrow,))
    >>> found.n, found.share_for, found.in_words
    (4, 0.25, '1 of 4 images carries it, 1 goes against it, 2 do neither.')
    """

    metric: str
    scope: str
    title: str
    maps: tuple[MapKey, ...]
    side: int
    deviation: float
    carrying: int
    opposed: int
    undecided: int
    supporting: tuple[CarriedImage, ...]
    opposing: tuple[CarriedImage, ...]

    @property
    def n(self) -> int:
        """Images in all."""
        return self.carrying + self.opposed + self.undecided

    @property
    def share_for(self) -> float:
        """Share of the images that carry the claim."""
        return self.carrying / self.n

    @property
    def share_against(self) -> float:
        """Share of the images that go against it."""
        return self.opposed / self.n

    @property
    def in_words(self) -> str:
        """Count the images, the larger side first, in a sentence to be read after the claim."""
        carry = _counted(self.carrying, "carry it", "carries it")
        against = _counted(self.opposed, "go against it", "goes against it")
        first, second = (carry, against) if self.carrying >= self.opposed else (against, carry)
        count, rest = first.split(" ", 1)
        said = [f"{count} of {self.n:,} image{'' if self.n == 1 else 's'} {rest}", second]
        if self.undecided:
            said.append(_counted(self.undecided, "do neither", "does neither"))
        return ", ".join(said) + "."


def for_and_against(test: Measured, labels: pd.Series) -> ForAndAgainst:
    """Sort the images that a test counts into those for the claim and those against it.

    Parameters
    ----------
    labels : pandas.Series
        Label by image.
    """
    carried = test.carried
    values = carried.to_numpy(np.float64)
    carrying, opposed = int((values > 0).sum()), int((values < 0).sum())
    supporting, opposing = (_furthest(carried * sign, sign, labels) for sign in (1, -1))
    deviation = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    return ForAndAgainst(
        test.metric, test.scope, test.title, test.maps, test.side, deviation, carrying, opposed,
        len(values) - carrying - opposed, supporting, opposing,
    )  # fmt: skip


def images_for_and_against(finding: Finding, metric: str = "", scope: str = "") -> ForAndAgainst | None:
    """Give the images of one test of a claim.

    Parameters
    ----------
    metric, scope : str
        Of one of the claim's tests; where it has none of these, the one that speaks for it: the first that decides
        and comes to the claim's own verdict, else the first that decides.

    Returns
    -------
    ForAndAgainst or None
        None where the claim has no test.
    """
    tests = {(row.metric, row.scope): row for row in finding.rows}
    if not tests:
        return None
    if (metric, scope) not in tests:
        deciding = [test for test, row in tests.items() if row.decides]
        metric, scope = next((test for test in deciding if tests[test].verdict == finding.verdict), deciding[0])
    return finding.tests[metric, scope]


def _furthest(turned: pd.Series, sign: int, labels: pd.Series) -> tuple[CarriedImage, ...]:
    """Find the largest values above 0; of equal ones those whose ids come first."""
    above = turned[turned > 0]
    if len(above) > FEW:
        values = above.to_numpy(np.float64)
        above = above[values >= np.partition(values, -FEW)[-FEW]]
    first = above.sort_index().sort_values(ascending=False, kind="stable").iloc[:FEW]
    return tuple(CarriedImage(str(i), str(labels[i]), sign * float(value)) for i, value in first.items())


def _counted(count: int, several: str, one: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
