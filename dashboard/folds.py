"""Folds whose state is the link's, so that a link opens what its sender had open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.widgets import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from dashboard.link import View

NONE = "none"
"""What a link says where no fold stands open."""


def standing_open(view: View, usual: Sequence[str]) -> tuple[str, ...]:
    """Give the names of the folds that stand open: the link's, else the usual ones."""
    return tuple(name for name in view.open if name != NONE) if view.open else tuple(usual)


def fold(view: View, name: str, label: str, usual: Sequence[str]) -> DeltaGenerator | None:
    """Show a fold; a change is written to the link, and a closed one costs nothing.

    Parameters
    ----------
    name : str
        In the link; without commas.
    usual : sequence of str
        Names of the page's folds that stand open where the link does not say.

    Returns
    -------
    DeltaGenerator or None
        What to fill; None where it is closed.
    """
    key, shown = f"fold_{name}", standing_open(view, usual)
    st.session_state[key] = name in shown

    def store() -> None:
        now = tuple(each for each in shown if each != name) + (name,) * bool(st.session_state[key])
        write("open", () if set(now) == set(usual) else now or (NONE,))

    made = st.expander(label, key=key, on_change=store)
    return made if made.open else None
