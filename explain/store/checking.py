"""Verifying a store: every digest recomputed from the bytes that are there, and every map from what it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.digests import file_digest
from explain.errors import ExplainError, StoreError
from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS
from explain.store.evidence import stored_evidence
from explain.store.filesystem import file_digests, file_sizes, files_below, read_whole
from explain.store.layout import ARRAYS, CHECKSUMS, MANIFEST, MAPS
from explain.store.made_from import is_current
from explain.store.manifest import results_in
from explain.store.origins import read_origins
from explain.store.pictures import pictures_digest
from explain.store.whole_files import manifest_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.store.reading import Store

QUICK_FROM = 256 * 2**20
"""Bytes of results from which on a quick look does not read them: it then sees what is missing or empty, no more."""


@dataclass(frozen=True)
class Damage:
    """What of a store is not as it was written.

    Attributes
    ----------
    results : mapping of str to tuple of str
        Sentences by folder of results, relative to the store.
    tables : mapping of str to str
        A sentence by name of a table.
    pictures : str
        A sentence; empty where all are well.
    beside : tuple of str
        What is wrong with the manifest and with the note of origins, a sentence each.
    """

    results: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, str]
    pictures: str
    beside: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything, one fault each."""
        of_results = [fault for faults in self.results.values() for fault in faults]
        return (*self.beside, *of_results, *self.tables.values(), *([self.pictures] if self.pictures else []))


def check_store(store: Store) -> tuple[str, ...]:
    """Recompute every digest of a store: of its manifest, of all that this names, and of the networks behind it.

    Returns
    -------
    tuple of str
        One sentence per fault; empty where all is well. A network that is not on this machine is no fault.
    """
    return (*find_damage(store).sentences, *_changed_networks(store))


def find_damage(store: Store, *, quick: bool = False) -> Damage:
    """Find what of a store is missing or was changed since it was written.

    Parameters
    ----------
    quick : bool
        Read neither results nor pictures of a store whose results are larger than :data:`QUICK_FROM`.
    """
    folders = {part["folder"]: part["checksums"] for part in results_in(store.provenance)}
    found = {folder: files_below(store.path / folder) for folder in folders}
    large = quick and sum(sum(file_sizes(list(files.values()))) for files in found.values()) > QUICK_FROM
    results = {folder: _faults(folder, found[folder], wanted, read=not large) for folder, wanted in folders.items()}
    tables = {name: _table_fault(store, name, file) for name, file in sorted(store.provenance["tables"].items())}
    whole = large or pictures_digest(store.path) == store.provenance["pictures"]
    return Damage(
        {folder: faults for folder, faults in results.items() if faults},
        {name: fault for name, fault in tables.items() if fault},
        "" if whole else "pictures: a photograph, thumbnail or mask was changed, added or removed.",
        tuple(fault for fault in (_manifest_fault(store), read_origins(store.path).fault) if fault),
    )


def _manifest_fault(store: Store) -> str:
    held = store.provenance.get("digest")  # which older versions did not write
    return "" if held in (None, manifest_digest(store.provenance)) else f"{MANIFEST} was changed after it was written."


def _changed_networks(store: Store) -> tuple[str, ...]:
    """Find networks whose files are where the build found them, and hold other bytes."""
    files = read_origins(store.path).networks
    faults = []
    for entry in store.provenance["models"]:
        file = Path(files.get(entry["name"], ""))
        try:
            same = not file.is_file() or file_digest(file) == entry["determined_by"]["weights"]
        except (OSError, ValueError) as error:
            faults.append(f"{entry['title']}: {file} cannot be read: {error}.")
            continue
        if not same:
            faults.append(f"{entry['title']}: {file} was changed after the build.")
    return tuple(faults)


def is_whole(folder: Path) -> bool:
    """Tell whether a complete group of arrays that no manifest names is as its own checksums say."""
    files = files_below(folder)
    return CHECKSUMS in files and not _faults(folder.name, files, file_digests([files[CHECKSUMS]])[0], read=True)


def check_maps(store: Store, batch: int = 16) -> tuple[str, ...]:
    """Compute every stored map again from the stored feature map, as far as that suffices, and compare to the bit.

    Returns
    -------
    tuple of str
        One sentence per model and method whose maps differ, or that this version does not know.
    """
    images = store.table("images")
    readable = images[images["status"] == "ok"]["image"].tolist()
    faults = []
    for model in store.models:
        targets = dict(zip(images["image"], store.targets(model.name), strict=True))
        for method in model.methods:
            explainer = EXPLAINERS.get(method.name)
            if explainer is None:
                faults.append(f"{model.title}, {method.title}: this version knows no such method.")
                continue
            if explainer.needs > (Needs.GRADIENTS if model.closed_form else Needs.ACTIVATIONS):
                continue
            for start in range(0, len(readable), batch):
                chosen = readable[start : start + batch]
                try:
                    stored = np.stack([store.saliency(model.name, method.name, image) for image in chosen])
                    evidence = stored_evidence(store, model.name, chosen)
                    again = explainer.explain(evidence, [int(targets[i]) for i in chosen], method.parameters)
                except (StoreError, ExplainError) as error:
                    faults.append(f"{model.title}, {method.title}: {error}")
                    break
                wrong = [i for i, a, b in zip(chosen, stored, again, strict=True) if not np.array_equal(a, b)]
                if wrong:
                    faults.append(f"{model.title}, {method.title}: the map of {wrong[0]} is not what it was made of.")
                    break
    return tuple(faults)


def _table_fault(store: Store, name: str, file: str) -> str:
    path = store.path / file
    if not path.is_file():
        return f"table {name}: {file} is missing."
    if not file_digests([path])[0].startswith(path.stem.rpartition("-")[2]):
        return f"table {name}: {file} was changed after it was written."
    if name in store.provenance.get("made_from", {}) and not is_current(store.provenance, name):
        return f"table {name}: {file} was made from other tables than those that are here."
    return ""


def _faults(name: str, found: Mapping[str, Path], wanted: str, *, read: bool) -> tuple[str, ...]:
    if CHECKSUMS not in found:
        return (f"{name}: the list of checksums is missing.",)
    if file_digests([found[CHECKSUMS]]) != [wanted]:
        return (f"{name}: the list of checksums was changed after it was written.",)
    lines = read_whole(found[CHECKSUMS]).decode().splitlines()
    listed = {file: digest for digest, _, file in (line.partition("  ") for line in lines)}
    there = [file for file in listed if file in found]
    faults = []
    if read:
        digests = dict(zip(there, file_digests([found[file] for file in there]), strict=True))
    else:
        sizes = dict(zip(there, file_sizes([found[file] for file in there]), strict=True))
        digests = {file: listed[file] if size else "" for file, size in sizes.items()}
    for file, digest in listed.items():
        if file not in digests:
            faults.append(f"{name}: {file} is missing.")
        elif digests[file] != digest:
            faults.append(f"{name}: {file} was changed after it was written.")
    unlisted = {file for file in found if file.partition("/")[0] in (ARRAYS, MAPS)} - listed.keys()
    return (*faults, *(f"{name}: {file} is not listed." for file in sorted(unlisted)))
