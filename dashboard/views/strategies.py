"""In how many ways a network comes to a class: strategies, clusters of its maps, and its channels."""

import streamlit as st

from dashboard.boundary import public
from dashboard.class_images import say_how_many
from dashboard.page import open_page, plain
from dashboard.sections.channels import channels
from dashboard.sections.clusters import clusters
from dashboard.sections.strategies import strategies
from dashboard.widgets import segments, select
from explain.errors import ExplainError
from explain.store.selection import Selection

SECTIONS = {"strategies": "Strategies", "clusters": "Clusters of maps", "channels": "Channels"}
SHOWS = {"strategies": strategies, "clusters": clusters, "channels": channels}

store, view, selection = open_page(
    "Strategies", "In how many ways a network comes to a class, and whether one of them is a cheat.", choosing=False
)
models, labels = Selection.of(store).models, store.dataset.labels
shown = view.but(model=view.model or next(iter(selection.models)), label=view.label or labels[0])
segments(view, "look", "Section", "What to look at.", names=SECTIONS)
with st.sidebar:
    select(shown, "label", "Class", "Whose images are looked at.", labels)
    select(shown, "model", "Model", "Whose score it is.", tuple(models), names=models)
say_how_many(store, shown.label)
try:
    SHOWS[view.look](store, shown, shown.model, shown.label)
except ExplainError as error:
    st.info(plain(public(error)))
