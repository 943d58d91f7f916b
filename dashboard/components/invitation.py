"""One photograph and its maps in a row, as an invitation: the whole of it opens Compare."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class InvitingPicture:
    """A picture (JPEG) and what stands below it; the first line is its heading."""

    picture: bytes
    heading: str
    line: str = ""


def show_invitation(pictures: Sequence[InvitingPicture], link: str, says: str) -> None:
    """Show them side by side; on a narrow screen the first above the others.

    Parameters
    ----------
    link : str
        Where a click leads.
    says : str
        What the link is for, for those who do not see the pictures.
    """
    sent = [asdict(each) | {"picture": data_uri(each.picture)} for each in pictures]
    part("invitation", "a")(key="invitation", data={"pictures": sent, "link": link, "says": says})
