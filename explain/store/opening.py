"""Finding and opening stores: by folder, or the newest of every dataset below a cache."""

from __future__ import annotations

import json
from pathlib import Path

from explain.errors import StoreError
from explain.store.filesystem import changed_at, place, read_whole
from explain.store.layout import MANIFEST, READABLE
from explain.store.reading import Store


def open_store(path: str | Path) -> Store:
    """Open a store by its folder or URL.

    Raises
    ------
    StoreError
        If there is no complete store, or it was written by another version.
    """
    folder = place(path)
    try:
        manifest = json.loads(read_whole(folder / MANIFEST))
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(f"There is no complete store in {folder}. Run: python -m explain build") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"The manifest of {folder} cannot be read: {reason}. Give the right to, or try again."
        ) from error
    except ValueError as error:
        raise StoreError(f"The manifest of {folder} is damaged: {error}. Build with --force.") from error
    found = manifest.get("schema") if isinstance(manifest, dict) else None
    if found not in READABLE:
        raise StoreError(
            f"The store {folder} has schema {found}; this version reads {' and '.join(map(str, READABLE))}. "
            "Run: python -m explain build"
        )
    try:
        return Store(folder, manifest)
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"The manifest of {folder} lacks {error}: an older version wrote it. Run: python -m explain build"
        ) from error


def newest_stores(cache: str | Path) -> tuple[Store, ...]:
    """Open the newest complete store of every dataset name.

    Returns
    -------
    tuple of Store
        By dataset name; stores that cannot be read are left out.
    """
    newest: dict[str, tuple[float, Store]] = {}
    for manifest in sorted(place(cache).glob(f"*/{MANIFEST}")):
        try:
            store, changed = open_store(manifest.parent), changed_at(manifest)
        except (StoreError, OSError):
            continue
        name = store.dataset.name
        if name not in newest or changed > newest[name][0]:
            newest[name] = (changed, store)
    return tuple(newest[name][1] for name in sorted(newest))


def list_stores(cache: str | Path) -> tuple[Path, ...]:
    """List the folders of the newest complete stores.

    Returns
    -------
    tuple of Path
        As :func:`newest_stores` orders them.
    """
    return tuple(store.path for store in newest_stores(cache))
