"""What the pages read: open stores and tables, cached by the store's digest, so that a rebuilt store shows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.selection import summarise
from data.datasets import read_boxes
from data.images import decode, encode
from explain.figures.overlay import overlay
from explain.measures.regions import box_coverage, mask_coverage
from explain.store import Store, default_cache, newest_stores, open_store
from explain.store.evidence import ExplainedMap, explain_stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from explain.store.selection import Selection


def available() -> dict[str, Store]:
    """Open the newest store of every dataset; reading their manifests takes no time worth caching.

    Returns
    -------
    dict of str to Store
        By dataset name; `demo` first.
    """
    stores = [_opened(str(store.path), store.digest) for store in newest_stores(default_cache())]
    return {s.dataset.name: s for s in sorted(stores, key=lambda s: (s.dataset.name != "demo", s.dataset.name))}


def table(store: Store, name: str) -> pd.DataFrame:
    """Read a table.

    Returns
    -------
    pandas.DataFrame
        Shared between visitors: not to be changed.
    """
    return _table(str(store.path), store.digest, name)


def summary(store: Store, selection: Selection) -> pd.DataFrame:
    """Give one row per image with all that the gallery filters and sorts by, over the models and methods looked at."""
    return _summary(str(store.path), store.digest, tuple(selection.models), tuple(selection.methods))


def explained(
    store: Store, image: str, target: str, parameters: Mapping[str, float], model: str, method: str
) -> ExplainedMap:
    """Give one raw map with what it is of, live where it is not stored.

    Parameters
    ----------
    target : str
        A class; empty for the one that stored maps are of.
    parameters : mapping of str to float
        Of all methods.
    """
    return explain_stored(store, image, model, method, target=target or None, parameters=parameters)


def subject_coverage(store: Store, image: str) -> NDArray[np.float64] | None:
    """Give the share of each cell of the common grid that the labelled object covers: by its mask, else by its boxes.

    Returns
    -------
    ndarray of float64, shape (112, 112), or None
        None where neither is known.
    """
    return _coverage(str(store.path), store.digest, image)


@st.cache_data(max_entries=2000, show_spinner=False)
def card_picture(path: str, digest: str, image: str, layer: str, model: str, method: str, colormap: str) -> bytes:
    """Give a gallery card's picture.

    Parameters
    ----------
    path, digest : str
        The store's.
    layer : {"photo", "overlay", "map"}

    Returns
    -------
    bytes
        JPEG.
    """
    store = _opened(path, digest)
    thumbnail = store.thumbnail(image)
    if layer == "photo":
        return thumbnail
    opacity = 0.55 if layer == "overlay" else 1.0
    raw, signed = store.saliency(model, method, image), store.method(model, method).signed
    return encode(overlay(decode(thumbnail), raw, colormap=colormap, opacity=opacity, signed=signed), 82)


@st.cache_resource(max_entries=16, show_spinner=False)
def _opened(path: str, digest: str) -> Store:
    del digest  # only part of the key
    return open_store(path)


@st.cache_data(max_entries=500, show_spinner=False)
def _coverage(path: str, digest: str, image: str) -> NDArray[np.float64] | None:
    store = _opened(path, digest)
    mask = store.mask(image)
    if mask is not None:
        return mask_coverage(mask)
    record = store.table("images").iloc[store.row(image)]
    boxes = read_boxes(record["boxes"])
    return box_coverage(boxes, record["width"], record["height"]) if boxes else None


@st.cache_data(max_entries=64, show_spinner=False)
def _table(path: str, digest: str, name: str) -> pd.DataFrame:
    return _opened(path, digest).table(name)


@st.cache_data(max_entries=32, show_spinner=False)
def _summary(path: str, digest: str, models: tuple[str, ...], methods: tuple[str, ...]) -> pd.DataFrame:
    names = ("images", "predictions", "metrics", "agreement")
    images, predictions, metrics, agreement = (_table(path, digest, name) for name in names)
    return summarise(images, predictions, metrics, agreement, models, methods)
