"""Images for and against a claim: what a page shows of one test, in the order in which it shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import pandas as pd

    from explain.findings.findings import Finding
    from explain.store.selection import MapKey


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
    supporting, opposing : sequence of CarriedImage
        Those that carry the claim and those that go against it, the furthest first.
    undecided : int
        How many do neither.

    Examples
    --------
    >>> wide, narrow = CarriedImage("bear_1", "bear", 0.2), CarriedImage("bear_2", "bear", -0.1)
    >>> found = ForAndAgainst("entropy", "all", "Entropy", (), (wide,), (narrow,), 2)
    >>> found.n, found.share_for, found.in_words
    (4, 0.25, '1 of 4 images carries it, 1 goes against it, 2 do neither.')
    """

    metric: str
    scope: str
    title: str
    maps: tuple[MapKey, ...]
    supporting: Sequence[CarriedImage]
    opposing: Sequence[CarriedImage]
    undecided: int

    @property
    def n(self) -> int:
        """Images in all."""
        return len(self.supporting) + len(self.opposing) + self.undecided

    @property
    def share_for(self) -> float:
        """Share of the images that carry the claim."""
        return len(self.supporting) / self.n

    @property
    def share_against(self) -> float:
        """Share of the images that go against it."""
        return len(self.opposing) / self.n

    @property
    def in_words(self) -> str:
        """Count the images, the larger side first, in a sentence to be read after the claim."""
        carry = _counted(len(self.supporting), "carry it", "carries it")
        against = _counted(len(self.opposing), "go against it", "goes against it")
        first, second = (carry, against) if len(self.supporting) >= len(self.opposing) else (against, carry)
        count, rest = first.split(" ", 1)
        said = [f"{count} of {self.n:,} image{'' if self.n == 1 else 's'} {rest}", second]
        if self.undecided:
            said.append(_counted(self.undecided, "do neither", "does neither"))
        return ", ".join(said) + "."


def images_for_and_against(finding: Finding, metric: str = "", scope: str = "") -> ForAndAgainst | None:
    """Sort the images of one test of a claim into those for it and those against it.

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
    test = finding.measured[metric, scope]
    carried = test.carried.sort_index()
    supporting, opposing = (
        _Furthest(part.sort_values(ascending=not above, kind="stable"), finding.labels)
        for above, part in ((True, carried[carried > 0]), (False, carried[carried < 0]))
    )
    undecided = len(carried) - len(supporting) - len(opposing)
    return ForAndAgainst(metric, scope, finding.titles[metric], test.maps, supporting, opposing, undecided)


class _Furthest(Sequence[CarriedImage]):
    """Images in an order, each made when somebody looks at it: of a hundred thousand a page shows three."""

    def __init__(self, values: pd.Series, labels: pd.Series) -> None:
        self._values, self._labels = values, labels

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, place: int) -> CarriedImage: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[CarriedImage]: ...
    def __getitem__(self, place: int | slice) -> CarriedImage | Sequence[CarriedImage]:
        if isinstance(place, slice):
            return _Furthest(self._values.iloc[place], self._labels)
        image = str(self._values.index[place])
        return CarriedImage(image, str(self._labels[image]), float(self._values.iloc[place]))


def _counted(count: int, several: str, one: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
