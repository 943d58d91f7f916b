"""What the maps of all images come to."""

import logging

import streamlit as st

from dashboard.cached_statistics import exhibit, material, options_of
from dashboard.downloads import offer_table
from dashboard.page import open_page, share
from dashboard.plots import show
from dashboard.statistics_controls import settle, show_controls
from dashboard.widgets import segments, select
from explain.figures.exhibits import ENTRIES, SECTIONS

BROKEN = (
    "This figure could not be drawn from what is stored; the server's log says why. The others are not touched by it."
)

store, view, selection = open_page(
    "Statistics", "Spread, agreement and accuracy over every image, by model, method and class."
)
looked_at = material(store, selection, view.label)
view, notices = settle(view, looked_at)
for notice in notices:
    st.warning(notice, icon=":material/link_off:")
segments(view, "section", "Section", "What to look at.", names=SECTIONS)
with st.sidebar:
    select(view, "label", "Class", "All, or one.", ("", *store.dataset.labels))
    show_controls(view, looked_at)

shown = [
    (place, options)
    for place, entry in enumerate(ENTRIES)
    if entry.section == view.section
    for options in entry.on_page(looked_at, options_of(view))
]
side_by_side = 2 if len(shown) > len({place for place, _ in shown}) else 1
for number, (place, options) in enumerate(shown):
    if number % side_by_side == 0:  # a row at a time, so that a phone shows them in their order
        columns = st.columns(side_by_side)
    with columns[number % side_by_side]:
        try:
            show(exhibit(store, selection, view.label, place, options), selection, view)
        except Exception:  # one broken figure must not take the others down
            logging.getLogger(__name__).exception("An exhibit of %s could not be shown", view.section)
            st.error(BROKEN)
if view.section == "answers":
    wrong = view.but(verdict="wrong", section="distributions").to_params()
    st.page_link("views/gallery.py", label="The images answered wrongly, in the gallery", query_params=wrong)
with st.sidebar:
    share(view)
    offer_table("All metrics (.csv)", looked_at.rows("metrics"), "metrics")
