"""Leading from one image to the next: two links, and the arrow keys, which take effect wherever nothing is typed."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard.components.component import part
from dashboard.link import View


def show_turning(view: View, before: str | None, after: str | None, words: str) -> None:
    """Show them before a line of words.

    Parameters
    ----------
    view : View
        What the links keep.
    before, after : str, optional
        Ids of the images that the links lead to; None at an end.
    words : str
        Plain text.
    """
    links = [image and f"./compare?{urlencode(view.but(image=image).to_params())}" for image in (before, after)]
    part("turning", "nav")(key="turning", data={"before": links[0], "after": links[1], "words": words})
