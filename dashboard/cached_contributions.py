"""What pages ask of strategies, channels and clusters, computed once per state of the store."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.cached_store import opened, subject_coverage, summary, table
from dashboard.slices import Slice, within
from data.images import decode, encode
from explain.contributions.channels import correlations, fires_on
from explain.contributions.places import parts_on_places, region_on_places
from explain.contributions.strategies import Strategies, stability
from explain.figures.overlay import overlay, shrunk
from explain.statistics.some_images import MOST, some_of
from explain.store.contributions import images_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from dashboard.link import View
    from explain.measures.alignment import Alignment
    from explain.store import Store
    from explain.store.contributions import MapClusters
    from explain.store.selection import Selection

SHOWN = 6
"""Strategies that are looked at one by one."""
THUMBNAIL = 144


@dataclass(frozen=True)
class Beside:
    """How much of the strategies lies on a part that is beside the labelled object, on the images that have it.

    Attributes
    ----------
    part : str
    images : int
    shares : ndarray, shape (m',)
        Of the positive mass of each strategy's maps, averaged over images.
    area : float
        Share of the image that the part covers.
    """

    part: str
    images: int
    shares: NDArray[np.float64]
    area: float


@dataclass(frozen=True)
class ClassStrategies:
    """The strategies of a class, with what a page says of them.

    Attributes
    ----------
    images : tuple of str
        Of the class, readable.
    found : Strategies
    paid : ndarray, shape (n, m)
        What each adds to each image's logit.
    steady : ndarray, shape (m',)
        Cosine between halves, of the strongest.
    off : ndarray, shape (m',)
        Share of the positive mass of their maps that lies off the labelled object; NaN where it is not known.
    chance : float
        That share of a map without a structure: of the area.
    beside : tuple of Beside
        For every part that the dataset's masks know beside the object.
    """

    images: tuple[str, ...]
    found: Strategies
    paid: NDArray[np.float64]
    steady: NDArray[np.float64]
    off: NDArray[np.float64]
    chance: float
    beside: tuple[Beside, ...] = ()

    def table(self) -> pd.DataFrame:
        """List what each strategy pays on each image, with a strategy's own numbers."""
        import pandas as pd

        rows = [
            (
                image,
                number + 1,
                self.paid[row, number],
                self.found.shares[number],
                self.steady[number],
                self.off[number],
            )
            for number in range(len(self.steady))
            for row, image in enumerate(self.images)
        ]
        return pd.DataFrame(rows, columns=["image", "strategy", "pays", "share", "steady", "off_subject"])


@st.cache_resource(max_entries=32, show_spinner="Looking for strategies ...")
def class_strategies(path: str, digest: str, model: str, label: str) -> ClassStrategies:
    """Find the strategies of a class."""
    store = opened(path, digest)
    images = images_of_class(path, digest, label)
    found = store.strategies(model, label, images)
    pooled = store.pooled(model)[[store.row(image) for image in images]]
    count = min(SHOWN, len(found.directions))
    activations = _activations(path, digest, model, images)
    inside = _inside(store, images, model)
    maps = [found.maps(activations, component) for component in range(count)]
    off = np.array([np.nan if inside is None else float(np.nanmean(1 - fires_on(each, inside))) for each in maps])
    beside = [_beside(store, images, model, part, maps) for part in store.dataset.beside]
    chance = float("nan") if inside is None else float(1 - inside.mean())
    steady = stability(pooled, found, count)
    return ClassStrategies(images, found, found.pays(pooled), steady, off, chance, tuple(filter(None, beside)))


@st.cache_data(max_entries=2000, show_spinner=False)
def strategy_picture(path: str, digest: str, model: str, label: str, component: int, row: int) -> bytes:
    """Draw a strategy's map over one image of its class, on the scale of all of them."""
    store, (maps, limit) = opened(path, digest), _strategy_maps(path, digest, model, label, component)
    image = images_of_class(path, digest, label)[row]
    return _signed(store, image, maps[row], limit, store.model(model).alignment_of_maps(at_pixels=False))


@st.cache_resource(max_entries=64, show_spinner=False)  # shared, and changed by nobody
def _strategy_maps(path: str, digest: str, model: str, label: str, component: int) -> tuple[NDArray[np.float64], float]:
    found = class_strategies(path, digest, model, label)
    maps = found.found.maps(_activations(path, digest, model, found.images), component)
    return maps, float(np.quantile(np.abs(maps).max(axis=(1, 2)), 0.9))


@st.cache_data(max_entries=64, show_spinner=False)
def strategy_on(path: str, digest: str, model: str, label: str, component: int, image: str) -> bytes:
    """Draw a strategy's map over any image."""
    store, found = opened(path, digest), class_strategies(path, digest, model, label)
    (saliency,) = found.found.maps(store.activations(model, image)[None], component)
    picture = shrunk(decode(store.photograph(image)), 448)
    place = store.model(model).alignment_of_maps(at_pixels=False)
    return encode(overlay(picture, saliency.astype(np.float32), opacity=0.65, signed=True, alignment=place))


@st.cache_resource(max_entries=32, show_spinner="Clustering the maps ...")
def clusters(path: str, digest: str, model: str, method: str, label: str, count: int | None) -> MapClusters:
    """Cluster the maps of a class."""
    return opened(path, digest).clusters(model, method, label, count, images_of_class(path, digest, label))


def subject_on_places(store: Store, image: str, model: str) -> NDArray[np.float64] | None:
    """Give the share of each place that the labelled object covers; None where neither mask nor box is known."""
    coverage, info = subject_coverage(store, image), store.model(model)
    return None if coverage is None else region_on_places(coverage, info.grid, info.alignment_of_maps(at_pixels=False))


def parts_of(store: Store, image: str, model: str) -> dict[str, NDArray[np.float64]]:
    """Give the share of each place that lies on each part; empty where the image has no mask."""
    mask, info = store.mask(image), store.model(model)
    place = info.alignment_of_maps(at_pixels=False)
    return {} if mask is None else parts_on_places(mask, store.dataset.parts, info.grid, place)


def in_slice(store: Store, selection: Selection, view: View) -> tuple[pd.DataFrame, str, str]:
    """Give the summary of those images that lie in the link's slice; see :func:`dashboard.slices.within`."""
    return _within(store, view, summary(store, selection))


def _within(store: Store, view: View, rows: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    return within(store, view.slice, rows, partial(_clusters_of, store), partial(table, store, "predictions"))


def images_in_slice(store: Store, view: View) -> tuple[tuple[str, ...], str, str]:
    """Give the ids alone of the images that lie in the link's slice, its title, and a sentence; all without one."""
    rows, title, notice = _within(store, view, table(store, "images"))
    return tuple(rows["image"].to_numpy(object)), title, notice


@st.cache_resource(max_entries=64, show_spinner=False)
def images_of_class(path: str, digest: str, label: str) -> tuple[str, ...]:
    """List the readable images of a label; of more than 500 so many, drawn by a fixed seed."""
    every = images_of(opened(path, digest), label)
    return tuple(every[place] for place in some_of(len(every)).tolist())


def say_how_many(store: Store, label: str) -> None:
    """Say where not all images of a class are looked at."""
    images = table(store, "images")
    total = int(((images["label"] == label) & (images["status"] == "ok")).sum())
    if total > MOST:
        st.caption(f"Looked at: {MOST:,} of the {total:,} images of this class, drawn by a fixed seed.")


@st.cache_resource(max_entries=32, show_spinner=False)
def channel_payments(path: str, digest: str, model: str, label: str) -> NDArray[np.float64]:
    """Give what every channel pays for a label's class on each of its readable images, shape (n, c)."""
    store = opened(path, digest)
    return store.payments(model, label)[[store.row(image) for image in images_of_class(path, digest, label)]]


@st.cache_resource(max_entries=16, show_spinner=False)
def channel_likeness(path: str, digest: str, model: str, other: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find for every channel the other network's channel that goes with it best, over all readable images.

    Returns
    -------
    (ndarray of int, ndarray of float)
        Its number and their correlation; NaN where the channel never changes.
    """
    store = opened(path, digest)
    rows = np.flatnonzero(store.table("images")["status"] == "ok")
    both = np.nan_to_num(correlations(store.pooled(model)[rows], store.pooled(other)[rows]), nan=-2.0)
    best = both.argmax(axis=1)
    value = both[np.arange(len(both)), best]
    return best, np.where(value < -1, np.nan, value)


@st.cache_resource(max_entries=3, show_spinner=False)  # tens of megabytes, shared, and changed by nobody
def _activations(path: str, digest: str, model: str, images: tuple[str, ...]) -> NDArray[np.float32]:
    store = opened(path, digest)
    return np.stack([store.activations(model, image) for image in images])


def channel_maps(path: str, digest: str, model: str, label: str, channel: int) -> NDArray[np.float32]:
    """Give a channel's values at every place of each readable image of a class, shape (n, h, w)."""
    images = images_of_class(path, digest, label)
    return _activations(path, digest, model, images)[:, :, :, channel]


@st.cache_data(max_entries=2000, show_spinner=False)
def channel_crop(path: str, digest: str, model: str, label: str, channel: int, row: int) -> bytes:
    """Cut a third of a photograph of a class around the place where a channel is highest."""
    store, image = opened(path, digest), images_of_class(path, digest, label)[row]
    plane = channel_maps(path, digest, model, label, channel)[row]
    down_at, right_at = np.unravel_index(int(plane.argmax()), plane.shape)
    picture = Image.fromarray(decode(store.photograph(image)))
    side = min(picture.size) / 2.2
    place = store.model(model).alignment_of_maps(at_pixels=False)
    middle = (right_at + 0.5) / plane.shape[1] + place.right, (down_at + 0.5) / plane.shape[0] + place.down
    across = np.clip(middle[0] * picture.width - side / 2, 0, picture.width - side)
    down = np.clip(middle[1] * picture.height - side / 2, 0, picture.height - side)
    cut = picture.crop((int(across), int(down), int(across + side), int(down + side)))
    return encode(np.asarray(cut.resize((THUMBNAIL, THUMBNAIL))), 85)


@st.cache_data(max_entries=2000, show_spinner=False)
def map_picture(path: str, digest: str, model: str, method: str, image: str) -> bytes:
    """Draw a stored map over its thumbnail."""
    store = opened(path, digest)
    signed = store.method(model, method).signed
    picture = shrunk(decode(store.thumbnail(image)), THUMBNAIL)
    saliency, alignment = store.saliency(model, method, image), store.alignment(model, method)
    return encode(overlay(picture, saliency, signed=signed, alignment=alignment), 85)


def _clusters_of(store: Store, chosen: Slice) -> MapClusters:
    return clusters(str(store.path), store.digest, chosen.model, chosen.method, chosen.label, chosen.count)


def _inside(store: Store, images: tuple[str, ...], model: str) -> NDArray[np.float64] | None:
    shares = [subject_on_places(store, image, model) for image in images]
    return None if any(each is None for each in shares) else np.stack(shares)  # type: ignore[arg-type]


def _beside(
    store: Store, images: tuple[str, ...], model: str, part: str, maps: Sequence[NDArray[np.float64]]
) -> Beside | None:
    rows, covered = [], []
    for row, image in enumerate(images):
        coverage = parts_of(store, image, model)
        if part in coverage:
            rows.append(row)
            covered.append(coverage[part])
    if not rows:
        return None
    shares = np.array([float(np.nanmean(fires_on(each[rows], np.stack(covered)))) for each in maps])
    return Beside(part, len(rows), shares, float(np.mean(covered)))


def _signed(store: Store, image: str, saliency: NDArray[np.float64], limit: float, place: Alignment) -> bytes:
    picture = shrunk(decode(store.thumbnail(image)), THUMBNAIL)
    drawn = overlay(picture, saliency.astype(np.float32), opacity=0.65, maximum=limit, signed=True, alignment=place)
    return encode(drawn, 85)
