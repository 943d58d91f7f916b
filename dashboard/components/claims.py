"""Claims at a glance: what is said, the verdict, how many images are for and against, and one of each to look at."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Example:
    """An image for a claim or against it.

    Attributes
    ----------
    side : {"for", "against"}
    image : str
        Its id.
    link : str
        Where a click leads.
    pictures : tuple of bytes
        JPEG.
    captions : tuple of str
        One for each picture.
    """

    side: str
    image: str
    link: str
    pictures: tuple[bytes, ...]
    captions: tuple[str, ...]


@dataclass(frozen=True)
class ClaimAtAGlance:
    """A claim as the front page shows it; every text is plain.

    Attributes
    ----------
    number : int
    claim, verdict : str
    link : str
        To the claim's evidence.
    counted : str
        How many images carry it, in a sentence.
    measured : str
        What the images are counted by.
    share_for, share_against : float
        Of the images.
    examples : tuple of Example
    """

    number: int
    claim: str
    verdict: str
    link: str
    counted: str = ""
    measured: str = ""
    share_for: float = 0.0
    share_against: float = 0.0
    examples: tuple[Example, ...] = field(default=())


def show_claims(claims: Sequence[ClaimAtAGlance]) -> None:
    """Show one row for each."""
    part("claims", "ol")(key="claims", data={"claims": [_sent(each) for each in claims]})


def _sent(claim: ClaimAtAGlance) -> dict[str, Any]:
    examples = [asdict(each) | {"pictures": list(map(data_uri, each.pictures))} for each in claim.examples]
    return asdict(claim) | {"examples": examples}
