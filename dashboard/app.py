"""What Streamlit runs: for every visitor the router, and once, as a module, what stands between them and the server."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `streamlit run` puts only this folder on the path

from dashboard.processes import share_one_heap, take_one_thread_a_visitor

if __name__ != "__main__":  # once, before the server has threads and NumPy
    take_one_thread_a_visitor()
    share_one_heap()

from dashboard.boundary import contained, tell_of_page
from dashboard.components.menu import show_menu
from dashboard.pages import PAGES
from dashboard.turns import in_turn
from dashboard.widgets import current_view

ICON = str(Path(__file__).with_name("icon.svg"))  # a named icon would be fetched from another server


def home() -> None:
    """Send the bare address to the overview: a default page would lose its own path, and links to it would break."""
    st.switch_page("views/overview.py", query_params=st.query_params.to_dict())


def route() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="Where classifiers look", page_icon=ICON, layout="wide")
    pages = [st.Page(f"views/{stem}.py", title=title, url_path=stem) for stem, (title, _) in PAGES.items()]
    chosen = st.navigation([st.Page(home, title="Home", default=True, visibility="hidden"), *pages], position="hidden")
    with contained("This page"):
        show_menu(current_view()[0], chosen.url_path)
        with in_turn():
            chosen.run()


if __name__ == "__main__":  # a visitor's run
    route()
else:
    from starlette.middleware import Middleware
    from starlette.routing import Route
    from streamlit.starlette import App

    from dashboard.doorkeeper import Doorkeeper
    from dashboard.session_ends import giving_back
    from dashboard.thumbnails import path_of_thumbnails, thumbnail
    from dashboard.uploads import BoundedUploads
    from dashboard.visitors import BoundedVisitors, visitors_at_once

    try:
        most = visitors_at_once()
    except ValueError as error:
        sys.exit(str(error))
    app = App(
        __file__,
        lifespan=giving_back,
        routes=[Route(path_of_thumbnails(), thumbnail)],
        middleware=[Middleware(Doorkeeper), Middleware(BoundedVisitors, most), Middleware(BoundedUploads)],
        on_script_error=tell_of_page,
    )
