"""Verifying a store: every digest recomputed from the bytes that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.store.filesystem import file_digests, files_below, read_whole
from explain.store.layout import ARRAYS, CHECKSUMS
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
    if not file_digests([path])[0].startswith(wanted):
        return [f"table {name}: {file} was changed after it was written."]
    return []


def _check_model(folder: Path, wanted: str) -> list[str]:
    found = files_below(folder)
    if CHECKSUMS not in found:
        return [f"{folder.name}: the list of checksums is missing."]
    if file_digests([found[CHECKSUMS]]) != [wanted]:
        return [f"{folder.name}: the list of checksums was changed after it was written."]
    lines = read_whole(found[CHECKSUMS]).decode().splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = [name for name in listed if name in found]
    digests = dict(zip(there, file_digests([found[name] for name in there]), strict=True))
    faults = []
    for name, digest in listed.items():
        if name not in digests:
            faults.append(f"{folder.name}: {name} is missing.")
        elif digests[name] != digest:
            faults.append(f"{folder.name}: {name} was changed after it was written.")
    arrays = {name for name in found if name.startswith(f"{ARRAYS}/")}
    return faults + [f"{folder.name}: {name} is not listed." for name in sorted(arrays - listed.keys())]
