"""One photograph and its maps: every model by every method, on one scale."""

import io

import numpy as np
import streamlit as st

from dashboard.controls import segments, select, slider, title, write
from dashboard.figures import colour_bar, top_predictions
from dashboard.frame import open_page, plain, share
from dashboard.selection import neighbours, select_images
from dashboard.stores import saliency, summary, table
from data.datasets import read_boxes
from explain.charts.agreement import agreement_matrix
from explain.errors import ExplainError
from explain.heatmap import decode, encode, heatmap, outline, overlay
from explain.resampling import divide_by_maximum, resample
from explain.saliency import METHOD_TITLES, METHODS
from explain.tables import softmax

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

with st.sidebar:
    ids = tuple(selected) if image in selected else (image, *selected)
    select(view, "image", "Image", "Those that pass the gallery's filters, in its order.", ids)
    segments(view, "layer", "Show", "The map over the photograph, the map alone, or the photograph alone.")
    slider(view, "k", "K of FEM", "Threshold in standard deviations; 2 in the paper.", 0.0, 6.0, 0.1)
    classes = tuple(dict.fromkeys(name for model in store.models for name in model.classes))
    select(
        view,
        "target",
        "Target class of Grad-CAM",
        "The label by default. FEM has no target class.",
        ("", *classes),
        unset="The label",
    )
    segments(view, "scale", "Scale", "Divide all maps of a method by their shared maximum, or each by its own.")
    select(view, "colormap", "Colours", "viridis is safe for colour-blind readers; turbo is the report's.")
    slider(view, "opacity", "Opacity", "Of the heatmap over the photograph.", 0.0, 1.0, 0.05)
    select(view, "interpolation", "Interpolation", "How the small map is stretched over the photograph.")
    segments(view, "boxes", "Boxes", "Outlines of the animals, where the dataset has them.")

back, name, forward, sharing = st.columns([1, 4, 1, 1], vertical_alignment="center")
if back.button("Previous", icon=":material/arrow_back:", disabled=before is None, shortcut="Left", width="stretch"):
    write("image", before)
    st.rerun()
if forward.button("Next", icon=":material/arrow_forward:", disabled=after is None, shortcut="Right", width="stretch"):
    write("image", after)
    st.rerun()
name.text(f"{title(record['label'])} · {image}")
with sharing:
    share(view)

photograph = decode(store.photograph(image))
boxes = read_boxes(record["boxes"]) if view.boxes == "on" else ()


def framed(picture):
    """Encode a picture, with the boxes where they are wanted."""
    return encode(outline(picture, boxes, record["width"], record["height"]) if boxes else picture)


maps, notices = {}, []
for model in store.models:
    for method in METHODS:
        try:
            maps[model.name, method] = saliency(store, image, model.name, method, view.target, view.k)
        except ExplainError as error:
            notices.append(str(error))
            maps[model.name, method] = saliency(store, image, model.name, method, "", view.k)
for notice in notices:
    st.warning(plain(notice))

# Raw values of different methods, or of networks with other activations, have no common unit: one scale means that
# every map is shown as its share of the mass, so that the same colour is the same density.
density = {key: m / m.mean() if m.any() else m for key, m in maps.items()}
shared = max((float(m.max()) for m in density.values()), default=0.0)
measured = table(store, "metrics")
measured = measured[measured["image"] == image].set_index(["model", "method", "metric"])["value"]

left, right = st.columns([1, 2])
with left:
    st.image(framed(photograph), caption="Photograph", alt=f"Photograph: {title(record['label'])}", width="stretch")
    st.image(encode(colour_bar(view.colormap)), width="stretch", alt="Colour scale from 0 to the maximum")
    top = f"{shared:.1f} x the mean of a map" if view.scale == "shared" else "each map's own maximum"
    st.caption(f"0 on the left; on the right {top}.")
with right:
    for method in METHODS:
        for column, model in zip(st.columns(len(store.models)), store.models, strict=True):
            key = (model.name, method)
            maximum = shared if view.scale == "shared" else None
            if view.layer == "photo":
                picture = photograph
            elif view.layer == "map":
                stretched = resample(density[key], photograph.shape[:2], view.interpolation)
                picture = heatmap(divide_by_maximum(stretched, maximum), view.colormap)
            else:
                picture = overlay(
                    photograph, density[key], colormap=view.colormap, opacity=view.opacity, maximum=maximum,
                    interpolation=view.interpolation,
                )  # fmt: skip
            with column:
                heading = f"{model.title}, {METHOD_TITLES[method]}"
                st.image(framed(picture), caption=plain(heading), alt=heading, width="stretch")
                if not maps[key].any():
                    st.caption("Nothing passes: this map is zero everywhere.")
                elif method == "fem":
                    st.caption("FEM has no target class.")
                else:
                    st.caption(f"Target: {plain(title(view.target or record['label']))}")
                numbers = [
                    f"{text} {measured[(*key, metric)]:.2f}"
                    for metric, text in (("entropy", "spread"), ("mass_inside", "inside"), ("peak_inside", "peak in"))
                    if (*key, metric) in measured.index
                ]
                st.caption(" · ".join(numbers))
st.caption("The numbers are those of the stored maps: the labelled class for Grad-CAM, K = 2 for FEM.")

st.subheader("What each model says", anchor=False)
for column, model in zip(st.columns(len(store.models)), store.models, strict=True):
    with column:
        st.text(model.title)
        probabilities = softmax(store.logits(model.name, image))
        st.plotly_chart(top_predictions(model.classes, probabilities), key=f"top_{model.name}")

agreement = table(store, "agreement")
agreement = agreement[agreement["image"] == image]
st.subheader("Agreement of the stored maps (Pearson)", anchor=False)
st.caption("Agreement is not faithfulness: two maps may agree and both be wrong about their network.")
st.plotly_chart(agreement_matrix(agreement, titles), key="matrix")

with st.expander("Downloads", icon=":material/download:"):
    for (model_name, method), raw in maps.items():
        buffer = io.BytesIO()
        np.save(buffer, raw, allow_pickle=False)
        st.download_button(
            f"{titles[model_name]}, {METHOD_TITLES[method]}: raw map (.npy)", buffer.getvalue(),
            f"{image}-{model_name}-{method}.npy", key=f"npy_{model_name}_{method}",
        )  # fmt: skip
    numbers = table(store, "metrics")
    st.download_button(
        "Numbers (.csv)", numbers[numbers["image"] == image].to_csv(index=False), f"{image}.csv", "text/csv"
    )
