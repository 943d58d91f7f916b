"""What a store's claims come to, judged once per state of the store, and the pictures that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.cached_store import opened
from data.images import decode, encode
from explain.figures.overlay import overlay, shrunk
from explain.findings.kept_tests import findings_of
from explain.findings.predicted import findings_of_predicted, images_looked_at
from explain.measures.single_image import density
from explain.store.selection import Selection

if TYPE_CHECKING:
    from explain.findings.findings import Finding
    from explain.store import Store
    from explain.store.selection import MapKey

THUMBNAIL = 144  # pixels


def judged(store: Store, images: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Judge the claims of a store's study about the models and methods of its newest build.

    Parameters
    ----------
    images : tuple of str
        Only these, where there are any: the tests are made anew, with intervals and a correction of their own.
    """
    return _judged(str(store.path), store.digest, images)


def judged_of_predicted(store: Store, images: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Judge the same claims on maps of each model's own answer."""
    return _judged_of_predicted(str(store.path), store.digest, images)


def looked_at_of_predicted(store: Store) -> tuple[str, ...]:
    """Give the images that claims on maps of each model's own answer are judged on; none where on all."""
    return _looked_at(str(store.path), store.digest)


def pictures_of(store: Store, image: str, maps: tuple[MapKey, ...], side: int = THUMBNAIL) -> tuple[bytes, ...]:
    """Draw stored maps of one image small, over the photograph and on one scale; without maps, the photograph alone.

    Returns
    -------
    tuple of bytes
        JPEG, one for each map.
    """
    return _pictures(str(store.path), store.digest, image, maps, side)


@st.cache_resource(show_spinner="Gathering the evidence ...", max_entries=16)
def _judged(path: str, digest: str, images: tuple[str, ...]) -> tuple[Finding, ...]:
    return findings_of(opened(path, digest), images)


@st.cache_resource(show_spinner="Making the maps of what was answered ...", max_entries=8)
def _judged_of_predicted(path: str, digest: str, images: tuple[str, ...]) -> tuple[Finding, ...]:
    store = opened(path, digest)
    return findings_of_predicted(store, Selection.of(store, store.shown_models, store.shown_methods), images)


@st.cache_resource(show_spinner=False, max_entries=8)
def _looked_at(path: str, digest: str) -> tuple[str, ...]:
    store = opened(path, digest)
    return images_looked_at(store, Selection.of(store, store.shown_models, store.shown_methods))


@st.cache_data(show_spinner=False, max_entries=512)
def _pictures(path: str, digest: str, image: str, maps: tuple[MapKey, ...], side: int) -> tuple[bytes, ...]:
    store = opened(path, digest)
    photograph = shrunk(decode(store.thumbnail(image)), side)
    if not maps:
        return (encode(photograph, 82),)
    dense = [density(store.saliency(*key, image)) for key in maps]
    top = max(float(abs(each).max()) for each in dense)
    signed = [store.method(*key).signed for key in maps]
    drawn = (
        overlay(photograph, each, maximum=top, signed=s, alignment=store.alignment(*key))
        for key, each, s in zip(maps, dense, signed, strict=True)
    )
    return tuple(encode(picture, 82) for picture in drawn)
