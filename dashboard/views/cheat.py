"""A network that learnt a mark in place of the animal, on purpose: what of it the tool shows, in numbers."""

from urllib.parse import urlencode

import streamlit as st

from dashboard.cached_store import available, card_picture, table
from dashboard.components.strips import Strip, show_strips
from dashboard.page import open_page
from dashboard.plain_text import plain
from dashboard.plots import show
from dashboard.widgets import select
from dashboard.widths import CAPTION, CONTROL, PARAGRAPH
from explain.explainers.registry import EXPLAINERS
from explain.figures import shortcuts
from explain.shortcuts import in_words
from explain.shortcuts.measured import Measured, measure
from explain.shortcuts.rule import RULE
from explain.shortcuts.twins import Twins
from explain.store.selection import Selection

PICTURES = 4

store, view, _ = open_page(
    "A cheat", "One network learnt an archive's mark in place of the animal. Does the tool show it?", choosing=False
)
if Twins.of(table(store, "images")) is None:
    st.markdown(plain(in_words.BEGINNING), width=PARAGRAPH)
    others = {name: each for name, each in available().items() if Twins.of(table(each, "images")) is not None}
    for name, each in others.items():
        params = view.but(dataset=name, image="").to_params()
        st.page_link(
            "views/cheat.py",
            label=f"Open: {plain(each.dataset.title)}",
            query_params=params,
            icon=":material/lock_open:",
        )
    if not others:
        st.info("No store here has photographs with a mark. This makes one, in about a minute:")
        st.code("python -m explain build --dataset demo-marked", language=None, wrap_lines=True)
    st.stop()


@st.cache_data(show_spinner="Measuring ...", max_entries=4)
def measured_of(path: str, digest: str) -> Measured | None:
    """Measure all networks of the store once per state of it."""
    del path, digest
    return measure(store)


def twins(marked: str, bare: str, model: str, method: str) -> Strip:
    """Give a photograph with the mark and without it, each with its map; Compare opens both."""
    both = view.but(image=marked, with_=bare, models=(model,), methods=(method,)).to_params()
    pictures = tuple(
        (words, card_picture(str(store.path), store.digest, image, "overlay", model, method, view.colormap))
        for words, image in (("With the mark", marked), ("Without it", bare))
    )
    return Strip(bare, "", f"./compare?{urlencode(both)}", pictures)


def maps_of(measured: Measured, models: dict[str, str]) -> None:
    """Show some photographs with a map over them, and the same without the mark."""
    model = view.model if view.model in models else next(iter(models))
    stored = {each.name: each.title for each in store.model(model).methods}
    method = view.method if view.method in stored else next(iter(stored))
    shown = view.but(model=model, method=method)
    with st.container(horizontal=True, width=2 * CONTROL):
        for name, known in (("model", models), ("method", stored)):
            select(shown, name, name.capitalize(), "Whose maps are shown.", tuple(known), names=known)
    images = table(store, "images").set_index("image")
    worn = measured.twins.of_label(measured.twins.wearer)
    wide = [place for place, image in enumerate(worn.marked) if images.width[image] > images.height[image]]
    chosen = (wide or list(range(len(worn.marked))))[:: max(1, len(wide) // PICTURES)][:PICTURES]
    for number, column in enumerate(st.columns(2)):
        with column:
            pairs = [(worn.marked[place], worn.plain[place]) for place in chosen[number::2]]
            show_strips([twins(*pair, model, method) for pair in pairs], f"twins_{number}")


found, every = measured_of(str(store.path), store.digest), Selection.of(store)
known = Selection(every.models, {name: each.title for name, each in EXPLAINERS.items()} | dict(every.methods))
if found is None or not found.leanings:
    st.info("No network of this store has a class for the label that wears the mark.")
    st.stop()
titles = {name: every.models[name] for name in found.leanings}
for name, leaning in found.leanings.items():
    icon = ":red[:material/warning:]" if leaning.found else ":green[:material/check_circle:]"
    said = f"{in_words.verdict(found, name)} {in_words.right_answers(found, name)}"
    st.markdown(f"{icon} **{plain(titles[name])}**: {plain(said)}", width=PARAGRAPH)
st.caption(f"The rule. {plain(RULE)}", width=CAPTION)
with st.container(border=True):
    st.header("What do the maps look like?", anchor=False)
    maps_of(found, titles)
for question, exhibit in (
    ("Do the answers tell?", shortcuts.accuracy(found, titles)),
    ("Which maps show it, and on how many photographs?", shortcuts.methods(found, titles)),
    ("What does the ledger pay on the mark?", shortcuts.evidence(found)),
    ("Which strategy carries the mark, and what does it pay?", shortcuts.strategies(found)),
    ("What does localisation say?", shortcuts.placed(found)),
    ("Does deletion notice?", shortcuts.deletion(found)),
    ("What would a reader of four pictures have seen?", shortcuts.pictures(found)),
):
    with st.container(border=True):
        st.header(question, anchor=False)
        show(exhibit, known, view)
for name, leaning in found.leanings.items():
    if leaning.found:
        with st.container(border=True):
            st.header(f"Where nothing shows that {plain(titles[name])} cheats", anchor=False)
            sentences = in_words.not_shown(found, name, store.dataset.subject)
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences), width=PARAGRAPH)
