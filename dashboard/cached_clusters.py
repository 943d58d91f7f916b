"""Clusters of a class's maps, and the images of a link's slice, which may be one of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.cached_store import opened, summary, table
from dashboard.class_images import THUMBNAIL, images_of_class
from dashboard.slices import Slice, within
from data.images import decode, encode
from explain.figures.overlay import overlay, shrunk

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.link import View
    from explain.store import Store
    from explain.store.contributions import MapClusters
    from explain.store.selection import Selection


@st.cache_resource(max_entries=32, show_spinner="Clustering the maps ...")
def clusters(path: str, digest: str, model: str, method: str, label: str, count: int | None) -> MapClusters:
    """Cluster the maps of a class."""
    return opened(path, digest).clusters(model, method, label, count, images_of_class(path, digest, label))


@st.cache_data(max_entries=2000, show_spinner=False)
def map_picture(path: str, digest: str, model: str, method: str, image: str) -> bytes:
    """Draw a stored map over its thumbnail."""
    store = opened(path, digest)
    signed = store.method(model, method).signed
    picture = shrunk(decode(store.thumbnail(image)), THUMBNAIL)
    saliency, alignment = store.saliency(model, method, image), store.alignment(model, method)
    return encode(overlay(picture, saliency, signed=signed, alignment=alignment), 85)


def in_slice(store: Store, selection: Selection, view: View) -> tuple[pd.DataFrame, str, str]:
    """Give the summary of those images that lie in the link's slice; see :func:`dashboard.slices.within`."""
    return _within(store, view, summary(store, selection))


def _within(store: Store, view: View, rows: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    return within(store, view.slice, rows, partial(_clusters_of, store), partial(table, store, "predictions"))


def images_in_slice(store: Store, view: View) -> tuple[tuple[str, ...], str, str]:
    """Give the ids alone of the images that lie in the link's slice, its title, and a sentence; all without one."""
    rows, title, notice = _within(store, view, table(store, "images"))
    return tuple(rows["image"].to_numpy(object)), title, notice


def _clusters_of(store: Store, chosen: Slice) -> MapClusters:
    return clusters(str(store.path), store.digest, chosen.model, chosen.method, chosen.label, chosen.count)
