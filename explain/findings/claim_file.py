"""Claims of one's own in a file: read, sealed, tested by the page's own door, and told in lines or as JSON."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from explain.errors import ExplainError
from explain.findings.contrasts import Tables
from explain.findings.findings import judge
from explain.findings.images import images_for_and_against
from explain.findings.own import OwnClaim, in_words, power_of, seal, study_of_claims
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from explain.findings.findings import Finding
    from explain.findings.own import Power
    from explain.store.reading import Store

FILE = "claims.toml"
"""What the file is called where it lies in a dataset's folder."""

_NEEDED, _OPTIONAL = ("first", "second", "measure", "direction"), {"margin": 0.0, "label": ""}
_SHOWN = 3
"""So many images are named on each side."""


@dataclass(frozen=True)
class ClaimFile:
    """What a file says.

    Attributes
    ----------
    claims : tuple of OwnClaim
    sealed : str
        The seal that its author wrote down before the answer; empty where there is none.
    """

    claims: tuple[OwnClaim, ...]
    sealed: str = ""


def read_claims(path: Path) -> ClaimFile:
    """Read a file of claims.

    Raises
    ------
    ExplainError
        If it cannot be read, says no claim, or says one that cannot be understood: one sentence.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            raise ExplainError(f"There is no file {str(path)!r}; expected one with tables [[claims]].")
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # also of text that is none, and of TOML that is none
        raise ExplainError(f"The claims in {str(path)!r} cannot be read: {error}.") from error
    tables, sealed = found.pop("claims", None), found.pop("sealed", "")
    if found or not isinstance(sealed, str) or not (isinstance(tables, list) and tables):
        raise ExplainError(f'{path} holds no claims; expected tables [[claims]], and sealed = "..." if they were.')
    return ClaimFile(tuple(_claim(path, number, table) for number, table in enumerate(tables, 1)), sealed)


def _claim(path: Path, number: int, table: Any) -> OwnClaim:
    expected = (
        'expected first = ["model", "method"], second likewise, measure, direction = "larger" or "smaller", and '
        "if wanted margin and label"
    )
    if not isinstance(table, dict) or set(_NEEDED) - set(table) or set(table) - {*_NEEDED, *_OPTIONAL}:
        raise ExplainError(f"{path}: claim {number} has other keys; {expected}.")
    values = {**_OPTIONAL, **table}
    for side in ("first", "second"):
        names = values[side]
        if not (isinstance(names, list) and len(names) == 2 and all(isinstance(name, str) for name in names)):
            raise ExplainError(f"{path}: {side} of claim {number} is {names!r}; {expected}.")
        values[side] = ":".join(names)
    try:
        return OwnClaim.parse("|".join(str(values[name]) for name in (*_NEEDED, *_OPTIONAL)))
    except ExplainError as error:
        raise ExplainError(f"{path}: claim {number}: {error}") from error


@dataclass(frozen=True)
class Answer:
    """One claim, with what the images can show of it and, unless it was only sealed, what they do show.

    Attributes
    ----------
    claim : OwnClaim
    sentence : str
    power : Power or None
        None where no image has the measure on both sides.
    finding : Finding or None
        None where the claim was only sealed, or the store does not hold what it is about.
    misfit : str
        What the store does not hold; empty where it holds everything.
    """

    claim: OwnClaim
    sentence: str
    power: Power | None
    finding: Finding | None
    misfit: str = ""

    @property
    def images(self) -> dict[str, list[tuple[str, float]]]:
        """The images that carry it most, and those that go against it most, with their differences."""
        found = None if self.finding is None else images_for_and_against(self.finding)
        if found is None:
            return {}
        sides = {"for": found.supporting, "against": found.opposing}
        return {name: [(each.image, each.value) for each in side[:_SHOWN]] for name, side in sides.items()}


@dataclass(frozen=True)
class Answers:
    """All claims of a file.

    Attributes
    ----------
    seal, link : str
    all : tuple of Answer
    tested : bool
        Whether there are verdicts.
    """

    seal: str
    link: str
    all: tuple[Answer, ...]
    tested: bool

    def as_json(self) -> dict[str, Any]:
        """Give everything as the command line's ``--json`` prints it."""
        return {"sealed": self.seal, "link": self.link, "claims": [_json(each) for each in self.all]}

    def lines(self) -> Iterator[str]:
        """Say everything in the order in which it is to be read: claims and power, the seal, then the verdicts."""
        for number, each in enumerate(self.all, 1):
            yield f"{number}. {each.sentence}"
            yield f"   {_power_in_words(each)}"
        several = f"{len(self.all)} claims, corrected for each other" if len(self.all) > 1 else "1 claim"
        yield f"Sealed as {self.seal}: {several}, about these networks and these images."
        if self.tested:
            for number, each in enumerate(self.all, 1):
                if each.finding is not None:
                    yield f"{number}. {each.finding.verdict.capitalize()}. {each.finding.told or each.finding.note}"
                    for side, images in each.images.items():
                        named = ", ".join(f"{image} ({value:+.3f})" for image, value in images)
                        yield f"   Most {side} it: {named or 'none'}."
        yield f"On the dashboard: {self.link}"


def answer(claims: ClaimFile, store: Store, *, only_seal: bool = False) -> Answers:
    """Seal claims, and test them unless that is all that is wanted.

    Parameters
    ----------
    only_seal : bool
        Stop before anything is tested.

    Raises
    ------
    ExplainError
        If the file holds a seal, and it is not that of these claims about these images.
    """
    selection, digest = Selection.of(store), seal(claims.claims, store.dataset.digest)
    if claims.sealed not in ("", digest):
        raise ExplainError(
            f"The claims were sealed as {claims.sealed!r} and are {digest} now: they, or the images, changed since."
        )
    study, cast = study_of_claims(claims.claims, selection)
    tables = Tables(*(store.table(name) for name in ("metrics", "agreement", "predictions")))
    powers = {each.claim: each for each in power_of(study, tables, cast)}
    judged = {} if only_seal else {each.number: each for each in judge(study, tables, cast, store.dataset)}
    answers = tuple(
        Answer(
            claim, in_words(claim, selection).replace("{{", "{").replace("}}", "}"), powers.get(number),
            judged.get(number), claim.misfit(selection),
        )
        for number, claim in enumerate(claims.claims, 1)
    )  # fmt: skip
    asked = {"dataset": store.dataset.name, "claims": ",".join(claim.text for claim in claims.claims), "sealed": digest}
    return Answers(digest, f"/claim?{urlencode(asked)}", answers, not only_seal)


def _power_in_words(each: Answer) -> str:
    if each.misfit:
        return f"Not tested: {each.misfit}."
    power = each.power
    if power is None:
        return "Not tested: no image has this measure on both sides."
    margin = f"your margin is {each.claim.margin:g}" if each.claim.margin else "no margin is declared"
    if power.smallest != power.smallest:
        return f"{power.n} images can show no difference of it; {margin}."
    return f"{power.n} images show a difference of {power.smallest:.3f} in four of five studies; {margin}."


def _json(each: Answer) -> dict[str, Any]:
    power, finding = each.power, each.finding
    smallest = None if power is None or power.smallest != power.smallest else power.smallest
    found: dict[str, Any] = {"claim": each.sentence, "images": power.n if power else 0, "smallest_shown": smallest}
    if finding is not None:
        found |= {"verdict": finding.verdict, "told": finding.told or finding.note, "most": each.images}
    return found | ({"not_tested": each.misfit} if each.misfit else {})
