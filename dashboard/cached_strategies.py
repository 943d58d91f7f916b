"""The strategies of a class and their pictures, computed once per state of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.cached_store import opened
from dashboard.class_images import (
    THUMBNAIL,
    feature_map,
    feature_maps,
    images_of_class,
    images_place_by_place,
    parts_of_class,
    subject_on_places,
)
from data.images import decode, encode
from explain.contributions.channels import fires_on
from explain.contributions.strategies import Strategies, stability
from explain.contributions.strategies import strategies as found_in
from explain.figures.overlay import overlay, shrunk
from explain.store.contributions import linear_head
from explain.store.evidence import class_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from explain.measures.alignment import Alignment
    from explain.store import Store

SHOWN = 6
"""Strategies that are looked at one by one."""


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
        Share of the positive mass of their maps that lies off the labelled object, on the images that are looked at
        place by place; NaN where it is not known.
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
    store, images = opened(path, digest), images_of_class(path, digest, label)
    pooled = store.pooled(model, images)
    found = found_in(pooled, linear_head(store, model).kernel[:, class_index(store, model, label)])
    count = min(SHOWN, len(found.directions))
    maps = [found.maps(feature_maps(path, digest, model, label), component) for component in range(count)]
    inside = _inside(store, images_place_by_place(path, digest, label), model)
    off = np.array([np.nan if inside is None else float(np.nanmean(1 - fires_on(each, inside))) for each in maps])
    parts = parts_of_class(path, digest, model, label) if store.dataset.beside else {}
    beside = tuple(_beside(part, *parts[part], maps) for part in store.dataset.beside if part in parts)
    chance = float("nan") if inside is None else float(1 - inside.mean())
    steady = stability(pooled, found, count)
    return ClassStrategies(images, found, found.pays(pooled), steady, off, chance, beside)


@st.cache_data(max_entries=2000, show_spinner=False)
def strategy_picture(path: str, digest: str, model: str, label: str, component: int, row: int) -> bytes:
    """Draw a strategy's map over one image of its class, on the scale of all of them."""
    store, image = opened(path, digest), images_of_class(path, digest, label)[row]
    found, limit = class_strategies(path, digest, model, label).found, _limit(path, digest, model, label, component)
    (saliency,) = found.maps(feature_map(path, digest, model, image)[None], component)
    return _signed(store, image, saliency, limit, store.model(model).alignment_of_maps(at_pixels=False))


@st.cache_data(max_entries=256, show_spinner=False)
def _limit(path: str, digest: str, model: str, label: str, component: int) -> float:
    """Give the value at which a strategy's pictures have their full colour: nine in ten maps stay below it."""
    found = class_strategies(path, digest, model, label).found
    maps = found.maps(feature_maps(path, digest, model, label), component)
    return float(np.quantile(np.abs(maps).max(axis=(1, 2)), 0.9))


@st.cache_data(max_entries=64, show_spinner=False)
def strategy_on(path: str, digest: str, model: str, label: str, component: int, image: str) -> bytes:
    """Draw a strategy's map over any image."""
    store, found = opened(path, digest), class_strategies(path, digest, model, label)
    (saliency,) = found.found.maps(feature_map(path, digest, model, image)[None], component)
    picture = shrunk(decode(store.photograph(image)), 448)
    place = store.model(model).alignment_of_maps(at_pixels=False)
    return encode(overlay(picture, saliency.astype(np.float32), opacity=0.65, signed=True, alignment=place))


def _inside(store: Store, images: tuple[str, ...], model: str) -> NDArray[np.float64] | None:
    shares = [subject_on_places(store, image, model) for image in images]
    return None if any(each is None for each in shares) else np.stack(shares)  # type: ignore[arg-type]


def _beside(
    part: str, rows: NDArray[np.int64], covered: NDArray[np.float64], maps: Sequence[NDArray[np.float64]]
) -> Beside:
    shares = np.array([float(np.nanmean(fires_on(each[rows], covered))) for each in maps])
    return Beside(part, len(rows), shares, float(np.mean(covered)))


def _signed(store: Store, image: str, saliency: NDArray[np.float64], limit: float, place: Alignment) -> bytes:
    picture = shrunk(decode(store.thumbnail(image)), THUMBNAIL)
    drawn = overlay(picture, saliency.astype(np.float32), opacity=0.65, maximum=limit, signed=True, alignment=place)
    return encode(drawn, 85)
