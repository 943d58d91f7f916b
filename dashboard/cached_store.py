"""What the pages read: open stores and tables, cached by the store's digest, so that a rebuilt store shows at once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from data.datasets import read_boxes
from data.images import decode, encode
from explain.figures.overlay import overlay
from explain.measures.regions import box_coverage, mask_coverage, without_parts
from explain.statistics.likeness import distances_from
from explain.statistics.per_image import SORTED_MEASURES, column, columns_for, per_image, summarise
from explain.store import Store, default_cache, named_stores, open_store
from explain.store.evidence import ExplainedMap, explain_every_value, explain_stored, has_every_value
from explain.store.made_from import is_current

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from explain.store.selection import Selection


def available() -> dict[str, Store]:
    """Open the newest store of every dataset; reading their manifests takes no time worth caching.

    Returns
    -------
    dict of str to Store
        By a name that is the dataset's own; `demo` first.
    """
    stores = named_stores(default_cache())
    ordered = sorted(stores, key=lambda name: (stores[name].dataset.name != "demo", name))
    return {name: opened(str(stores[name].path), stores[name].digest) for name in ordered}


def table(store: Store, name: str) -> pd.DataFrame:
    """Read a table.

    Returns
    -------
    pandas.DataFrame
        Shared between visitors: not to be changed.
    """
    return _table(str(store.path), store.digest, name)


def rows(
    store: Store, name: str, columns: Sequence[str] | None = None, where: Mapping[str, Collection[str]] | None = None
) -> pd.DataFrame:
    """Read those rows and columns of a table that a page asks for.

    Parameters
    ----------
    columns, where
        As for :meth:`explain.store.Store.table`.

    Returns
    -------
    pandas.DataFrame
        Shared between visitors: not to be changed.
    """
    asked = tuple((column, tuple(values)) for column, values in (where or {}).items())
    return _rows(str(store.path), store.digest, name, None if columns is None else tuple(columns), asked)


def kinds_in(store: Store, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """List the different rows that a table has in columns of few values; shared between visitors."""
    return _kinds_in(str(store.path), store.digest, name, tuple(columns))


def summary(store: Store, selection: Selection) -> pd.DataFrame:
    """Give one row per image with all that the gallery filters and sorts by, over the models and methods looked at."""
    return _summary(str(store.path), store.digest, tuple(selection.models), tuple(selection.methods))


def answers_on(store: Store, selection: Selection, image: str) -> dict[str, str]:
    """Give what each of the models that are looked at answers on an image, by its name."""
    of_image = summary(store, selection).iloc[store.row(image)]
    return {name: str(of_image[column("predicted", name)]) for name in selection.models}


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


def every_value(store: Store, image: str, model: str, method: str) -> NDArray[np.float32] | None:
    """Give a method's maps for every value of its parameter, where they cost little and need nothing else."""
    if not has_every_value(method) or method in store.model(model).refused:
        return None
    return _every_value(str(store.path), store.digest, image, model, method)


def subject_coverage(store: Store, image: str) -> NDArray[np.float64] | None:
    """Give the share of each cell of the common grid that the labelled object covers: by its mask, else by its boxes.

    Returns
    -------
    ndarray of float64, shape (112, 112), or None
        None where neither is known.
    """
    return _coverage(str(store.path), store.digest, image)


def distances(store: Store, model: str, image: str) -> NDArray[np.float64]:
    """Give every image's distance from one in a model's features, in the store's order."""
    return distances_from(store.pooled(model), store.row(image))


def readable_rows(store: Store) -> dict[str, int]:
    """Give the row of every image that could be read, in the store's order; shared between visitors."""
    return _readable_rows(str(store.path), store.digest)


@lru_cache(maxsize=2000)  # two dozen on every page: what Streamlit's cache takes to find one is more than it is worth
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
    store = opened(path, digest)
    thumbnail = store.thumbnail(image)
    if layer == "photo":
        return thumbnail
    opacity = 0.55 if layer == "overlay" else 1.0
    raw, signed = store.saliency(model, method, image), store.method(model, method).signed
    alignment = store.alignment(model, method)
    picture = overlay(decode(thumbnail), raw, colormap=colormap, opacity=opacity, signed=signed, alignment=alignment)
    return encode(picture, 82)


@st.cache_resource(max_entries=16, show_spinner=False)
def opened(path: str, digest: str) -> Store:
    """Open a store once per state of it."""
    del digest  # only part of the key
    return open_store(path)


@st.cache_data(max_entries=500, show_spinner=False)  # a demo's images by its networks: 8 kB each
def _every_value(path: str, digest: str, image: str, model: str, method: str) -> NDArray[np.float32]:
    return explain_every_value(opened(path, digest), image, model, method)


@st.cache_data(max_entries=500, show_spinner=False)
def _coverage(path: str, digest: str, image: str) -> NDArray[np.float64] | None:
    store = opened(path, digest)
    mask = store.mask(image)
    if mask is not None:
        return mask_coverage(without_parts(mask, store.dataset.parts, store.dataset.beside))
    record = _table(path, digest, "images").iloc[store.row(image)]
    boxes = read_boxes(record["boxes"])
    return box_coverage(boxes, record["width"], record["height"]) if boxes else None


@st.cache_resource(max_entries=32, show_spinner=False)  # shared, and changed by nobody
def _table(path: str, digest: str, name: str) -> pd.DataFrame:
    return opened(path, digest).table(name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _readable_rows(path: str, digest: str) -> dict[str, int]:
    images = opened(path, digest).table("images", ("image", "status"))
    rows = np.flatnonzero(images["status"] == "ok")
    return dict(zip(images["image"].to_numpy(object)[rows].tolist(), rows.tolist(), strict=True))


@st.cache_resource(max_entries=8, show_spinner=False)
def _rows(
    path: str, digest: str, name: str, columns: tuple[str, ...] | None, where: tuple[tuple[str, tuple[str, ...]], ...]
) -> pd.DataFrame:
    return opened(path, digest).table(name, columns, dict(where))


@st.cache_resource(max_entries=64, show_spinner=False)
def _kinds_in(path: str, digest: str, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    return opened(path, digest).kinds_in(name, columns)


@st.cache_resource(max_entries=16, show_spinner=False)
def _summary(path: str, digest: str, models: tuple[str, ...], methods: tuple[str, ...]) -> pd.DataFrame:
    store = opened(path, digest)
    if is_current(store.provenance, "per_image"):
        return summarise(store.table("per_image", columns_for(models, methods)), models, methods)
    looked_at = {"metric": tuple(SORTED_MEASURES.values()), "model": models, "method": methods}
    whole = per_image(  # of a store of an older version
        store.table("images"),
        store.table("predictions", where={"model": models}),
        store.table("metrics", where=looked_at),
        store.table(
            "agreement", where={"model_a": models, "model_b": models, "method_a": methods, "method_b": methods}
        ),
    )
    return summarise(whole, models, methods)
