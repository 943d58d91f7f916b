"""Removing from a store what no manifest will name any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.errors import StoreError
from explain.store.filesystem import remove_tree
from explain.store.manifest import results_in
from explain.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def prune_results(store: Path, wanted: Collection[str], models: Collection[str]) -> None:
    """Remove superseded results of the models at hand, and tables that the manifest does not name.

    What an earlier manifest named and the current one does not goes at the start of the build after that: readers
    open the manifest anew at every step, so none still reads what was replaced a whole build ago.

    Parameters
    ----------
    wanted : collection of str
        Folders of results, relative to the store, that are about to be made, or are there and stay.
    models : collection of str
        Names of the models whose other results may go.
    """
    try:
        current = open_store(store).provenance
    except StoreError:
        return
    kept = {part["folder"] for part in results_in(current)} | set(wanted)
    for name in models:
        for folder in (store / "models").glob(f"{name}-*"):
            if folder.name.rpartition("-")[0] == name and f"models/{folder.name}" not in kept:
                remove_tree(folder)
        for parent in (store / "maps").glob(f"{name}-*"):
            if parent.name.rpartition("-")[0] != name:
                continue
            for folder in parent.glob("*"):
                if f"maps/{parent.name}/{folder.name}" not in kept:
                    remove_tree(folder)
    tables = set(current["tables"].values())
    for file in (store / "tables").glob("*.parquet"):
        if f"tables/{file.name}" not in tables:
            file.unlink(missing_ok=True)
