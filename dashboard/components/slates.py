"""Rows of pictures with a heading, facts and a share, sent and drawn as a whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Picture:
    """One picture of a row, and where it leads.

    Attributes
    ----------
    picture : bytes
        JPEG.
    alt, name, value : str
        What it shows; its name, and a number, below it.
    href : str
    """

    picture: bytes
    alt: str
    name: str
    value: str
    href: str


@dataclass(frozen=True)
class Slate:
    """One row.

    Attributes
    ----------
    heading : str
    facts : tuple of str
    pictures : tuple of Picture
    href : str
        Where the heading leads; empty for nowhere.
    chosen : bool
        Whether it is the one that the page is about.
    share : float, optional
        Within [0, 1], drawn as a bar.
    links : tuple of (str, str)
        Texts and where they lead.
    """

    heading: str
    facts: tuple[str, ...]
    pictures: tuple[Picture, ...]
    href: str = ""
    chosen: bool = False
    share: float | None = None
    links: tuple[tuple[str, str], ...] = ()


def show_slates(slates: Sequence[Slate], key: str, level: int = 2) -> None:
    """Show them below each other.

    Parameters
    ----------
    key : str
        Unique on the page.
    level : int
        Of their headings: one below that of what they stand under.
    """
    data = [
        asdict(slate)
        | {
            "pictures": [asdict(each) | {"picture": "", "source": data_uri(each.picture)} for each in slate.pictures],
            "links": [{"text": text, "href": href} for text, href in slate.links],
        }
        for slate in slates
    ]
    part("slates")(key=key, data={"slates": data, "level": level})
