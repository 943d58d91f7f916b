"""What earlier builds left that this one can use: what decoding found, and rows of the same digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from data import Dataset, ImageError
from explain.building.engines.preparing import read_record
from explain.building.jobs import PER_IMAGE, ModelJob, precision_of
from explain.building.masks import read_mask_of
from explain.building.tables import ReadImage
from explain.errors import StoreError
from explain.store.layout import MAP_ARRAY
from explain.store.manifest import folders_by_digest
from explain.store.opening import newest_stores

if TYPE_CHECKING:
    from explain.store.reading import Store
    from explain.store.writing import ArrayWriter


def known_images(store: Store) -> dict[int, ReadImage]:
    """Read what an earlier build found out about each image; the same dataset has the same rows."""
    try:
        table = store.table("images")
    except StoreError:
        return {}
    columns = zip(table["status"], table["width"], table["height"], strict=True)
    return {row: ReadImage(status, int(width), int(height)) for row, (status, width, height) in enumerate(columns)}


def read_again(dataset: Dataset, known: Mapping[int, ReadImage]) -> dict[int, ReadImage]:
    """Try again what an earlier build could not read: a network share may have been away."""
    found = {}
    for row in (row for row, read in known.items() if not read.ok):
        try:
            image = read_record(dataset.records[row])
            found[row] = ReadImage("ok", image.width, image.height)
        except ImageError as error:
            found[row] = ReadImage(str(error))
    return found


def masks_read_again(dataset: Dataset, store: Store) -> frozenset[int]:
    """Find the images whose masks an earlier build could not read, and which can be read now."""
    found = set()
    left_out = store.provenance.get("unread_masks", {})
    for row, record in enumerate(dataset.records):
        if record.image in left_out:
            with suppress(ImageError):
                read_mask_of(record)
                found.add(row)
    return frozenset(found)


def copy_rows(path: Path, old: Sequence[ModelJob], new: Sequence[ModelJob], pairs: Sequence[tuple[int, int]]) -> None:
    """Take over complete results of the same digest, row by row."""
    for before, after in zip(old, new, strict=True):
        if before.writer.complete:
            after.precision = before.precision
            after.writer.copy(path / before.folder, PER_IMAGE, pairs)
        for name, each in before.maps.items():
            if each.writer.complete:
                after.maps[name].writer.copy(path / each.folder, (MAP_ARRAY,), pairs)


def take_over(dataset: Dataset, cache: Path, path: Path, jobs: Sequence[ModelJob]) -> None:
    """Copy rows from another version of this dataset, image by image, where image and digest are the same."""
    for other in newest_stores(cache):
        if other.path == path or other.dataset.name != dataset.name:
            continue
        folders = folders_by_digest(other.provenance)
        rows = {
            (row.sha256, row.label): index
            for index, row in enumerate(other.table("images").itertuples())
            if row.status == "ok"
        }
        for job in jobs:
            wanted: list[tuple[ArrayWriter, str, tuple[str, ...]]] = [(job.writer, job.plan.digest, PER_IMAGE)]
            wanted += [(each.writer, each.plan.digest, (MAP_ARRAY,)) for each in job.maps.values()]
            for writer, digest, names in wanted:
                if digest in folders and not writer.complete:
                    pairs = [
                        (rows[record.sha256, record.label], row)
                        for row, record in enumerate(dataset.records)
                        if row not in writer.done and (record.sha256, record.label) in rows
                    ]
                    if names is PER_IMAGE:
                        job.precision = precision_of(other.path / folders[digest])
                    writer.copy(other.path / folders[digest], names, pairs)
