"""Where About explains what other pages name: its anchors, and links to them from where a term stands."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.link import View
    from explain.store.selection import Selection

MAP, METHODS, PLACE, AGREEMENT = "how-to-read-a-map", "the-methods", "spread-and-place", "agreement-and-faithfulness"
SCALE, CHANCE = "scale", "chance"
READING = {MAP: "how to read a map", SCALE: "scales", PLACE: "spread and mass inside", AGREEMENT: "agreement"}
"""Where Compare's words are explained."""
JUDGING = {MAP: "how to read a map", PLACE: "measures", AGREEMENT: "agreement and faithfulness", CHANCE: "chance"}
"""Where the words of Findings are explained."""


def anchor_of(method: str) -> str:
    """Give the anchor of a method on About.

    >>> anchor_of("a_method")
    'method-a-method'
    """
    return f"method-{method.replace('_', '-')}"


def link_to_explanations(terms: Mapping[str, str], selection: Selection, view: View) -> None:
    """Lead from words to where About explains them, methods by their titles.

    Parameters
    ----------
    terms : mapping of str to str
        Words by anchor.
    """
    known = {anchor_of(name): title for name, title in selection.methods.items()}
    kept = view.but(page=1).to_params()  # as the menu does: About leads back to what was looked at
    page = f"about?{urlencode(kept)}" if kept else "about"
    links = [f"[{plain(words)}]({page}#{anchor})" for anchor, words in {**terms, **known}.items()]
    st.markdown(f":small[Explained on About: {', '.join(links)}.]")  # a caption is too pale for links
