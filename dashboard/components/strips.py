"""Photographs with their maps in a row, as evidence for or against something; each row opens its image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Strip:
    """One photograph with its maps.

    Attributes
    ----------
    image : str
        Its id.
    line : str
        What is said beside the id, as plain text.
    link : str
        Where the strip leads.
    pictures : tuple of (str, bytes)
        Caption and JPEG, the photograph first.
    """

    image: str
    line: str
    link: str
    pictures: tuple[tuple[str, bytes], ...]


def show_strips(strips: Sequence[Strip], key: str, *, wraps: bool = False) -> None:
    """Show them below each other.

    Parameters
    ----------
    key : str
        Unique on the page.
    wraps : bool
        Whether many pictures may stand in several rows, and are large; else they share one.
    """
    data = {
        "wraps": wraps,
        "strips": [
            {
                "image": strip.image,
                "line": strip.line,
                "link": strip.link,
                "pictures": [{"caption": caption, "picture": data_uri(jpeg)} for caption, jpeg in strip.pictures],
            }
            for strip in strips
        ],
    }
    part("strips", "ul")(key=key, data=data)
