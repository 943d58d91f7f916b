"""Walking through the pages: Back leads to where one was, the menu says where one is, and a phone shows the page."""

from __future__ import annotations

from dashboard.components.component import part


def show_walk() -> None:
    """Mind it on this page; it takes no room."""
    part("walk")(key="walk", data={})
