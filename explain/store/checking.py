"""Verifying a store: every digest recomputed from the bytes that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.store.filesystem import file_digests, files_below, read_whole
from explain.store.layout import ARRAYS, CHECKSUMS, MAPS
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
        for part in (entry, *entry.get("methods", ())):
            faults += _check_arrays(store.path / part["folder"], part["folder"], part["checksums"])
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


def _check_arrays(folder: Path, name: str, wanted: str) -> list[str]:
    found = files_below(folder)
    if CHECKSUMS not in found:
        return [f"{name}: the list of checksums is missing."]
    if file_digests([found[CHECKSUMS]]) != [wanted]:
        return [f"{name}: the list of checksums was changed after it was written."]
    lines = read_whole(found[CHECKSUMS]).decode().splitlines()
    listed = {file: digest for digest, _, file in (line.partition("  ") for line in lines)}
    there = [file for file in listed if file in found]
    digests = dict(zip(there, file_digests([found[file] for file in there]), strict=True))
    faults = []
    for file, digest in listed.items():
        if file not in digests:
            faults.append(f"{name}: {file} is missing.")
        elif digests[file] != digest:
            faults.append(f"{name}: {file} was changed after it was written.")
    unlisted = {file for file in found if file.partition("/")[0] in (ARRAYS, MAPS)} - listed.keys()
    return faults + [f"{name}: {file} is not listed." for file in sorted(unlisted)]
