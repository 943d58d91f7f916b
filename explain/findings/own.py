"""Claims of one's own: said, sealed by a digest before they are tested, and judged by the rule for all claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.errors import ExplainError
from explain.findings.casting import Cast
from explain.findings.claims import SAME_VERDICT, Claim, Quantity, Study
from explain.findings.contrasts import measured_claims
from explain.findings.verdicts import SIGNIFICANT, deciding
from explain.measures.contract import Needs
from explain.measures.registry import measure_of, metric_title
from explain.statistics.hypothesis_tests import smallest_shown
from explain.statistics.proportions import smallest_difference_of_share
from explain.store.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explain.findings.contrasts import Tables
    from explain.store.selection import MapKey, Selection

_BETWEEN = "|"
MEASURED = (Needs.MAP, Needs.SUBJECT, Needs.PARTS, Needs.RESPONSES)
"""What a measure of an own claim is taken of: one map, or what a network answers when pixels go."""


@dataclass(frozen=True)
class OwnClaim:
    """One side's maps have the larger, or the smaller, value of a measure.

    Attributes
    ----------
    first, second : (str, str)
        Model and method of each side.
    measure : str
        Name of a metric.
    direction : {"larger", "smaller"}
        What is said of the first side.
    margin : float
        Differences smaller than this do not matter; 0 where none is declared.
    label : str
        Only images of this class; all where empty.

    Examples
    --------
    >>> claim = OwnClaim(("net", "map"), ("net", "other"), "entropy", "larger", 0.02)
    >>> claim.text
    'net:map|net:other|entropy|larger|0.02|'
    >>> OwnClaim.parse(claim.text) == claim
    True
    """

    first: MapKey
    second: MapKey
    measure: str
    direction: str
    margin: float = 0.0
    label: str = ""

    @property
    def text(self) -> str:
        """The claim as a link holds it."""
        sides = (":".join(self.first), ":".join(self.second))
        return _BETWEEN.join((*sides, self.measure, self.direction, f"{self.margin:g}", self.label))

    @classmethod
    def parse(cls, text: str) -> OwnClaim:
        """Read a claim from a link.

        Raises
        ------
        ExplainError
            If it is no claim, or names a measure that this version does not know.
        """
        parts = text.split(_BETWEEN)
        expected = "expected first|second|measure|larger or smaller|margin|class"
        if len(parts) != 6:
            raise ExplainError(f"The claim has {len(parts)} parts; {expected}.")
        (first, second), (measure, direction, margin, label) = [part.partition(":") for part in parts[:2]], parts[2:]
        if not (first[2] and second[2]) or direction not in ("larger", "smaller"):
            raise ExplainError(f"The claim's sides or its direction cannot be read; {expected}.")
        known = measure_of(measure)
        if known is None or known.needs not in MEASURED:
            raise ExplainError(f"The claim's measure is unknown; {expected}.")
        try:
            size = float(margin)
        except ValueError:
            size = -1.0
        if not 0 <= size < np.inf:
            raise ExplainError(f"The claim's margin is no number from 0; {expected}.")
        return cls((first[0], first[2]), (second[0], second[2]), measure, direction, size, label)

    def misfit(self, selection: Selection) -> str:
        """Say what of the claim a store does not hold; empty where it holds everything."""
        for model, method in (self.first, self.second):
            if model not in selection.models or method not in selection.methods:
                return f"there are no maps of {model!r} by {method!r}"
        return "both sides are the same maps" if self.first == self.second else ""


def seal(claims: Sequence[OwnClaim], dataset: str, images: Sequence[str] = ()) -> str:
    """Digest claims before they are tested: whoever has the digest can tell whether they are still the same.

    Parameters
    ----------
    dataset : str
        The dataset's digest: claims are about its images.
    images : sequence of str
        Only these, in the dataset's order, where there are any.

    Returns
    -------
    str
        The first 16 hexadecimal digits of the sha256 of claims and dataset, and of the images if they are not all.
    """
    chosen = {"images": list(images)} if images else {}
    return digest_of({"claims": [claim.text for claim in claims], "dataset": dataset, **chosen})[:16]


def study_of_claims(claims: Sequence[OwnClaim], selection: Selection) -> tuple[Study, Cast]:
    """Put own claims as a study, corrected for each other, with every role played.

    Returns
    -------
    (Study, Cast)
        Claims that the selection does not allow stay in the study, and have roles that nobody plays.
    """
    written: list[Claim] = []
    players: dict[str, str] = {}
    for number, claim in enumerate(claims, 1):
        roles = {name: f"{name}_{number}" for name in ("model", "other_model", "method", "other_method")}
        if not claim.misfit(selection):
            names = (claim.first[0], claim.second[0], claim.first[1], claim.second[1])
            players |= dict(zip(roles.values(), names, strict=True))
        margin = claim.margin or float("nan")
        written.append(
            Claim(
                number=number,
                text=in_words(claim, selection),
                quantity=f"{metric_title(claim.measure)} of the first side minus that of the second, image by image.",
                note="",
                untested="Not tested here: this measure is not known of these maps, or no image is of this class.",
                contrast="between_sides",
                models=(roles["model"], roles["other_model"]),
                methods=(roles["method"], roles["other_method"]),
                quantities=(Quantity(claim.measure, (claim.measure,), claim.direction, margin),),
                label=claim.label,
            )
        )
    models: dict[str, tuple[str, ...]] = {role: () for claim in written for role in claim.models}
    methods: dict[str, tuple[str, ...]] = {role: () for claim in written for role in claim.methods}
    study = Study("own", "Claims of one's own", "", models, methods, tuple(written))
    return study, Cast(selection, players)


def in_words(claim: OwnClaim, selection: Selection) -> str:
    """Say a claim in a sentence; braces are doubled, since a claim's text is a template."""
    first, second = (selection.title(side) for side in (claim.first, claim.second))
    where = f", on images of {claim.label.replace('_', ' ')}" if claim.label else ""
    sentence = f"{metric_title(claim.measure)} of {first} is {claim.direction} than of {second}{where}."
    return sentence.replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True)
class Power:
    """What so many images can show of one test, without a word on what they do show.

    Attributes
    ----------
    claim : int
    title : str
        Of what is measured, for people.
    n : int
        Images.
    smallest : float
        Difference that they would show in four of five studies, at the level to which the number of tests brings this
        one; NaN where they could show none.
    margin : float
        As the claim declares it; NaN where it does not.
    """

    claim: int
    title: str
    n: int
    smallest: float
    margin: float


def power_of(study: Study, tables: Tables, cast: Cast) -> Iterator[Power]:
    """Say of every deciding test what the images can show, from how much their differences vary alone."""
    asked = [
        (claim.number, pair)
        for claim, pairs in measured_claims(tables, study.claims, cast)
        for pair, counts in zip(pairs, deciding([pair.scope for pair in pairs]), strict=True)
        if counts
    ]
    level = SIGNIFICANT / max(1, sum(pair.metric != SAME_VERDICT for _, pair in asked))
    for number, pair in asked:
        differences = pair.carried.to_numpy(float)
        if pair.metric == SAME_VERDICT:
            smallest = smallest_difference_of_share(pair.margin, len(differences), SIGNIFICANT)
        else:
            deviation = float(differences.std(ddof=1)) if len(differences) > 1 else float("nan")
            smallest = smallest_shown(deviation, len(differences), level)
        yield Power(number, pair.title, len(differences), smallest, pair.margin)
