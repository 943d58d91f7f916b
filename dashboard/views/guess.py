"""Guess first: ten photographs without a map, and where the network looks on them."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.cached_store import table
from dashboard.components.guess import Turn, show_guess
from dashboard.page import open_page
from dashboard.widgets import select, title, write
from dashboard.widths import PARAGRAPH
from data.images import decode, encode
from explain.figures.overlay import shrunk
from explain.measures.hottest import hottest
from explain.measures.resampling import resample
from explain.store.selection import Selection

TURNS, PICTURE_SIDE, SIDE = 10, 560, 56  # SIDE: rows and columns that a map is stretched to before its fifth is taken

store, view, selection = open_page(
    "Guess first", "Before you see a map: where do you think the network looks?", choosing=False
)
models = Selection.of(store).models
model = view.model or next(iter(selection.models))
stored = {each.name: each.title for each in store.model(model).methods}
method = view.method if view.method in stored else next(iter(stored), "")
with st.sidebar:
    select(view.but(model=model), "model", "Model", "Whose map is guessed at.", tuple(models), names=models)
    select(view.but(method=method), "method", "Method", "Which map is guessed at.", tuple(stored), names=stored)
other = next((each.name for each in store.models if each.name != model and each.method(method)), "")


def stretched(name: str, image: str) -> NDArray[np.float64]:
    """Give a model's map where it lies on the photograph."""
    raw, alignment = store.saliency(name, method, image), store.alignment(name, method)
    return resample(raw, (SIDE, SIDE), alignment=alignment)


def turn_of(image: str, label: str) -> Turn | None:
    """Make a photograph of the round; None where the map has no highest place."""
    saliency = stretched(model, image)
    hot = hottest(saliency)
    if not hot.any():
        return None
    peak = None
    if other:
        theirs = stretched(other, image)
        row, column = np.unravel_index(int(theirs.argmax()), theirs.shape)
        peak = ((int(row) + 0.5) / SIDE, (int(column) + 0.5) / SIDE)
    photograph = encode(shrunk(decode(store.photograph(image)), PICTURE_SIDE))
    href = f"./compare?{urlencode(view.but(image=image).to_params())}"
    return Turn(image, title(label), photograph, saliency, hot, peak, href)


if not method:
    st.info("The store holds no map of this model: choose another one.")
    st.stop()
images = table(store, "images").query("status == 'ok'")
order = np.random.default_rng(view.game).permutation(len(images))
turns: list[Turn] = []
for row in order.tolist():
    found = turn_of(str(images["image"].iloc[row]), str(images["label"].iloc[row]))
    turns += [found] if found else []
    if len(turns) == TURNS:
        break
if not turns:
    st.info("No map here has a place where it is highest: choose another method.")
    st.stop()
st.markdown(
    "Click where you think the network looks. Then its map appears, and beside your guess what chance and the other "
    "network would have scored. Nothing about you or your guesses is stored or sent.",
    width=PARAGRAPH,
)
whose = f"the {stored[method]} map of {models[model]}"
show_guess(turns, whose, models.get(other, ""), f"{store.digest} {model} {method} {view.game}")
if st.button("Ten other photographs", icon=":material/casino:"):
    write("game", view.game + 1)
    st.rerun()
