"""Adding to a complete store what is computed after its build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.errors import StoreError
from explain.store.filesystem import place
from explain.store.layout import AMENDABLE
from explain.store.locking import lock_store
from explain.store.made_from import sources_of
from explain.store.opening import open_store
from explain.store.reading import Store
from explain.store.whole_files import write_manifest, write_table

if TYPE_CHECKING:
    import pandas as pd

Amendment = Callable[[Store], tuple["Mapping[str, pd.DataFrame]", Mapping[str, Any]]]
"""From the store as it is to the tables, and the entries of the manifest, that it gets."""


def amend_store(path: str | Path, amendment: Amendment) -> Store:
    """Add tables and entries of the manifest to a complete store, or replace them, while no build can interfere.

    Parameters
    ----------
    path : str or Path
        The store's folder or URL.

    Returns
    -------
    Store
        The store as it is now.

    Raises
    ------
    StoreError
        If there is no complete store, or an older version wrote it.
    """
    folder = place(path)
    with lock_store(folder):
        return amend_locked(folder, amendment)


def amend_locked(folder: Path, amendment: Amendment) -> Store:
    """Do what :func:`amend_store` does to a store that is locked already."""
    store = open_store(folder)
    if store.provenance["schema"] not in AMENDABLE:
        raise StoreError(
            f"The store {folder} was written by an older version and is only read. Run: python -m explain build"
        )
    tables, entries = amendment(store)
    manifest = {**store.provenance, **entries}
    files = {name: write_table(folder, name, frame) for name, frame in tables.items()}
    manifest["tables"] = {**manifest["tables"], **files}
    anew = {name: of for name, of in sources_of(manifest["tables"]).items() if name in files}
    manifest["made_from"] = {**manifest.get("made_from", {}), **anew}
    del manifest["schema"]
    write_manifest(folder, manifest)
    return open_store(folder)
