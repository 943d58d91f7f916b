"""One photograph and its maps: every model by every method, on one scale."""

import numpy as np
import streamlit as st

from dashboard.cached_store import explained, subject_coverage, summary, table
from dashboard.components.answers import Answers, show_answers
from dashboard.components.panels import ColourBar, Panel, show_panels
from dashboard.downloads import offer, offer_saliency, offer_table
from dashboard.drawing import (
    Outlines,
    colour_bar,
    differences,
    drawn,
    matrix,
    scale_ends,
    shade,
    shared_maximum,
)
from dashboard.page import file_name, open_page, plain, share
from dashboard.selection import neighbours, select_images
from dashboard.widgets import map_controls, segments, select, title, write
from data.datasets import read_boxes
from data.images import decode, encode
from explain.errors import ExplainError
from explain.explainers.registry import METHOD_TITLES, METHODS
from explain.figures.overlay import DIVERGING, difference_overlay, shrunk
from explain.figures.print_sheet import Plate, plate_png
from explain.measures.single_image import density_difference, image_agreement, image_metrics
from explain.models.head import softmax

PANEL_SIDE, DIFFERENCE_SIDE = 448, 288  # pixels; what the columns of a wide screen show

store, view = open_page("Compare", "One photograph, every classifier and every explanation method, on one scale.")
titles = {model.name: model.title for model in store.models}
images = table(store, "images")
readable = images[images["status"] == "ok"]
readable_ids = set(readable["image"])
selected = [image for image in select_images(summary(store), view)["image"] if image in readable_ids]
if view.image and view.image not in readable_ids:
    st.warning("The link's image is not in this dataset, or cannot be read; the first one is shown.")
    view = view.but(image="")
image = view.image or (selected[0] if selected else str(readable["image"].iloc[0]))
record = readable[readable["image"] == image].iloc[0]
view = view.but(image=image)
before, after = neighbours(selected, image)
mask = store.mask(image)

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Previous", icon=":material/arrow_back:", disabled=before is None, shortcut="Left"):
        write("image", before)
        st.rerun()
    if st.button("Next", icon=":material/arrow_forward:", disabled=after is None, shortcut="Right"):
        write("image", after)
        st.rerun()
    share(view)
place = f"{selected.index(image) + 1} of {len(selected)}" if image in selected else "outside the gallery's filters"
st.text(f"{title(record['label'])} · {image} · {place}")

original = decode(store.photograph(image))
photograph, small = shrunk(original, PANEL_SIDE), shrunk(original, DIFFERENCE_SIDE)
boxes = read_boxes(record["boxes"]) if view.boxes == "on" else ()
outlines = Outlines(boxes, record["width"], record["height"], mask if view.masks == "on" else None)

maps, notices = {}, []
for model in store.models:
    for method in METHODS:
        try:
            maps[model.name, method] = explained(store, image, model.name, method, view.target, {"k": view.k}).saliency
        except ExplainError as error:
            notices.append(str(error))
            maps[model.name, method] = explained(store, image, model.name, method, "", {"k": view.k}).saliency
for notice in notices:
    st.warning(plain(notice))
maximum = shared_maximum(maps)
pictures = {key: outlines.on(drawn(photograph, raw, view, maximum)) for key, raw in maps.items()}
headings = {(model, method): f"{titles[model]}, {METHOD_TITLES[method]}" for model, method in maps}
numbers = image_metrics(maps, subject_coverage(store, image))
value_of = numbers.set_index(["model", "method", "metric"])["value"]


def lines_of(key: tuple[str, str]) -> tuple[str, ...]:
    """Say below a map what it is of, and its numbers."""
    if not maps[key].any():
        return ("Nothing passes: this map is zero everywhere.",)
    about = f"K = {view.k:g}; FEM has no target class." if key[1] == "fem" else f"Target: {title(target)}"
    shown = [
        f"{text} {value_of[(*key, metric)]:.2f}"
        for metric, text in (("entropy", "spread"), ("mass_inside", "mass inside"))
        if (*key, metric) in value_of.index
    ]
    if (*key, "peak_inside") in value_of.index:
        shown.append("peak inside" if value_of[(*key, "peak_inside")] > 0.5 else "peak outside")
    return about, " · ".join(shown)


def panel(model: str, method: str) -> Panel:
    """Put one map's picture, words and values together."""
    key = (model, method)
    alt = f"{headings[key]}: heatmap over the photograph"
    return Panel(headings[key], alt, encode(pictures[key]), lines_of(key), maps[key])


target = view.target or str(record["label"])
low, high = scale_ends(view, maximum)
show_panels(
    [
        Panel("Photograph", f"Photograph: {title(record['label'])}", encode(outlines.on(photograph))),
        *(panel(model.name, method) for method in METHODS for model in store.models),
    ],
    len(store.models),
    ColourBar(encode(colour_bar(view.colormap)), low, high),
    key="panels",
)
st.caption("Point at a picture, or focus it and use the arrow keys: the place is marked on all, with each map's value.")

with st.sidebar:  # after the maps: they are what the reader waits for
    ids = tuple(selected) if image in selected else (image, *selected)
    select(view, "image", "Image", "Those that pass the gallery's filters, in its order.", ids)
    map_controls(view, store, unset="The label")
    segments(
        view, "boxes", "Boxes", f"Outlines of the {plain(store.dataset.subject_plural)}, where the dataset has them."
    )
    if mask is not None:
        segments(view, "masks", "Masks", f"Outlines of the {plain(store.dataset.subject)}'s visible parts.")

st.subheader("What each model says", anchor=False)
show_answers(
    [Answers(m.title, m.classes, softmax(store.logits(m.name, image)).tolist()) for m in store.models],
    str(record["label"]),
)

st.subheader("Where the maps differ", anchor=False)
st.caption("First minus second, as density over the mean: red where the first has more of its mass, blue the second.")
pairs = differences(tuple(titles), METHODS)
changes = {pair: density_difference(maps[pair[0]], maps[pair[1]]) for pair in pairs}
limit = max((float(np.abs(change).max()) for change in changes.values()), default=0.0)
for column, ((first, second), change) in zip(st.columns(max(len(pairs), 1)), changes.items(), strict=False):
    heading = f"{headings[first]} minus {headings[second]}"
    picture = encode(outlines.on(difference_overlay(small, change, limit)))
    column.image(picture, caption=plain(heading), alt=heading, width="stretch")
st.image(encode(colour_bar(DIVERGING)), width="stretch", alt=f"Scale of differences from -{limit:.1f} to {limit:.1f}")
st.caption(f"From -{limit:.1f} on the left, over 0 in the middle, to {limit:.1f} on the right.")

st.subheader("Agreement of these maps (Pearson)", anchor=False)
st.caption("Agreement is not faithfulness: two maps may agree and both be wrong about their network.")
correlations = matrix(image_agreement(maps), {key: plain(heading) for key, heading in headings.items()})
st.table(correlations.style.map(shade).format("{:.2f}", na_rep="undefined"))


def plate() -> bytes:
    """Draw the print when it is asked for."""
    chosen = f"Grad-CAM of {title(target)}; FEM with K = {view.k:g}"
    chosen += f"; {view.colormap}, {view.interpolation}, {view.scale} scale"
    ordered = [
        (headings[m.name, method], outlines.on(drawn(original, maps[m.name, method], view, maximum)))
        for method in METHODS
        for m in store.models
    ]
    notes = (chosen, f"{store.dataset.title}; {', '.join(titles.values())}; store {store.digest[:12]}")
    heading = f"{title(record['label'])}: {image}"
    shown = outlines.on(original)
    return plate_png(Plate(heading, shown, ordered, len(store.models), view.colormap, (low, high), notes))


with st.expander("Downloads", icon=":material/download:"):
    stem = file_name(image)
    offer("The figure for print (.png, 300 dpi)", plate, f"{stem}.png", "image/png")
    for (name, method), raw in maps.items():
        offer_saliency(headings[name, method], raw, f"{stem}-{name}-{method}")
    whole = numbers.assign(image=image, label=record["label"], target=target, k=view.k)
    offer_table("Numbers (.csv)", whole, stem)
