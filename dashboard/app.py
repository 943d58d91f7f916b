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
    "about": ("About", ":material/info:"),
}

st.set_page_config(page_title="Where classifiers look", page_icon=":material/visibility:", layout="wide")
pages = [
    st.Page(f"views/{stem}.py", title=title, icon=icon, url_path=stem, default=stem == "gallery")
    for stem, (title, icon) in PAGES.items()
]
st.navigation(pages, position="top").run()
