"""Reading arrays of a store: whole or a row, what is small once, and what is damaged never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import StoreError
from explain.store.filesystem import open_arrays, read_part, read_whole
from explain.store.shards import Layout, layout_of, lies_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import zarr
    from numpy.typing import NDArray

_SMALL = 2**20
"""Bytes of an array that is kept once it was read."""
_INDEXES = 1024
"""Shards whose indexes are kept."""


class StoredArray:
    """One array with a row per image, of which rows are read: an index, or a slice of consecutive ones.

    Its shards are read here, without Zarr's machinery; arrays of older versions, which have none, by Zarr.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
    """

    def __init__(self, folder: Path, array: Any) -> None:
        self._folder, self._array = folder, array
        self._layout: Layout | None = layout_of(array)
        self._indexes: dict[int, NDArray[np.uint64]] = {}
        self.shape: tuple[int, ...] = array.shape
        self.dtype: np.dtype[Any] = array.dtype

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    @property
    def rows_per_chunk(self) -> int:
        """Rows that are read at once, at the least."""
        return int(self._array.chunks[0])

    def __len__(self) -> int:
        """Count the rows."""
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all rows."""
        return np.asarray(self[:], dtype)

    def __getitem__(self, chosen: Any) -> NDArray[Any]:
        """Read rows; those that were never written are NaN."""
        layout = self._layout
        if layout is None:
            return np.asarray(self._array[chosen])
        if not isinstance(chosen, slice):
            row = range(len(self))[chosen]
            return self._chunk(layout, row // layout.chunk)[row % layout.chunk]
        rows = range(len(self))[chosen]
        if rows.step != 1:
            return np.asarray(self._array[chosen])
        found = np.empty((len(rows), *layout.shape), layout.dtype)
        for first, chunk in self._chunks(layout, rows):
            low, high = max(rows.start, first), min(rows.stop, first + layout.chunk)
            found[low - rows.start : high - rows.start] = chunk[low - first : high - first]
        return found

    def some(self, rows: Sequence[int]) -> NDArray[Any]:
        """Read some rows, in their order; each chunk that holds any of them once."""
        layout = self._layout
        if layout is None:
            return np.asarray(self._array[:])[list(rows)]
        found, of_chunk = np.empty((len(rows), *layout.shape), layout.dtype), np.asarray(rows) // layout.chunk
        for number in np.unique(of_chunk).tolist():
            places = np.flatnonzero(of_chunk == number)
            found[places] = self._chunk(layout, number)[np.asarray(rows)[places] % layout.chunk]
        return found

    def _chunks(self, layout: Layout, rows: range) -> Iterator[tuple[int, NDArray[Any]]]:
        """Give the first row and the rows of every chunk that some rows touch; a shard that is read whole, at once."""
        for number in range(rows.start // layout.shard, -(-rows.stop // layout.shard) if rows else 0):
            first = number * layout.shard
            inside = range(max(rows.start, first), min(rows.stop, first + layout.shard))
            places = range((inside.start - first) // layout.chunk, -(-(inside.stop - first) // layout.chunk))
            if 2 * len(places) < layout.chunks:
                for place in places:
                    yield first + place * layout.chunk, self._chunk(layout, number * layout.chunks + place)
                continue
            content = read_whole(self._folder / layout.file(number))
            index = layout.index(content)
            for place in places:
                there = lies_at(index, place)
                chunk = _nothing(layout) if there is None else layout.decode(content[there[0] : sum(there)])
                yield first + place * layout.chunk, chunk

    def _chunk(self, layout: Layout, chunk: int) -> NDArray[Any]:
        number, place = divmod(chunk, layout.chunks)
        file = self._folder / layout.file(number)
        index = self._indexes.get(number)
        if index is None:
            index = layout.index(read_part(file, -layout.index_bytes, layout.index_bytes))
            if len(self._indexes) >= _INDEXES:
                self._indexes = {}
            self._indexes[number] = index
        there = lies_at(index, place)
        return _nothing(layout) if there is None else layout.decode(read_part(file, *there))


class StoredArrays:
    """The arrays of one group, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._group: zarr.Group = open_arrays(folder)
        self._known: dict[str, StoredArray] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such an array."""
        return name in self._known or name in self._group

    def __getitem__(self, name: str) -> StoredArray:
        """Give an array.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        if name not in self._known:
            self._known[name] = StoredArray(self._folder / name, self._group[name])
        return self._known[name]


class ArrayReader:
    """The arrays below one folder; groups stay open, and small arrays are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups: dict[str, StoredArrays] = {}
        self._kept: dict[tuple[str, str], NDArray[Any]] = {}

    def read(self, folder: str, name: str, row: int | list[int] | None) -> NDArray[Any]:
        """Read an array, a row or some; what is missing or was changed since it was written is an error, never zeros.

        A small array is read whole and kept, because opening a chunk costs a hundred times what copying a row does.

        Raises
        ------
        StoreError
            If a part of it is missing or damaged.
        """
        if row is not None and (folder, name) in self._kept:
            return self._kept[folder, name][row]
        try:
            if folder not in self._groups:
                self._groups[folder] = StoredArrays(self._path / folder)
            array = self._groups[folder][name]
            small = row is not None and array.nbytes <= _SMALL and array.rows_per_chunk > 1
            found = array[:] if row is None or small else array.some(row) if isinstance(row, list) else array[row]
        except Exception as error:  # zarr raises many kinds over missing files, bad checksums and torn chunks
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise StoreError(
                f"{folder}: {name} cannot be read ({reason[:200]}). Run: python -m explain build"
            ) from error
        if np.isnan(found).any():  # no result is NaN: it is what a missing chunk reads as
            raise StoreError(f"{folder}: a part of {name} is missing. Run: python -m explain build")
        if small:
            found.flags.writeable = False
            self._kept[folder, name] = found
            return found[row]
        return found


def _nothing(layout: Layout) -> NDArray[Any]:
    return np.full((layout.chunk, *layout.shape), np.nan, layout.dtype)
