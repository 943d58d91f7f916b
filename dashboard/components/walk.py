"""Walking through the pages: Back leads to where one was, words lead as the menu does, and a phone shows the page."""

from __future__ import annotations

from dashboard.components.component import part
from dashboard.pages import PAGES


def show_walk() -> None:
    """Mind it on this page; it takes no room."""
    part("walk")(key="walk", data={"pages": list(PAGES)})
