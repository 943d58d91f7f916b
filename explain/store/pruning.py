"""Removing from a store what no manifest will name any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.errors import StoreError
from explain.store.filesystem import remove_tree
from explain.store.layout import MANIFEST
from explain.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def forget_results(store: Path, folders: Collection[str]) -> None:
    """Remove some models' results, all pictures and all tables; the manifest first, so that no reader is misled.

    Parameters
    ----------
    store : Path
    folders : collection of str
        The models' folders, relative to the store.
    """
    (store / MANIFEST).unlink(missing_ok=True)
    for folder in folders:
        remove_tree(store / folder)
    for kind in ("photographs", "thumbnails", "masks", "tables"):
        remove_tree(store / kind)


def prune_results(store: Path, wanted: Collection[str], models: Collection[str]) -> None:
    """Remove superseded results of the models at hand, and tables that the manifest does not name.

    Parameters
    ----------
    store : Path
    wanted : collection of str
        Folders of results that are about to be made, or are there and stay.
    models : collection of str
        Names of the models whose other results may go.
    """
    try:
        current = open_store(store).provenance
    except StoreError:
        return
    named = {entry["folder"] for entry in current["models"]} | set(wanted)
    for folder in (store / "models").glob("*"):
        if folder.name.rpartition("-")[0] in models and f"models/{folder.name}" not in named:
            remove_tree(folder)
    kept = set(current["tables"].values())
    for file in (store / "tables").glob("*.parquet"):
        if f"tables/{file.name}" not in kept:
            file.unlink(missing_ok=True)
