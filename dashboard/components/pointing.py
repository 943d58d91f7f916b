"""What is pointed at in a page's charts: a point shows its photograph, a bar or a cell leads to its images.

All of it happens in the browser: the server is asked for one small picture, and no script runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dashboard.chosen_images import LISTS, to_lists
from dashboard.components.component import part
from dashboard.thumbnails import address_of_thumbnails

if TYPE_CHECKING:
    from dashboard.chosen_images import ChosenImages
    from dashboard.link import View
    from explain.store import Store


def show_pointing(store: Store, view: View, chosen: ChosenImages | None) -> None:
    """Let every chart of the page answer to mouse, finger and keys; it takes no room itself.

    Parameters
    ----------
    view : View
        What the links keep.
    chosen : ChosenImages, optional
        The images that the page is about: those of a bar or a cell are among them.
    """
    names = chosen.names if chosen else {}
    kept = view.but(image="", slice=view.slice if "slice" in names else "")
    listed = to_lists(kept if "images" in names else kept.but(images=(), called=""))
    # Findings has rows for classes, and is not about one alone: fewer images would be counted than it looks at.
    lists = [
        {"stem": stem, "says": says} for stem, (_, says, _) in LISTS.items() if stem != "findings" or not view.label
    ]
    data = {
        "thumbnails": address_of_thumbnails(store),
        "compare": urlencode(kept.to_params()),
        "rest": urlencode(listed.but(slice="").to_params()),
        "within": listed.slice,
        "lists": lists,
    }
    part("pointing")(key="pointing", data=data)
