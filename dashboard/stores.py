"""What the pages read: open stores and tables, cached by the store's digest, so that a rebuilt store shows at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.selection import summarise
from explain.heatmap import decode, encode, overlay
from explain.live import live_saliency
from explain.store import Store, default_cache, newest_stores, open_store

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


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

    Parameters
    ----------
    store : Store
    name : str

    Returns
    -------
    pandas.DataFrame
        Shared between visitors: not to be changed.
    """
    return _table(str(store.path), store.digest, name)


def summary(store: Store) -> pd.DataFrame:
    """Give one row per image with all that the gallery filters and sorts by.

    Parameters
    ----------
    store : Store

    Returns
    -------
    pandas.DataFrame
    """
    return _summary(str(store.path), store.digest)


def saliency(store: Store, image: str, model: str, method: str, target: str, k: float) -> NDArray[np.float32]:
    """Give one raw map, live where it is not stored.

    Parameters
    ----------
    store : Store
    image, model, method : str
    target : str
        Empty for the label.
    k : float

    Returns
    -------
    ndarray of float32, shape (h, w)
    """
    return live_saliency(store, image, model, method, target=target or None, k=k)


@st.cache_data(max_entries=2000, show_spinner=False)
def card_picture(path: str, digest: str, image: str, layer: str, model: str, method: str, colormap: str) -> bytes:
    """Give a gallery card's picture.

    Parameters
    ----------
    path, digest : str
        The store's.
    image : str
    layer : {"photo", "overlay", "map"}
    model, method, colormap : str

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
    raw = store.saliency(model, method, image)
    return encode(overlay(decode(thumbnail), raw, colormap=colormap, opacity=opacity), 82)


@st.cache_resource(max_entries=16, show_spinner=False)
def _opened(path: str, digest: str) -> Store:
    del digest  # only part of the key
    return open_store(Path(path))


@st.cache_data(max_entries=64, show_spinner=False)
def _table(path: str, digest: str, name: str) -> pd.DataFrame:
    return _opened(path, digest).table(name)


@st.cache_data(max_entries=16, show_spinner=False)
def _summary(path: str, digest: str) -> pd.DataFrame:
    store = _opened(path, digest)
    names = ("images", "predictions", "metrics", "agreement")
    return summarise(*(store.table(name) for name in names), [model.name for model in store.models])
