"""Why there: what places and channels paid for a score, for one photograph."""

import streamlit as st

from dashboard.cached_clusters import in_slice
from dashboard.cached_store import readable_rows, table
from dashboard.page import open_page, say_of_link
from dashboard.sections.ledger import one_class, one_class_against_another, refused
from dashboard.selection import select_images
from dashboard.widgets import near, not_listed, segments, select, title
from explain.errors import ExplainError
from explain.store.selection import Selection

SECTIONS = {"ledger": "Ledger", "versus": "Why this, not that"}
SHOWS = {"ledger": one_class, "versus": one_class_against_another}

store, view, selection = open_page(
    "Why there", "What every place, part and channel paid for a score, exactly.", choosing=False
)
images = table(store, "images")
readable = readable_rows(store)
listed = select_images(in_slice(store, selection, view)[0], view)["image"].to_numpy(object)
selected = [image for image in listed if image in readable]
if view.image and view.image not in readable:
    say_of_link("The link's image is not in this dataset, or cannot be read; another one is shown.")
image = view.image if view.image in readable else (selected or [min(readable)])[0]
models = Selection.of(store).models
model = view.model or next(iter(selection.models))

segments(view, "ask", "Section", "What to look at.", tuple(SECTIONS), names=SECTIONS)
with st.sidebar:
    ids = selected if image in selected else [image, *selected]
    said = f"Those that pass the gallery's filters, in its order.{not_listed(ids)}"
    select(view.but(image=image), "image", "Image", said, near(ids, image))
    select(view.but(model=model), "model", "Model", "Whose score it is.", tuple(models), names=models)
    classes = {name: name.replace("_", " ") for name in (view.target, *store.model(model).classes)}
    options = ("", *filter(None, classes))
    select(view, "target", "Target class", "The label by default.", options, names=classes, unset="The label")

label = title(str(images["label"].iloc[store.row(image)]))
st.set_page_config(page_title=f"{image} · {label} · Why there")
st.text(f"{label} · {image} · {models[model]}")
try:
    SHOWS[view.ask](store, view, image, model)
except ExplainError as error:
    refused(error)
