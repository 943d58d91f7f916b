"""Verifying a store: every digest recomputed from the bytes on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.digests import file_digest
from explain.store.layout import ARRAYS, CHECKSUMS, JOURNAL
from explain.store.pictures import pictures_digest

if TYPE_CHECKING:
    from pathlib import Path

    from explain.store.reading import Store


def check_store(store: Store) -> tuple[str, ...]:
    """Recompute every digest of a store.

    Parameters
    ----------
    store : Store

    Returns
    -------
    tuple of str
        One sentence per fault; empty where all is well.
    """
    faults: list[str] = []
    for entry in store.provenance["models"]:
        faults += _check_model(store.path / entry["folder"], entry["checksums"])
    for name, file in sorted(store.provenance["tables"].items()):
        faults += _check_table(store.path, name, file)
    if pictures_digest(store.path) != store.provenance["pictures"]:
        faults.append("pictures: a photograph, thumbnail or mask was changed, added or removed.")
    return tuple(faults)


def _check_table(folder: Path, name: str, file: str) -> list[str]:
    path = folder / file
    if not path.is_file():
        return [f"table {name}: {file} is missing."]
    wanted = path.stem.rpartition("-")[2]
    if not file_digest(path).startswith(wanted):
        return [f"table {name}: {file} was changed after it was written."]
    return []


def _check_model(folder: Path, wanted: str) -> list[str]:
    listing = folder / CHECKSUMS
    if not listing.is_file():
        return [f"{folder.name}: the list of checksums is missing."]
    if file_digest(listing) != wanted:
        return [f"{folder.name}: the list of checksums was changed after it was written."]
    faults = []
    listed = set()
    for line in listing.read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        file = folder / name
        if not file.is_file():
            faults.append(f"{folder.name}: {name} is missing.")
        elif file_digest(file) != digest:
            faults.append(f"{folder.name}: {name} was changed after it was written.")
    found = {file.relative_to(folder).as_posix() for file in (folder / ARRAYS).rglob("*") if file.is_file()}
    faults += [f"{folder.name}: {name} is not listed." for name in sorted(found - listed - {JOURNAL})]
    return faults
