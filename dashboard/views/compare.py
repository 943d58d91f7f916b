"""One photograph and its maps: every model by every method, on one scale."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.cached_store import explained, subject_coverage, summary, table
from dashboard.components.answers import Answers, show_answers
from dashboard.components.panels import Panel, show_panels
from dashboard.downloads import offer, offer_saliency, offer_table
from dashboard.drawing import Outlines, colour_bar, columns_of, matrix, row_of, shade
from dashboard.map_differences import ends_in_words, map_differences
from dashboard.map_panels import bars_of, panels_of, sheet
from dashboard.page import file_name, open_page, plain, share
from dashboard.photograph_maps import gather, map_file, numbers_table
from dashboard.selection import neighbours, select_images
from dashboard.widgets import map_controls, segments, select, title, write
from data.datasets import read_boxes
from data.images import decode, encode
from explain.figures.differences import side
from explain.figures.overlay import DIVERGING, difference_overlay, shrunk
from explain.figures.print_sheet import plate_png
from explain.measures.single_image import image_agreement, image_metrics
from explain.models.head import probabilities

PANEL_SIDE, DIFFERENCE_SIDE = 448, 288  # pixels; what the columns of a wide screen show
DIFFERENCES_A_ROW = 4
MOST_IN_TABLE = 6  # maps whose agreement a page can show as a table; more scroll

store, view, selection = open_page(
    "Compare", "One photograph, every classifier and every explanation method, on one scale."
)
images = table(store, "images")
readable = images[images["status"] == "ok"]
readable_ids = set(readable["image"])
selected = [image for image in select_images(summary(store, selection), view)["image"] if image in readable_ids]
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

label = str(record["label"])
unknown = [name for name in selection.models if store.class_index(name, label) is None]
maps = gather(
    store,
    selection,
    partial(explained, store, image, view.target, view.explainer_values),
    {} if view.target else dict.fromkeys(unknown, "predicted: this model has no class for the label"),
)
numbers = image_metrics(maps.raw, subject_coverage(store, image))


def line_of(values: pd.Series) -> str:
    """Say a map's numbers in one line."""
    said = [f"{text} {values[name]:.2f}" for name, text in NUMBERS.items() if name in values]
    if "peak_inside" in values:
        said.append("peak inside" if values["peak_inside"] > 0.5 else "peak outside")
    return " · ".join(said)


NUMBERS = {"entropy": "spread", "mass_inside": "mass inside"}
lines = {key: line_of(of_map.set_index("metric")["value"]) for key, of_map in numbers.groupby(["model", "method"])}
show_panels(
    [
        Panel("Photograph", f"Photograph: {title(label)}", encode(outlines.on(photograph))),
        *panels_of(maps, photograph, view, outlines=outlines, numbers=lines),
    ],
    row_of(selection),
    columns_of(row_of(selection)),
    bars_of(maps, view),
    key="panels",
)
st.caption("Point at a picture, or focus it and use the arrow keys: the place is marked on all, with each map's value.")

with st.sidebar:  # after the maps: they are what the reader waits for
    ids = tuple(selected) if image in selected else (image, *selected)
    select(view, "image", "Image", "Those that pass the gallery's filters, in its order.", ids)
    map_controls(view, store, selection, unset="The label")
    subject, subjects = plain(store.dataset.subject), plain(store.dataset.subject_plural)
    segments(view, "boxes", "Boxes", f"Outlines of the {subjects}, where the dataset has them.")
    if mask is not None:
        segments(view, "masks", "Masks", f"Outlines of the {subject}'s visible parts.")

st.subheader("What each model says", anchor=False)
classes = {name: store.model(name).classes for name in selection.models}
show_answers(
    [
        Answers(selection.models[m], classes[m], probabilities(store.logits(m, image), store.model(m).scores).tolist())
        for m in classes
    ],
    label,
)


def show_differences() -> None:
    """Show where two maps differ: of few maps every pair, of many those that the reader chose."""
    sides = {side(key): heading for key, heading in maps.headings.items()}
    shown = view.but(first=view.first if view.first in sides else "")
    with st.container(horizontal=True):
        help = "Whose map the others are subtracted from."
        select(shown, "first", "First", help, ("", *sides), names=sides, unset="The usual pairs")
        if shown.first:
            others, every = ("", *(name for name in sides if name != shown.first)), "All that differ in one thing"
            select(shown, "second", "Minus", "Whose map is subtracted.", others, names=sides, unset=every)
    changes = map_differences(maps, shown.first, view.second)
    for start in range(0, len(changes), DIFFERENCES_A_ROW):  # a row at a time, so that a phone shows them in order
        row = changes[start : start + DIFFERENCES_A_ROW]
        for column, each in zip(st.columns(min(DIFFERENCES_A_ROW, max(len(changes), 2))), row, strict=False):
            heading = f"{maps.headings[each.first]} minus {maps.headings[each.second]}"
            picture = encode(outlines.on(difference_overlay(small, each.values, each.limit)))
            column.image(picture, caption=plain(heading), alt=heading, width="stretch")
    ends = ends_in_words(maps, changes)
    st.image(encode(colour_bar(DIVERGING)), width="stretch", alt=f"Scale of differences. {ends}")
    st.caption(plain(ends))


def show_agreement() -> None:
    """Show how alike every two of the maps are."""
    names = {key: plain(heading) for key, heading in maps.headings.items()}
    if len(names) > MOST_IN_TABLE:  # a canvas takes the names as they are
        names = maps.headings
    correlations = matrix(image_agreement(maps.raw), names).style.map(shade).format("{:.2f}", na_rep="undefined")
    (st.table if len(names) <= MOST_IN_TABLE else st.dataframe)(correlations)


if len(maps.found) > 1:
    st.subheader("Where the maps differ", anchor=False)
    st.caption(
        "First minus second, as density over the mean: red where the first has more of its mass, blue the second. Of "
        "signed maps the positive part counts, here and in all numbers."
    )
    show_differences()
    st.subheader("Agreement of these maps (Pearson)", anchor=False)
    st.caption("Agreement is not faithfulness: two maps may agree and both be wrong about their network.")
    show_agreement()


def plate() -> bytes:
    """Draw the print when it is asked for."""
    notes = (
        f"{view.colormap}, {view.interpolation}, {view.scale} scale",
        f"{store.dataset.title}; {', '.join(selection.models.values())}; store {store.digest[:12]}",
    )
    return plate_png(sheet(f"{title(label)}: {image}", maps, original, view, outlines, notes))


with st.expander("Downloads", icon=":material/download:"):
    stem = file_name(image)
    offer("The figure for print (.png, 300 dpi)", plate, f"{stem}.png", "image/png")
    for key, each in maps.found.items():
        offer_saliency(maps.headings[key], each.saliency, map_file(stem, each))
    offer_table("Numbers (.csv)", numbers_table(maps, numbers.assign(image=image, label=label)), stem)
