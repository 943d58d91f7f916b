"""All images: filter, sort, see what each model says, open one."""

from math import ceil
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.cached_store import card_picture, summary, table
from dashboard.components.cards import Card, Said, show_cards
from dashboard.link import View
from dashboard.page import open_page, plain, share
from dashboard.selection import select_images
from dashboard.widgets import segments, select, text, title, write
from explain.store.selection import Selection

PER_PAGE = 20

store, view, selection = open_page("Gallery", "Every photograph of the dataset, with what each classifier says of it.")
every = Selection.of(store)
model = view.model or next(iter(selection.models))
stored = {method.name: method.title for method in store.model(model).methods}
method = view.method or next((name for name in selection.methods if name in stored), next(iter(stored), ""))
if view.method and view.method not in stored:
    st.warning("The link's method has no maps of this model; the first one is shown.", icon=":material/link_off:")
    method = next(iter(stored), "")

with st.sidebar:
    text(view, "text", "Find", "Part of an image's name, such as bear_01.", "part of a name")
    select(view, "label", "Class", "Show one class only.", ("", *store.dataset.labels))
    select(view, "verdict", "Verdict", "All models right, at least one wrong, or some right and some wrong.")
    subject, subjects = plain(store.dataset.subject), plain(store.dataset.subject_plural)
    covered = f"Share of the photograph that the {subjects}' boxes cover."
    select(view, "size", f"{subject[:1].upper()}{subject[1:]}'s size", covered)
    select(view, "sort", "Sort by", "Disagreement is 1 - Pearson between maps; spread is entropy.")
    segments(view, "order", "Order", "Direction of sorting.")
    segments(view, "layer", "Show", "Photographs, or one model's and method's map.", ("photo", "overlay", "map"))
    if view.layer != "photo":
        of_card = view.but(model=model, method=method)
        select(of_card, "model", "Model", "Whose map is shown.", tuple(every.models), names=every.models)
        select(of_card, "method", "Method", "Whose map is shown.", tuple(stored), names=stored)
        select(view, "colormap", "Colours", "viridis is safe for colour-blind readers; signed maps have their own.")

images = summary(store, selection)
selected = select_images(images, view)
total = len(images)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.markdown(f"**{len(selected)} of {total}** images", width="content")
    share(view)
if selected.empty:
    filters = [f"name ({plain(view.text)})"] * bool(view.text.strip())
    filters += [f"class ({plain(title(view.label))})"] * bool(view.label)
    filters += [f"verdict ({title(view.verdict)})"] * (view.verdict != "all")
    filters += [f"size ({title(view.size)})"] * (view.size != "all")
    st.info(f"No image passes. Relax the filter on {' or '.join(filters)}.")
    st.stop()

pages = ceil(len(selected) / PER_PAGE)
page = min(view.page, pages)
shown = selected.iloc[(page - 1) * PER_PAGE : page * PER_PAGE]
predictions = table(store, "predictions")
predictions = predictions[predictions["model"].isin(selection.models)]
of_image = {image: rows for image, rows in predictions[predictions["image"].isin(shown["image"])].groupby("image")}


def said(model: str, predicted: str, probability: float, right: object) -> Said:
    """Say what a model says; a right answer is the label, which stands above."""
    verdict = "unknown" if pd.isna(right) else "right" if right else "wrong"
    return Said(verdict, selection.models[model], "" if verdict == "right" else title(predicted), f"{probability:.0%}")


def card(image: str, label: str, status: str) -> Card:
    """Make one image's card."""
    if status != "ok":
        return Card(image, title(label), reason=status)
    layer = view.layer if method else "photo"
    picture = card_picture(str(store.path), store.digest, image, layer, model, method, view.colormap)
    says = tuple(said(row.model, row.predicted, row.probability, row.right) for row in of_image[image].itertuples())
    target = view.but(image=image, page=1, layer=View().layer).to_params()
    shows = "photograph" if view.layer == "photo" else every.title((model, method))
    return Card(image, title(label), f"./compare?{urlencode(target)}", picture, f"{title(label)}: {shows}", says)


show_cards([card(row.image, row.label, row.status) for row in shown.itertuples()])

if pages > 1:
    key = f"page_{page}_of_{pages}"  # a new widget where the link says another page
    st.pagination(pages, default=page, key=key, on_change=lambda: write("page", st.session_state[key]))
