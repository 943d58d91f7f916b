"""What the maps of all images come to."""

from functools import partial

import streamlit as st

from dashboard.boundary import contained
from dashboard.cached_statistics import averages, exhibit, material, options_of
from dashboard.chosen_images import chosen_images, show_chosen
from dashboard.components.pointing import show_pointing
from dashboard.downloads import offer_table
from dashboard.page import open_page, say_of_link
from dashboard.plain_text import plain
from dashboard.plots import show
from dashboard.sections.averages import show_averages
from dashboard.statistics_controls import settle, show_controls
from dashboard.widgets import segments, select
from explain.figures.exhibits import ENTRIES, SECTIONS

store, view, selection = open_page(
    "Statistics", "Spread, agreement and accuracy over every image, by model, method and class."
)
chosen, wrong = chosen_images(store, view)
only = chosen.images if chosen else ()
looked_at = material(store, selection, view.label, only)
view, notices = settle(view, looked_at)
say_of_link(*map(plain, (*wrong, *notices)))
if chosen:
    show_chosen(view, chosen, "statistics")
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
    with columns[number % side_by_side], contained("This figure"):
        draw = None
        if ENTRIES[place].section == "averages":
            draw = partial(show_averages, averages(store, selection, view.label, only), selection, view)
        show(exhibit(store, selection, view.label, place, options, only), selection, view, draw)
show_pointing(store, view, chosen)
if view.section == "answers":
    answered_wrongly = view.but(verdict="wrong", section="distributions").to_params()
    st.page_link(
        "views/gallery.py",
        label="The images answered wrongly, in the gallery",
        icon=":material/photo_library:",
        query_params=answered_wrongly,
    )
with st.sidebar:
    offer_table("All metrics (.csv)", partial(looked_at.rows, "metrics"), "metrics")
