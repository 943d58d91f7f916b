"""Clusters of a class's maps, by any method; each is a slice that the gallery, Statistics and Findings take."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard.cached_clusters import clusters as cached_clusters
from dashboard.cached_clusters import map_picture
from dashboard.chosen_images import addresses_of
from dashboard.components.slates import Picture, Slate, show_slates
from dashboard.plots import beside_its_words, legible
from dashboard.slices import Slice
from dashboard.widgets import select
from dashboard.widths import CONTROL, PARAGRAPH
from explain.figures.eigengap import eigengap

if TYPE_CHECKING:
    from dashboard.link import View
    from explain.store import Store

MOST_PICTURES = 16


def clusters(store: Store, view: View, model: str, label: str) -> None:
    """Show into which clusters the maps of a class fall, and how clear that is."""
    stored = {method.name: method.title for method in store.model(model).methods}
    method = view.method if view.method in stored else next(iter(stored), "")
    if not method:
        st.info("The store holds no map of this model: choose another one.")
        return
    with st.container(horizontal=True, width=2 * CONTROL):
        select(view.but(method=method), "method", "Method", "Whose maps are clustered.", tuple(stored), names=stored)
        numbers = {"gap": "As the eigengap suggests"} | {str(number): str(number) for number in range(1, 9)}
        select(view, "clusters", "Clusters", "How many.", tuple(numbers), names=numbers)
    asked = None if view.clusters == "gap" else int(view.clusters)
    found = cached_clusters(str(store.path), store.digest, model, method, label, asked)
    count, suggested = found.clusters.count, found.clusters.suggested
    st.markdown(
        "Maps that lie alike are neighbours; the graph of neighbours is cut where it is thin (spectral relevance "
        "analysis). A cluster that looks at something odd is a suspect, not yet a culprit.",
        width=PARAGRAPH,
    )
    with beside_its_words() as words:
        st.plotly_chart(legible(eigengap(found.clusters), st.context.theme.type), key="eigengap")
    words.caption(
        f"The largest gap stands after {suggested}. "
        + (
            "One cluster: these maps do not fall into groups, and cutting them further is the reader's doing."
            if suggested == 1
            else f"It speaks for {suggested} clusters; the smaller the gap, the weaker."
        )
    )
    slates = []
    for number in range(count):
        members = found.members(number)
        slice_ = Slice(model, method, label, count, number + 1)
        listed = view.but(
            slice=str(slice_), images=(), called="", label="", layer="overlay", model=model, method=method, page=1
        )
        pictures = tuple(
            Picture(
                map_picture(str(store.path), store.digest, model, method, image),
                f"{image}: {stored[method]}",
                image,
                "",
                f"./compare?{urlencode(view.but(image=image).to_params())}",
            )
            for image in members[:MOST_PICTURES]
        )
        more = len(members) - len(pictures)
        facts = (f"{len(members)} of {len(found.images)} images" + (f", {more} more in the gallery" if more else ""),)
        slates.append(
            Slate(
                f"Cluster {number + 1}",
                facts,
                pictures,
                share=len(members) / len(found.images),
                links=addresses_of(listed),
            )
        )
    show_slates(slates, "clusters")
