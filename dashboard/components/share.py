"""The address of what is shown, to hand on: the browser reads it at the moment when it is asked for."""

from __future__ import annotations

from dashboard.components.component import part


def show_share() -> None:
    """Offer it behind a button."""
    part("share")(key="share", data={}, width="content")
