"""The images of a class that Strategies looks at, and what it reads of them, computed once per state of the store."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.cached_store import opened, subject_coverage, table
from explain.contributions.places import parts_on_places, region_on_places
from explain.statistics.many_images import MANY
from explain.statistics.some_images import MOST, PLACE_BY_PLACE, some_of
from explain.store.contributions import images_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.store import Store

THUMBNAIL = 144


@st.cache_resource(max_entries=64, show_spinner=False)
def images_of_class(path: str, digest: str, label: str) -> tuple[str, ...]:
    """List the readable images of a label; of more than 500 so many, drawn by a fixed seed."""
    every = images_of(opened(path, digest), label)
    return tuple(every[place] for place in some_of(len(every)).tolist())


def say_how_many(store: Store, label: str) -> None:
    """Say where not all images of a class are looked at, or not all of them place by place."""
    images = table(store, "images")
    total = int(((images["label"] == label) & (images["status"] == "ok")).sum())
    if total > PLACE_BY_PLACE:
        whole = f"{MOST:,} of the {total:,} images" if total > MOST else f"{total:,} images"
        st.caption(
            f"Looked at: {whole} of this class, and {PLACE_BY_PLACE} of these place by place, drawn by a fixed seed."
        )


@st.cache_resource(max_entries=64, show_spinner=False)
def images_place_by_place(path: str, digest: str, label: str) -> tuple[str, ...]:
    """List those of :func:`images_of_class` whose feature maps and masks are read: of more than 100, so many."""
    images = images_of_class(path, digest, label)
    return tuple(images[place] for place in some_of(len(images), PLACE_BY_PLACE).tolist())


@st.cache_resource(max_entries=8, show_spinner=False)
def images_compared(path: str, digest: str) -> tuple[str, ...]:
    """List the images that channels of two networks are compared on: readable ones; of many 2,000, by a fixed seed."""
    images = opened(path, digest).table("images", ("image", "status"))
    readable = images.loc[images["status"] == "ok", "image"].to_numpy(object)
    return tuple(readable[some_of(len(readable), MANY)])


@st.cache_resource(max_entries=3, show_spinner=False)  # tens of megabytes, shared, and changed by nobody
def feature_maps(path: str, digest: str, model: str, label: str) -> NDArray[np.float32]:
    """Read the feature maps of :func:`images_place_by_place`, shape (n, h, w, c)."""
    images = images_place_by_place(path, digest, label)
    return np.stack([feature_map(path, digest, model, image) for image in images])


@lru_cache(maxsize=256)  # shared, and changed by nobody
def feature_map(path: str, digest: str, model: str, image: str) -> NDArray[np.float32]:
    """Read the feature map of one image, shape (h, w, c)."""
    return opened(path, digest).activations(model, image)


def subject_on_places(store: Store, image: str, model: str) -> NDArray[np.float64] | None:
    """Give the share of each place that the labelled object covers; None where neither mask nor box is known."""
    coverage, info = subject_coverage(store, image), store.model(model)
    return None if coverage is None else region_on_places(coverage, info.grid, info.alignment_of_maps(at_pixels=False))


@st.cache_resource(max_entries=16, show_spinner=False)
def parts_of_class(
    path: str, digest: str, model: str, label: str
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Give where every part lies that masks of a class's images show.

    Returns
    -------
    dict of str to (ndarray of int, ndarray of float64, shape (n, h, w))
        By the part's name: places of the images that show it in :func:`images_place_by_place`, and its share
        of each place.
    """
    store = opened(path, digest)
    found: dict[str, tuple[list[int], list[NDArray[np.float64]]]] = {}
    for row, image in enumerate(images_place_by_place(path, digest, label)):
        for name, coverage in parts_of(store, image, model).items():
            shown, covered = found.setdefault(name, ([], []))
            shown.append(row)
            covered.append(coverage)
    return {name: (np.array(rows), np.stack(covered)) for name, (rows, covered) in found.items()}


def parts_of(store: Store, image: str, model: str) -> dict[str, NDArray[np.float64]]:
    """Give the share of each place that lies on each part; empty where the image has no mask."""
    mask, info = store.mask(image), store.model(model)
    place = info.alignment_of_maps(at_pixels=False)
    return {} if mask is None else parts_on_places(mask, store.dataset.parts, info.grid, place)
