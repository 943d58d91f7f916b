"""What pages ask of a network's channels, computed once per state of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.cached_store import opened
from dashboard.class_images import (
    THUMBNAIL,
    feature_map,
    feature_maps,
    images_compared,
    images_of_class,
    parts_of_class,
)
from data.images import decode, encode
from explain.contributions.channels import correlations, fires_on

if TYPE_CHECKING:
    from numpy.typing import NDArray


@st.cache_resource(max_entries=32, show_spinner=False)
def channel_payments(path: str, digest: str, model: str, label: str) -> NDArray[np.float64]:
    """Give what every channel pays for a label's class on each of :func:`images_of_class`, shape (n, c)."""
    return opened(path, digest).payments(model, label, images_of_class(path, digest, label))


@st.cache_resource(max_entries=16, show_spinner=False)
def channel_likeness(path: str, digest: str, model: str, other: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find for every channel the other network's channel that goes with it best, over :func:`images_compared`.

    Returns
    -------
    (ndarray of int, ndarray of float)
        Its number and their correlation; NaN where the channel never changes.
    """
    store, images = opened(path, digest), images_compared(path, digest)
    mine, theirs = (store.pooled(name, images) for name in (model, other))
    both = np.nan_to_num(correlations(mine, theirs), nan=-2.0)
    best = both.argmax(axis=1)
    value = both[np.arange(len(both)), best]
    return best, np.where(value < -1, np.nan, value)


@st.cache_data(max_entries=256, show_spinner=False)
def channel_fires_on(path: str, digest: str, model: str, label: str, channel: int) -> dict[str, float]:
    """Share a channel's activation among the parts of the masks, over images; empty where there are none."""
    planes = feature_maps(path, digest, model, label)[:, :, :, channel]
    means = {
        name: float(np.nansum(fires_on(planes[rows], covered))) / len(planes)
        for name, (rows, covered) in parts_of_class(path, digest, model, label).items()
    }
    return dict(sorted(means.items(), key=lambda item: -item[1]))


@st.cache_data(max_entries=2000, show_spinner=False)
def channel_crop(path: str, digest: str, model: str, label: str, channel: int, row: int) -> bytes:
    """Cut a third of a photograph of a class around the place where a channel is highest."""
    store, image = opened(path, digest), images_of_class(path, digest, label)[row]
    plane = feature_map(path, digest, model, image)[:, :, channel]
    down_at, right_at = np.unravel_index(int(plane.argmax()), plane.shape)
    picture = Image.fromarray(decode(store.photograph(image)))
    side = min(picture.size) / 2.2
    place = store.model(model).alignment_of_maps(at_pixels=False)
    middle = (right_at + 0.5) / plane.shape[1] + place.right, (down_at + 0.5) / plane.shape[0] + place.down
    across = np.clip(middle[0] * picture.width - side / 2, 0, picture.width - side)
    down = np.clip(middle[1] * picture.height - side / 2, 0, picture.height - side)
    cut = picture.crop((int(across), int(down), int(across + side), int(down + side)))
    return encode(np.asarray(cut.resize((THUMBNAIL, THUMBNAIL))), 85)
