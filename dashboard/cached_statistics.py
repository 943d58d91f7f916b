"""The exhibits of the Statistics page, composed once per state of the store and choice of the reader."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.cached_store import table
from explain.figures.exhibits import ENTRIES, Exhibit, Material, Options
from explain.store import Store
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.link import View

_KEYS: dict[str | type[Any], Callable[[Any], Any]] = {
    Store: lambda store: (str(store.path), store.digest),
    Selection: lambda selection: (tuple(selection.models.items()), tuple(selection.methods.items())),
    Options: lambda options: tuple(getattr(options, field.name) for field in fields(options)),
}


def options_of(view: View) -> Options:
    """Take from a link what it says of exhibits."""
    return Options(**{field.name: getattr(view, field.name) for field in fields(Options)})


def material(store: Store, selection: Selection, label: str) -> Material:
    """Give what exhibits are composed from, with tables from the cache; all classes where the label is empty."""
    return Material.of(store, selection, label, partial(table, store))


@st.cache_data(hash_funcs=_KEYS, max_entries=128, show_spinner="Composing ...")
def exhibit(store: Store, selection: Selection, label: str, place: int, options: Options) -> Exhibit:
    """Compose an exhibit.

    Parameters
    ----------
    label : str
        All classes where empty.
    place : int
        Of its entry in :data:`explain.figures.exhibits.ENTRIES`.
    """
    return ENTRIES[place].compose(material(store, selection, label), options)
