"""All images: filter, sort, see what each model says, open one."""

from functools import partial
from math import ceil
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.boundary import or_else
from dashboard.cached_clusters import in_slice
from dashboard.cached_store import card_picture, distances
from dashboard.components.cards import Card, Said, show_cards
from dashboard.link import CHOICES
from dashboard.link_controls import choice, control_link
from dashboard.page import open_page, plain, say_of_link
from dashboard.selection import DISTANCE, SORT_COLUMNS, counts_of, select_images
from dashboard.widgets import chips, counted, select, text, title, write
from explain.statistics.per_image import ANSWER, column
from explain.store.selection import Selection

PER_PAGE = 24  # fills its rows in 2, 3, 4, 6 and 8 columns

store, view, selection = open_page("Gallery")
every = Selection.of(store)
model = view.model or next(iter(selection.models))
stored = {method.name: method.title for method in store.model(model).methods}
method = view.method or next((name for name in selection.methods if name in stored), next(iter(stored), ""))
if view.method and view.method not in stored:
    say_of_link("The link's method has no maps of this model; the first one is shown.")
    method = next(iter(stored), "")

images, slice_title, notice = in_slice(store, selection, view)
if notice:
    say_of_link(plain(notice))
if view.like and not (images["image"] == view.like).any():
    say_of_link("The link's image to be like is not in this dataset; all images are shown.")
    view = view.but(like="")
if view.like:
    away = distances(store, next(iter(selection.models)), view.like)
    images = images.assign(**{DISTANCE: away[images.index]})
subject, subjects = plain(store.dataset.subject), plain(store.dataset.subject_plural)


def choose(name: str, label: str, help: str, values: tuple[str, ...]) -> None:
    """Show a filter, and how many images each of its values would leave."""
    names = counted({value: title(value) for value in values}, counts_of(images, view, name, values))
    select(view, name, label, help, values, names=names, unset=names.get("", ""))


with st.sidebar:
    if view.images:
        text(view, "called", "Chosen images", "What these images are called; the name is kept in the link.", "a name")
    text(view, "text", "Find", "Part of an image's name, such as bear_01.", "part of a name")
    choose("label", "Class", "Show one class only.", ("", *store.dataset.labels))
    choose("verdict", "Verdict", "All models right, at least one wrong, or some of each.", CHOICES["verdict"])
    covered = f"Share of the photograph that the {subjects}' boxes cover."
    choose("size", f"{subject[:1].upper()}{subject[1:]}'s size", covered, CHOICES["size"])
    select(view, "sort", "Sort by", "Disagreement is 1 - Pearson between maps; spread is entropy.")
    order = "descending" if view.descending else "ascending"
    sizes = {"small": "Small", "medium": "Medium", "large": "Large"}
    controls = [
        choice("order", "Order", "Direction of sorting; disagreement goes down by default."),
        choice("cards", "Pictures", "Their size.", names=sizes),
        choice("layer", "Show", "Photographs, or maps.", ("photo", "overlay", "map")),
    ]
    if view.layer != "photo":
        both = {"one": "One model", "all": "All models"}
        controls.append(choice("maps", "Maps of", "One model, or all.", names=both))
        if view.maps == "one":
            models = tuple(every.models)
            controls.append(choice("model", "Model", "Whose map is shown.", models, names=every.models, listed=True))
        safe = "viridis is safe for colour-blind readers; signed maps have their own."
        controls += [
            choice("method", "Method", "Whose map is shown.", tuple(stored), names=stored, listed=True),
            choice("colormap", "Colours", safe, listed=True),
        ]
    control_link(view.but(order=order, model=model, method=method), controls, "cards_looks")

selected = select_images(images, view)
total = store.dataset.images
narrowed = {
    "text": f"name: {plain(view.text)}" if view.text.strip() else "",
    "label": plain(title(view.label)) if view.label else "",
    "verdict": title(view.verdict) if view.verdict != "all" else "",
    "size": title(view.size) if view.size != "all" else "",
    "like": f"like {plain(view.like)}" if view.like else "",
    "slice": plain(slice_title) if slice_title else "",
    "images": plain(view.called or f"{len(view.images)} chosen images") if view.images else "",
}
narrowed = {name: words for name, words in narrowed.items() if words}
above = st.container(gap="xxsmall")
with above, st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.caption(f"**{len(selected)} of {total}** images", width="content")
    chips(view, narrowed)
if selected.empty:
    st.info(f"No image passes. Relax the filter on {' or '.join(narrowed.values())}.")
    st.stop()

pages = ceil(len(selected) / PER_PAGE)
page = min(view.page, pages)
if view.page > pages:
    say_of_link(f"The link's page was not understood (there are {pages}); the last is shown.")
shown = selected.iloc[(page - 1) * PER_PAGE : page * PER_PAGE]
of_image: dict[str, list[tuple[str, str, float, object]]] = {image: [] for image in shown["image"]}
for name in selection.models:
    columns = [column(what, name) for what in ANSWER]
    for image, *answer in shown[["image", *columns]].itertuples(index=False, name=None):
        of_image[image].append((name, *answer))
held = {(each.name, one.name) for each in store.models for one in each.methods}
keys = [(model, method)] if view.maps == "one" else [(name, method) for name in selection.models]
keys = [key for key in keys if key in held]
sorted_by = "" if view.sort == "id" else SORT_COLUMNS[view.sort]
if view.like and not sorted_by:
    sorted_by = DISTANCE
called = "Distance" if sorted_by == DISTANCE else title(view.sort)


def said(model: str, predicted: str, probability: float, right: object) -> Said:
    """Say what a model says; a right answer is the label, which stands above."""
    verdict = "unknown" if pd.isna(right) else "right" if right else "wrong"
    return Said(verdict, selection.models[model], "" if verdict == "right" else title(predicted), f"{probability:.0%}")


def picture_of(image: str, layer: str, model: str, method: str) -> bytes:
    """Give a card's picture."""
    return card_picture(str(store.path), store.digest, image, layer, model, method, view.colormap)


def card(image: str, label: str, status: str, value: float) -> Card:
    """Make one image's card."""
    if status != "ok":
        return Card(image, title(label), reason=status)
    asked = [(view.layer, *key) for key in keys] if view.layer != "photo" and keys else [("photo", "", "")]
    pictures = tuple(or_else(partial(picture_of, image, *each), b"") for each in asked)
    alts = tuple(f"{title(label)}: {every.title((m, n)) if m else 'photograph'}" for _, m, n in asked)
    says = tuple(said(*answer) for answer in of_image[image])
    layer = "overlay" if view.layer == "photo" else view.layer  # photographs alone are nothing to compare
    target = f"./compare?{urlencode(view.but(image=image, page=1, layer=layer).to_params())}"
    words = f"{called}: {value:.2f}" if sorted_by and not pd.isna(value) else ""
    return Card(image, title(label), target, pictures, alts, says, words)


with above:
    values = shown[sorted_by] if sorted_by else [0.0] * len(shown)
    rows = zip(shown["image"], shown["label"], shown["status"], values, strict=True)
    show_cards([card(*row) for row in rows], view.cards)

if pages > 1:
    key = f"page_{page}_of_{pages}"  # a new widget where the link says another page
    st.pagination(pages, default=page, key=key, on_change=lambda: write("page", st.session_state[key]))
