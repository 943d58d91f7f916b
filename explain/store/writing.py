"""Writing a store: arrays row by row with a journal, tables, and the manifest last of all."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import StoreError
from explain.store.filesystem import (
    files_below,
    make_folder,
    open_arrays,
    read_whole,
    remove_tree,
    sync_tree,
    write_atomically,
)
from explain.store.layout import CHECKSUMS, JOURNAL
from explain.store.whole_files import write_checksums

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    import zarr
    from numpy.typing import NDArray

    Values = Mapping[str, NDArray[Any]]

_LARGEST_CHUNK = 2**20
_MOST_ROWS = 256


class ArrayWriter:
    """A group of arrays in a store, one row per image, with a journal of the rows that are done.

    Large arrays get a chunk per image, written at once. Of small ones a chunk holds many images, since a file each
    costs ten times as much to write and to read: their rows wait in the journal until all are there.

    Parameters
    ----------
    folder : Path
        The group's own, named by the digest of what determines its results.
    group : str
        Name of the group in it.
    rows : int
        Images in the dataset.
    large : collection of str
        Names of the arrays that get a chunk per image.

    Notes
    -----
    A row counts only once the journal names it, and the journal is written after the row's chunks: a killed build
    loses at most the batch it was writing. A power cut can keep the journal and lose chunks; every row that it names is
    read before it counts, when a build resumes and once more before the group is finished. The checksums, which make a
    group complete, are written after all that they list has reached the disk.
    """

    def __init__(self, folder: Path, group: str, rows: int, large: Collection[str] = ()) -> None:
        self.folder = folder
        self._name, self._rows, self._large = group, rows, frozenset(large)
        self._group: zarr.Group | None = None
        self.complete = (folder / CHECKSUMS).exists()
        if self.complete:
            self._done = set(range(rows))
            remove_tree(folder / JOURNAL)  # what a kill between the last two steps left
        else:
            self._done = self._read_journal()

    @property
    def done(self) -> frozenset[int]:
        """Rows that are written; all of the dataset's once the group is complete."""
        return frozenset(self._done)

    def write(self, rows: list[int], values: Values) -> None:
        """Write the results of some images and note them in the journal.

        Parameters
        ----------
        rows : list of int
            Rising.
        values : mapping of str to ndarray, shape (len(rows), ...)
            Of the same names and types at every call; finite.
        """
        for name in self._large & values.keys():
            array = self._array(name, values[name][0].shape, values[name].dtype, rows_per_chunk=1)
            for row, value in zip(rows, values[name], strict=True):
                array[row] = value
        start = 0
        for first, last in _runs(rows):
            end = start + last - first + 1
            small = {name: value[start:end] for name, value in values.items() if name not in self._large}
            buffer = io.BytesIO()
            np.savez(buffer, allow_pickle=False, **small)
            write_atomically(self.folder / JOURNAL / f"{first:06d}-{last:06d}.npz", buffer.getvalue())
            start = end
        self._done.update(rows)

    def copy(self, source: Path, names: Collection[str], pairs: Iterable[tuple[int, int]]) -> None:
        """Take over rows that another store holds under the same digest.

        Parameters
        ----------
        source : Path
            The group's folder there.
        names : collection of str
            Of arrays with a row per image.
        pairs : iterable of (int, int)
            Row there, row here; rising.
        """
        there: Any = open_arrays(source / self._name)
        for old, new in pairs:
            self.write([new], {name: np.asarray(there[name][old])[None] for name in names})

    def finish(self, whole: Values | None = None) -> None:
        """Write the small arrays and the checksums of every file, which makes the group complete.

        Parameters
        ----------
        whole : mapping of str to ndarray, optional
            Arrays that do not have a row per image.

        Raises
        ------
        StoreError
            If a row that was written is not there any more: its zeros must not be taken for a result.
        """
        kept = self._read_journal()
        if lost := len(self._done - kept):
            self._done = kept
            raise StoreError(
                f"{lost} results below {self.folder} were written and are gone: the disk lost them, or somebody "
                "removed them. Run the same command again; what is complete is kept."
            )
        journal = sorted((self.folder / JOURNAL).glob("*.npz"))
        if journal:
            self._gather(journal)
        for name, value in (whole or {}).items():
            self._array(name, value.shape[1:], value.dtype, rows_per_chunk=len(value), rows=len(value))[:] = value
        for name, file in files_below(self.folder).items():
            if name.endswith(".partial"):  # what a kill left in the middle of a chunk
                file.unlink(missing_ok=True)
        sync_tree(self.folder)  # the checksums make it complete, so what they list reaches the disk before them
        write_checksums(self.folder)
        self.complete = True
        self._done = set(range(self._rows))
        remove_tree(self.folder / JOURNAL)

    def restart(self) -> None:
        """Forget everything that is written."""
        remove_tree(self.folder)
        self._group, self._done, self.complete = None, set(), False

    def _gather(self, journal: list[Path]) -> None:
        """Join the journal's pieces to chunks, one chunk in memory at a time; rows without a result are zero."""
        pieces = [(*_span(file.name), file) for file in journal]
        with np.load(io.BytesIO(read_whole(journal[0])), allow_pickle=False) as piece:
            kinds = {name: (piece[name].shape[1:], piece[name].dtype) for name in piece.files}
        for name, (shape, dtype) in kinds.items():
            size = rows_per_chunk(shape, dtype, self._rows)
            array = self._array(name, shape, dtype, rows_per_chunk=size)
            for start in range(0, self._rows, size):
                end = min(start + size, self._rows)
                chunk = np.zeros((end - start, *shape), dtype)
                for first, last, file in pieces:
                    if first < end and last >= start:
                        with np.load(io.BytesIO(read_whole(file)), allow_pickle=False) as piece:
                            low, high = max(first, start), min(last + 1, end)
                            chunk[low - start : high - start] = piece[name][low - first : high - first]
                array[start:end] = chunk

    def _array(
        self, name: str, shape: tuple[int, ...], dtype: Any, *, rows_per_chunk: int, rows: int | None = None
    ) -> Any:
        if self._group is None:
            make_folder(self.folder)
            self._group = open_arrays(self.folder / self._name, write=True)
        if name not in self._group:
            from zarr.codecs import Crc32cCodec, ZstdCodec

            self._group.create_array(
                name,
                shape=(self._rows if rows is None else rows, *shape),
                chunks=(max(1, rows_per_chunk), *shape),
                dtype=dtype,
                # Zstandard at its fastest level, small and quick on half floats; the checksum makes a flipped bit
                # an error at reading, and a missing chunk reads as NaN, which no result ever is.
                compressors=(ZstdCodec(level=1), Crc32cCodec()),
                fill_value=np.nan,
                config={"write_empty_chunks": True},
            )
        return self._group[name]

    def _read_journal(self) -> set[int]:
        """Find the rows that a killed build completed; a power cut may have torn what it had just written."""
        done: set[int] = set()
        arrays = self._opened()
        for file in sorted((self.folder / JOURNAL).glob("*.npz")):
            first, last = _span(file.name)
            try:
                with np.load(io.BytesIO(read_whole(file)), allow_pickle=False) as piece:
                    whole = all(len(piece[name]) == last - first + 1 for name in piece.files)
                whole = whole and all(
                    _is_whole(arrays, name, row) for name in self._large for row in range(first, last + 1)
                )
            except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
                whole = False
            if whole:
                done.update(range(first, last + 1))
            else:
                file.unlink(missing_ok=True)
        return done

    def _opened(self) -> Any:
        """Open the group, if it is there; one whose descriptions a power cut tore goes, and its rows with it."""
        there = self.folder / self._name
        if not there.exists():
            return None
        try:
            group = open_arrays(there)
            list(group.arrays())
        except Exception:  # zarr raises many kinds over what is missing or torn
            remove_tree(there)
            self._group = None
            return None
        return group


def _is_whole(arrays: Any, name: str, row: int) -> bool:
    try:
        return not np.isnan(arrays[name][row]).any()
    except Exception:  # and over torn chunks
        return False


def rows_per_chunk(shape: tuple[int, ...], dtype: Any, rows: int) -> int:
    """Choose how many images share a chunk: 256 at most, and a megabyte at most.

    Parameters
    ----------
    shape : tuple of int
        Of one image's row.
    dtype : numpy.dtype
    rows : int
        Images in all.

    Examples
    --------
    >>> rows_per_chunk((13, 13), np.float32, 100_000), rows_per_chunk((299, 299), np.float32, 100_000)
    (256, 2)
    """
    return max(1, min(rows, _MOST_ROWS, _LARGEST_CHUNK // max(1, int(np.prod(shape)) * np.dtype(dtype).itemsize)))


def _span(name: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)-(\d+)\.npz", name)
    return (int(found[1]), int(found[2])) if found else (0, -1)


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Give first and last of each run of consecutive rows."""
    if not rows:
        return
    first = rows[0]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if following != row + 1:
            yield first, row
            first = following if following is not None else row
