"""The router: which pages there are, and what every page shows first."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `streamlit run` puts only this folder on the path

from dashboard.pages import PAGES
from dashboard.widgets import current_view

ICON = str(Path(__file__).with_name("icon.svg"))  # a named icon would be fetched from another server

st.set_page_config(page_title="Where classifiers look", page_icon=ICON, layout="wide")


def home() -> None:
    """Send the bare address to the gallery: a default page would lose its own path, and links to it would break."""
    st.switch_page("views/gallery.py", query_params=st.query_params.to_dict())


def menu(pages: list[StreamlitPage]) -> None:
    """Lead to every page with what the reader has set: Streamlit's own menu drops the address's parameters."""
    params = current_view()[0].but(page=1).to_params()
    with st.container(horizontal=True, gap="xsmall"):
        for page in pages:
            st.page_link(page, query_params=params, width="content")


pages = [st.Page(f"views/{stem}.py", title=title, icon=icon, url_path=stem) for stem, (title, icon) in PAGES.items()]
chosen = st.navigation([st.Page(home, title="Home", default=True, visibility="hidden"), *pages], position="hidden")
menu(pages)
chosen.run()
