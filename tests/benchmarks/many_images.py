"""Stores of as many images as one likes, for measuring pages: real shapes, repeated pictures, and no network asked."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.building.derived import derived_tables
from explain.findings.predicted import tables_to_keep
from explain.findings.study import study_digest, study_of
from explain.statistics.skill import skill_table
from explain.store import Store, amend_store, open_store
from explain.store.filesystem import open_arrays
from explain.store.layout import ARRAYS, store_path
from explain.store.made_from import MADE_FROM, sources_of
from explain.store.pictures import Pictures, PictureWriter, packs_of
from explain.store.selection import Selection
from explain.store.whole_files import write_manifest, write_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 19
NOISE = 0.2
"""Standard deviation of what is added to a table's numbers, of the number's own over the real images."""
CHUNK = 2**20
NOTICE = "These are synthetic results: rows of a small store over and over, with noise, to measure pages with."


def write_store(source: Store, images: int, cache: Path) -> Path:
    """Write a store of so many images from a small one.

    Every row repeats one of the small store's images. Rows of the same one are neighbours, so classes stay together and
    Parquet and Zarr have the work that they have with real results. Pictures and arrays repeat as they are; a table's
    numbers get seeded noise and stay in their range. Tests are made anew on these numbers.

    Parameters
    ----------
    source : Store
        Whole and local; every one of its images readable.
    cache : Path
        Folder of stores; what is there of this size is replaced.
    """
    real = source.table("images")
    rows = np.arange(images) * len(real) // images
    names = np.array([f"{real['image'].iloc[row]}_{place:06d}" for place, row in enumerate(rows.tolist())])
    digest = f"{images:08d}{source.dataset.digest[8:]}"
    path = store_path(cache, digest)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    _repeat_pictures(source, path, rows)
    _repeat_arrays(source, path, rows)
    random = np.random.default_rng(SEED)
    tables = {
        name: _repeated(source.table(name), real["image"], rows, names, random)
        for name in source.provenance["tables"]
        if name not in (*MADE_FROM, "skill")
    }
    tables["skill"] = skill_table(tables["metrics"], tables["chance"])
    info = replace(source.dataset, images=images, digest=digest)
    shown = Selection.of(source, source.shown_models, source.shown_methods)
    tables |= derived_tables(tables, shown, info, source.models)
    manifest = {key: value for key, value in source.provenance.items() if key not in ("schema", "digest")}
    manifest["dataset"] = {
        **manifest["dataset"], "digest": digest, "images": images, "name": f"synthetic-{images}", "notice": NOTICE,
        "title": f"Synthetic: {images:,} images",
    }  # fmt: skip
    manifest["tables"] = {name: write_table(path, name, table) for name, table in tables.items()}
    manifest["made_from"] = sources_of(manifest["tables"])
    manifest["tested_study"] = study_digest(study_of(info))
    write_manifest(path, manifest)
    amend_store(path, tables_to_keep)
    return path


def _repeated(
    table: pd.DataFrame, real: pd.Series, rows: NDArray[np.int64], names: NDArray[Any], random: np.random.Generator
) -> pd.DataFrame:
    """Repeat a table's rows image by image, within each run of rows that a build writes together."""
    if "image" not in table:
        return table
    place = {image: number for number, image in enumerate(real)}
    of_row = table["image"].map(place).to_numpy()
    first, last = (np.searchsorted(rows, np.arange(len(real)), side) for side in ("left", "right"))
    runs = np.cumsum(np.r_[0, np.diff(of_row) < 0])  # images rise within what one model and method has of a metric
    taken, chosen = [], []
    for run in range(runs[-1] + 1):
        within = np.flatnonzero(runs == run)
        counts = last[of_row[within]] - first[of_row[within]]
        taken.append(np.repeat(within, counts))
        chosen += [np.arange(first[row], last[row]) for row in of_row[within]]
    repeated = table.iloc[np.concatenate(taken)].reset_index(drop=True)
    places = np.concatenate(chosen)
    repeated["image"] = names[places]
    if "map_of" in repeated:
        partner = first[repeated["map_of"].map(place).fillna(0).astype(int)]
        other = names[np.minimum(partner, len(names) - 1)]
        repeated["map_of"] = np.where(repeated["map_of"].isin(real), other, repeated["map_of"])
    for column in repeated.columns:
        if repeated[column].dtype == np.float64:
            repeated[column] = _noisy(repeated, column, random)
    return repeated


def _noisy(table: pd.DataFrame, column: str, random: np.random.Generator) -> NDArray[np.float64]:
    values = table[column].to_numpy().copy()
    kinds = table["metric"].to_numpy() if "metric" in table else np.full(len(table), column)
    codes, kinds = pd.factorize(kinds)
    for number in range(len(kinds)):
        of_kind = np.flatnonzero(codes == number)
        part = values[of_kind]
        if np.isin(part[np.isfinite(part)], (0, 1)).all():  # such as whether the peak lies inside
            continue
        noise = random.normal(0, NOISE * np.nanstd(part), len(part))
        values[of_kind] = np.clip(part + noise, np.nanmin(part), np.nanmax(part))
    return values


def _repeat_pictures(source: Store, path: Path, rows: NDArray[np.int64]) -> None:
    writer, packs = PictureWriter(path, range(len(rows))), packs_of(source.path)
    for place, row in enumerate(rows.tolist()):
        kinds = {kind: packs[kind].read(row) for kind in ("photographs", "thumbnails", "masks")}
        made = Pictures(kinds["photographs"] or b"", kinds["thumbnails"] or b"", kinds["masks"])
        writer.take([place], {place: made})


def _repeat_arrays(source: Store, path: Path, rows: NDArray[np.int64]) -> None:
    real = int(rows[-1]) + 1
    for folder in {f"{m.folder}/{ARRAYS}" for m in source.models} | {
        e.folder for m in source.models for e in m.methods
    }:
        there, here = open_arrays(source.path / folder), open_arrays(path / folder, write=True)
        for name, array in there.arrays():
            if array.shape[0] == real and array.chunks[0] == 1 and array.shards is None:
                _link_chunks(source.path / folder / name, path / folder / name, rows)
                continue
            known: Any = array[:]
            if not name.startswith("head") and len(known) == real:
                known = _Rows(known, rows)
            _write_array(here, name, array, known)


def _link_chunks(there: Path, here: Path, rows: NDArray[np.int64]) -> None:
    """Link the chunks of an array with one for each image: the activations of many images would take hours to write."""
    described = json.loads((there / "zarr.json").read_text())
    described["shape"][0] = len(rows)
    (here / "c").mkdir(parents=True)
    (here / "zarr.json").write_text(json.dumps(described))
    for place, row in enumerate(rows.tolist()):
        (here / "c" / str(place)).symlink_to((there / "c" / str(row)).resolve())


class _Rows:
    """Rows of an array, repeated when they are asked for."""

    def __init__(self, array: NDArray[Any], rows: NDArray[np.int64]) -> None:
        self._array, self._rows = array, rows
        self.shape, self.dtype = (len(rows), *array.shape[1:]), array.dtype

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, part: slice) -> NDArray[Any]:
        return self._array[self._rows[part]]


def _write_array(group: Any, name: str, like: Any, values: Any) -> None:
    size = max(1, min(len(values), CHUNK // max(1, int(np.prod(values.shape[1:])) * values.dtype.itemsize)))
    array = group.create_array(
        name, shape=values.shape, chunks=(size, *values.shape[1:]), dtype=values.dtype, compressors=like.compressors,
        fill_value=like.fill_value, config={"write_empty_chunks": True}, attributes=dict(like.attrs),
    )  # fmt: skip
    for start in range(0, len(values), size):
        array[start : start + size] = values[start : start + size]


def main() -> None:
    """Write one store for each size, each below a cache of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="folder of a built store, such as the demo's")
    parser.add_argument("folder", type=Path, help="gets a cache for each size, named by it")
    parser.add_argument("sizes", type=int, nargs="+")
    asked = parser.parse_args()
    for size in asked.sizes:
        print(write_store(open_store(asked.source), size, asked.folder / str(size)))


if __name__ == "__main__":
    main()
