"""The exhibits of the Statistics page, composed once per state of the store and choice of the reader."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard.cached_store import kinds_in, rows
from explain.figures.exhibits import ENTRIES, Exhibit, Material, Options
from explain.store import Store
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.link import View
    from explain.statistics.averages import AverageMap

MOST_KEPT = 10_000
"""Rows of an exhibit's file that are kept between visits; longer ones are made again when somebody takes the file."""
_KEYS: dict[str | type[Any], Callable[[Any], Any]] = {
    Store: lambda store: (str(store.path), store.digest),
    Selection: lambda selection: (tuple(selection.models.items()), tuple(selection.methods.items())),
    Options: lambda options: tuple(getattr(options, field.name) for field in fields(options)),
}


def options_of(view: View) -> Options:
    """Take from a link what it says of exhibits."""
    return Options(**{field.name: getattr(view, field.name) for field in fields(Options)})


def material(store: Store, selection: Selection, label: str, images: tuple[str, ...] = ()) -> Material:
    """Give what exhibits are composed from, with tables from the cache.

    Parameters
    ----------
    label : str
        All classes where empty.
    images : tuple of str
        Only these, where there are any.
    """
    return Material.of(store, selection, label, partial(rows, store), images, partial(kinds_in, store))


@st.cache_resource(hash_funcs=_KEYS, max_entries=16, show_spinner="Composing ...")
def averages(store: Store, selection: Selection, label: str, images: tuple[str, ...] = ()) -> list[AverageMap]:
    """Average the maps of every class, or of one; only of some images, where there are any."""
    return list(material(store, selection, label, images).averages())


@st.cache_resource(hash_funcs=_KEYS, max_entries=128, show_spinner="Composing ...")
def exhibit(
    store: Store, selection: Selection, label: str, place: int, options: Options, images: tuple[str, ...] = ()
) -> Exhibit:
    """Compose an exhibit.

    Parameters
    ----------
    label : str
        All classes where empty.
    place : int
        Of its entry in :data:`explain.figures.exhibits.ENTRIES`.
    images : tuple of str
        As :func:`material` has them.
    """
    kept = partial(averages, store, selection, label, images)
    looked_at = replace(material(store, selection, label, images), averages=kept)
    found = ENTRIES[place].compose(looked_at, options)
    if isinstance(found.details, pd.DataFrame) and len(found.details) > MOST_KEPT:
        return replace(found, details=partial(_details, looked_at, place, options))
    return found


def _details(looked_at: Material, place: int, options: Options) -> pd.DataFrame:
    """Compose an exhibit once more for the rows that are not kept."""
    found = ENTRIES[place].compose(looked_at, options).details
    return found() if callable(found) else pd.DataFrame() if found is None else found
