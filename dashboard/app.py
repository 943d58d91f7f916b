"""The router: which pages there are, and what every page shows first."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `streamlit run` puts only this folder on the path

PAGES = {
    "gallery": ("Gallery", ":material/grid_view:"),
    "compare": ("Compare", ":material/compare:"),
    "statistics": ("Statistics", ":material/monitoring:"),
    "findings": ("Findings", ":material/fact_check:"),
    "upload": ("Try your own", ":material/add_a_photo:"),
    "about": ("About", ":material/info:"),
}

ICON = str(Path(__file__).with_name("icon.svg"))  # a named icon would be fetched from another server

st.set_page_config(page_title="Where classifiers look", page_icon=ICON, layout="wide")


def home() -> None:
    """Send the bare address to the gallery: a default page would lose its own path, and links to it would break."""
    st.switch_page("views/gallery.py", query_params=st.query_params.to_dict())


pages = [st.Page(f"views/{stem}.py", title=title, icon=icon, url_path=stem) for stem, (title, icon) in PAGES.items()]
st.navigation([st.Page(home, title="Home", default=True, visibility="hidden"), *pages], position="top").run()
