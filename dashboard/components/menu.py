"""The menu: every page with what the reader has set, drawn as a whole, since twelve links of Streamlit's take time."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard.components.component import part
from dashboard.link import View
from dashboard.pages import PAGES


def show_menu(view: View, here: str) -> None:
    """Show it; drawn by the router, it stands while pages come and go.

    Parameters
    ----------
    view : View
        What the links keep, but for the page of a list.
    here : str
        Stem of the page that is shown; empty where it is none of the menu's.
    """
    kept = urlencode(view.but(page=1).to_params())
    pages = [[stem, title, f"./{stem}?{kept}" if kept else f"./{stem}"] for stem, (title, _) in PAGES.items()]
    part("menu", "nav")(key="menu", data={"pages": pages, "here": here})
