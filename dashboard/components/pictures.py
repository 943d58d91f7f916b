"""Pictures of one kind side by side, with the colour bar that they share: sent and drawn as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.components.component import colours_of, data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Picture:
    """One of them.

    Attributes
    ----------
    picture : bytes
        JPEG.
    alt, caption : str
        As plain text.
    """

    picture: bytes
    alt: str
    caption: str


def show_pictures(pictures: Sequence[Picture], key: str, *, colormap: str, of: str, ends: str) -> None:
    """Show pictures in rows of up to four, on a phone of two, and below them their colour bar and what its ends are.

    Parameters
    ----------
    key : str
        Unique on the page.
    of, ends : str
        What the bar is a scale of, and from where to where it goes, as plain text.
    """
    data = {
        "pictures": [
            {"picture": data_uri(each.picture), "alt": each.alt, "caption": each.caption} for each in pictures
        ],
        "colours": colours_of(colormap),
        "of": f"Scale of {of}. {ends}",
        "ends": ends,
    }
    part("pictures", shared=("overlays",))(key=key, data=data)
