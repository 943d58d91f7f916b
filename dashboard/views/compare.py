"""One photograph and its maps: every model by every method, on one scale."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.boundary import contained
from dashboard.cached_clusters import in_slice
from dashboard.cached_pictures import difference_picture
from dashboard.cached_store import every_value, explained, readable_rows, subject_coverage, table
from dashboard.components.answers import Answers, show_answers
from dashboard.components.panels import Panel, show_panels
from dashboard.components.pictures import Picture, show_pictures
from dashboard.components.turning import show_turning
from dashboard.downloads import offer, offer_saliency, offer_table
from dashboard.drawing import Outlines, agreement_cells
from dashboard.drawing_controls import control_looks, looks_of
from dashboard.explanations import READING, link_to_explanations
from dashboard.link_controls import choice
from dashboard.map_differences import ends_in_words, map_differences
from dashboard.map_panels import panels_of, photograph_of, sheet
from dashboard.page import file_name, open_page, plain, say_of_link
from dashboard.photograph_maps import PhotographMaps, gather, map_file, numbers_table, on_one_scale, own_answers
from dashboard.sections.certainty import how_sure_they_are
from dashboard.sections.making import how_it_is_made
from dashboard.selection import neighbours, select_images
from dashboard.widgets import chips, near, not_listed, select, target_control, title, understood, write
from dashboard.widths import CONTROL, FIGURE, PARAGRAPH
from data.datasets import read_boxes
from data.images import decode
from explain.figures.differences import side
from explain.figures.overlay import DIVERGING, shrunk
from explain.figures.print_sheet import plate_png
from explain.measures.single_image import image_agreement, image_metrics
from explain.models.head import probabilities
from explain.store.evidence import ExplainedMap

PANEL_SIDE, DIFFERENCE_SIDE = 448, 288  # pixels; what the columns of a wide screen show
SCALES = {"method": "a scale for each method", "shared": "one scale for all", "own": "a scale for each map"}
MOST_IN_TABLE = 6  # maps whose agreement a page can show as a table; more scroll

store, view, selection = open_page("Compare")
images = table(store, "images")
readable = readable_rows(store)
listed, _, no_slice = in_slice(store, selection, view)
say_of_link(plain(no_slice))
selected = [image for image in select_images(listed, view)["image"].to_numpy(object).tolist() if image in readable]
if view.image and view.image not in readable:
    say_of_link("The link's image is not in this dataset, or cannot be read; the first one is shown.")
    view = view.but(image="")
if view.with_ and view.with_ not in readable:
    say_of_link("The link's second image is not in this dataset, or cannot be read; it is left out.")
    view = view.but(with_="")
image = view.image or (selected[0] if selected else next(iter(readable)))
record = images.iloc[readable[image]]
view = view.but(image=image)
understood(view)
st.set_page_config(page_title=f"{image} · {title(record['label'])} · Compare")
before, after = neighbours(selected, image)

place = f"{selected.index(image) + 1} of {len(selected)}" if image in selected else "outside the gallery's filters"
above = st.container(gap="xxsmall")
with above:
    show_turning(view, before, after, f"{title(record['label'])} · {image} · {place}")


def outlines_of(image: str, record: pd.Series) -> Outlines:
    """Give what is drawn on top of every picture of an image."""
    boxes = read_boxes(record["boxes"]) if view.boxes == "on" else ()
    return Outlines(boxes, record["width"], record["height"], store.mask(image) if view.masks == "on" else None)


def maps_of(image: str, label: str) -> PhotographMaps:
    """Gather an image's maps."""
    unknown = [name for name in selection.models if store.class_index(name, label) is None]
    why = {} if view.target else dict.fromkeys(unknown, "predicted: this model has no class for the label")
    answers = own_answers(store, selection, image) if view.of == "predicted" and not view.target else {}
    why |= dict.fromkeys(answers, "its own answer")

    def explain(model: str, method: str) -> ExplainedMap:
        return explained(store, image, view.target or answers.get(model, ""), view.explainer_values, model, method)

    return gather(store, selection, explain, why, by_method=view.scale == "method")


def line_of(values: dict[str, float]) -> str:
    """Say a map's numbers in one line."""
    said = [f"{text} {values[name]:.2f}" for name, text in NUMBERS.items() if name in values]
    if "peak_inside" in values:
        said.append("peak inside" if values["peak_inside"] > 0.5 else "peak outside")
    return " · ".join(said)


def panels(image: str, maps: PhotographMaps, numbers: pd.DataFrame) -> list[list[Panel]]:
    """Give the panels of an image's maps."""
    values: dict[tuple[str, str], dict[str, float]] = {}
    for model, method, metric, value in zip(*(numbers[name].tolist() for name in numbers), strict=True):
        values.setdefault((model, method), {})[metric] = value
    lines = {of: line_of(of_map) for of, of_map in values.items()}
    return panels_of(maps, numbers=lines, every_value=partial(every_value, store, image))


def show(
    record: pd.Series, original: NDArray[np.uint8], outlines: Outlines, rows: list[list[Panel]], key: str,
    beside: list[list[Panel]],
) -> None:  # fmt: skip
    """Show a photograph and its maps, on scales that reach to the maps of another photograph."""
    photograph = photograph_of(f"Photograph: {title(record['label'])}", shrunk(original, PANEL_SIDE), outlines)
    show_panels(photograph, rows, looks_of(view, selection), key, [panel for row in beside for panel in row])


NUMBERS = {"entropy": "spread", "mass_inside": "mass inside"}
label, outlines = str(record["label"]), outlines_of(image, record)
original = decode(store.photograph(image))
maps = maps_of(image, label)
numbers = image_metrics(maps.raw, subject_coverage(store, image), maps.alignments)
shown, shown_below = panels(image, maps, numbers), []
if view.with_:
    second = images.iloc[readable[view.with_]]
    maps, pinned = on_one_scale(maps, maps_of(view.with_, str(second["label"])))
    their_numbers = image_metrics(pinned.raw, subject_coverage(store, view.with_), pinned.alignments)
    shown_below = panels(view.with_, pinned, their_numbers)
with above:
    show(record, original, outlines, shown, "panels", shown_below)
    if view.with_:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{plain(title(second['label']))} · {plain(view.with_)}", width="content")
            chips(view, {"with": "Take it away"})
        theirs = decode(store.photograph(view.with_)), outlines_of(view.with_, second)
        show(second, *theirs, shown_below, "pinned", shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        alike = view.but(like=image, image="", page=1).to_params()
        st.page_link("views/gallery.py", label="More like this", icon=":material/image_search:", query_params=alike)
        if view.of == "predicted" and not view.target:
            chips(view, {"of": "Maps of what each model answers"})
        if view.with_ != image:
            st.button(
                "Pin it below, and turn on", icon=":material/keep:", type="tertiary", key="pin", on_click=write,
                args=("with", image),
            )  # fmt: skip
st.caption("Point at a picture, or focus it and use the arrow keys: the place is marked on all, with each map's value.")
link_to_explanations(READING, selection, view)

with st.sidebar:  # after the maps: they are what the reader waits for
    ids = selected if image in selected else [image, *selected]
    said = f"Those that pass the gallery's filters, in its order.{not_listed(ids)}"
    select(view, "image", "Image", said, near(ids, image))
    every = list(readable)
    others = ("", *(name for name in dict.fromkeys((view.with_, *near(every, image))) if name not in ("", image)))
    names = {name: name for name in others}
    select(
        view,
        "with",
        "Pinned below",
        f"Shown below the first, on the same scale.{not_listed(every)}",
        others,
        names=names,
        unset="None",
    )
    target_control(view, store, selection, unset="The label" if view.of == "label" else "Each model's own answer")
    boxed = f"Outlines of the {store.dataset.subject_plural}, where the dataset has them."
    outlined = [choice("boxes", "Boxes", boxed)]
    if store.mask(image) is not None:
        outlined.append(choice("masks", "Masks", f"Outlines of the {store.dataset.subject}'s visible parts."))
    control_looks(view, selection, more=outlined)

small = shrunk(original, DIFFERENCE_SIDE)
st.header("What each model says", anchor=False)
classes = {name: store.model(name).classes for name in selection.models}
with contained("What the models say"):
    shares = {m: probabilities(store.logits(m, image), store.model(m).scores).tolist() for m in classes}
    show_answers([Answers(selection.models[m], classes[m], shares[m]) for m in classes], label)

with contained("How sure these maps are"):
    how_sure_they_are(store, view, selection, image, small, outlines)


def show_differences() -> None:
    """Show where two maps differ: of few maps every pair, of many those that the reader chose."""
    sides = {side(key): heading for key, heading in maps.headings.items()}
    choice = view.but(first=view.first if view.first in sides else "")
    with st.container(horizontal=True, width=2 * CONTROL):
        help = "Whose map the others are subtracted from."
        select(choice, "first", "First", help, ("", *sides), names=sides, unset="The usual pairs")
        if choice.first:
            others, every = ("", *(name for name in sides if name != choice.first)), "All that differ in one thing"
            select(choice, "second", "Minus", "Whose map is subtracted.", others, names=sides, unset=every)
    changes = map_differences(maps, choice.first, view.second)
    pictures = []
    for each in changes:
        heading = f"{maps.headings[each.first]} minus {maps.headings[each.second]}"
        drawn = difference_picture(small, each.values, each.limit, outlines)
        pictures.append(Picture(drawn, heading, heading))
    ends = ends_in_words(maps, changes)
    show_pictures(pictures, "differences", colormap=DIVERGING, of="differences", ends=ends)


def show_agreement() -> None:
    """Show how alike every two of the maps are."""
    names = {key: plain(heading) for key, heading in maps.headings.items()}
    if len(names) > MOST_IN_TABLE:  # a canvas takes the names as they are
        names = maps.headings
    texts, styles = agreement_cells(image_agreement(maps.raw, maps.alignments), names)
    texts, styles = (each.rename_axis("Map").reset_index() for each in (texts, styles))
    shown = texts.style.apply(lambda _: styles.assign(Map=""), axis=None)
    with st.container(width=FIGURE):
        (st.table if len(names) <= MOST_IN_TABLE else st.dataframe)(shown, hide_index=True)


if len(maps.found) > 1:
    st.header("Where the maps differ", anchor=False)
    st.caption(
        "First minus second, as density over the mean: red where the first has more of its mass, blue the second. Of "
        "signed maps the positive part counts, here and in all numbers.",
        width=PARAGRAPH,
    )
    show_differences()
    st.header("Agreement of these maps (Pearson)", anchor=False)
    st.caption(
        "Darker where two maps are more alike, from the lowest to the highest of these. Agreement is not faithfulness: "
        "two maps may agree and both be wrong about their network.",
        width=PARAGRAPH,
    )
    show_agreement()

with contained("How a map is made"):
    how_it_is_made(store, view, selection, image)


def plate() -> bytes:
    """Draw the print when it is asked for."""
    notes = (
        f"{view.colormap}, {view.interpolation}; {SCALES[view.scale]}",
        f"{store.dataset.title}; {', '.join(selection.models.values())}; store {store.digest[:12]}",
    )
    return plate_png(sheet(f"{title(label)}: {image}", maps, original, view, outlines, notes))


with st.expander("Downloads", icon=":material/download:"):
    stem = file_name(image)
    offer("The figure for print (.png, 300 dpi)", plate, f"{stem}.png", "image/png")
    for key, each in maps.found.items():
        offer_saliency(maps.headings[key], each.saliency, map_file(stem, each))
    offer_table("Numbers (.csv)", numbers_table(maps, numbers.assign(image=image, label=label)), stem)
