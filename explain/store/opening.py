"""Finding and opening stores: by folder, or the newest of every dataset below a cache."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from explain.errors import StoreError
from explain.store.filesystem import changed_at, place, read_whole
from explain.store.layout import DIGESTED, MANIFEST, READABLE
from explain.store.origins import read_origins
from explain.store.reading import Store
from explain.store.whole_files import manifest_digest


class DamagedManifestError(StoreError):
    """A manifest that is not as it was written: nothing that it says is believed."""


def open_store(path: str | Path) -> Store:
    """Open a store by its folder or URL.

    Raises
    ------
    StoreError
        If there is no complete store, it was written by another version, or its manifest was changed since. Older
        versions wrote no digest into it, by which that is known.
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
        raise DamagedManifestError(
            f"The manifest of {folder} is damaged: {error}. Run: python -m explain build"
        ) from error
    found = manifest.get("schema") if isinstance(manifest, dict) else None
    if found not in READABLE:
        raise StoreError(
            f"The store {folder} has schema {found}; this version reads {READABLE[0]} to {READABLE[-1]}. "
            "Run: python -m explain build"
        )
    if ("digest" in manifest or found >= DIGESTED) and manifest.get("digest") != manifest_digest(manifest):
        raise DamagedManifestError(
            f"The manifest of {folder} was changed after it was written, so that nothing it says is believed. "
            "Run: python -m explain build"
        )
    try:
        return Store(folder, manifest)
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"The manifest of {folder} lacks {error}: an older version wrote it. Run: python -m explain build"
        ) from error


def newest_stores(cache: str | Path) -> tuple[Store, ...]:
    """Open the newest complete store of every dataset: of every name, and of every folder that bears it.

    Returns
    -------
    tuple of Store
        By dataset name, the newest first where several folders bear one; stores that cannot be read are left out.
    """
    found: list[tuple[float, Store]] = []
    for manifest in sorted(place(cache).glob(f"*/{MANIFEST}")):
        try:
            found.append((changed_at(manifest), open_store(manifest.parent)))
        except (StoreError, OSError):
            continue
    newest: dict[tuple[str, str], Store] = {}
    for _, store in sorted(found, key=lambda each: -each[0]):
        name, folder = store.dataset.name, read_origins(store.path).dataset
        there = [known for known in newest if known[0] == name]
        if there and not folder:  # built before folders were noted: of the same one, as far as anybody knows
            continue
        newest.setdefault((name, folder), store)
    return tuple(sorted(newest.values(), key=lambda store: store.dataset.name))


def unreadable_stores(cache: str | Path) -> tuple[str, ...]:
    """Say of every store below a cache that cannot be read why: :func:`newest_stores` leaves them out."""
    found = []
    for manifest in sorted(place(cache).glob(f"*/{MANIFEST}")):
        try:
            open_store(manifest.parent)
        except StoreError as error:
            found.append(str(error))
    return tuple(found)


def named_stores(cache: str | Path) -> dict[str, Store]:
    """Open the newest store of every dataset under a name that is its own.

    Returns
    -------
    dict of str to Store
        By dataset name; where several folders bear it, with the beginning of each one's digest: ``photos-3f2a91c0``.
    """
    stores = newest_stores(cache)
    borne = Counter(store.dataset.name for store in stores)
    return {
        store.dataset.name
        if borne[store.dataset.name] == 1
        else f"{store.dataset.name}-{store.dataset.digest[:8]}": store
        for store in stores
    }


def list_stores(cache: str | Path) -> tuple[Path, ...]:
    """List the folders of the newest complete stores.

    Returns
    -------
    tuple of Path
        As :func:`newest_stores` orders them.
    """
    return tuple(store.path for store in newest_stores(cache))
