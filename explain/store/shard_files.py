"""The files of a group of arrays while it is written: shards, put down one by one, and what describes them to Zarr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.store.filesystem import make_folder, open_arrays, read_whole, remove_tree, write_atomically
from explain.store.shards import Layout, ShardError, layout_of, lies_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import zarr
    from numpy.typing import NDArray

_SMALL_CHUNK = 32 * 2**10
"""Bytes of a small array's chunk: what reading one row costs."""
SMALL_SHARD = 4096
"""Rows of a small array's shard."""


class ShardFiles:
    """A group's folder. Everything that is put is on the disk when the call returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._group: zarr.Group | None = None

    def put(self, name: str, layout: Layout, rows: int, number: int, chunks: Mapping[int, bytes]) -> None:
        """Write a shard, and what describes the array before its first one.

        Parameters
        ----------
        rows : int
            Of the whole array.
        number : int
            Of the shard.
        chunks : mapping of int to bytes
            Encoded, by their places in the shard.
        """
        group = self._opened()
        if name not in group or layout_of(group[name]) != layout:  # what another version left unfinished goes
            group.create_array(name, shape=(rows, *layout.shape), overwrite=True, **layout.codecs)
        write_atomically(self._folder / name / layout.file(number), layout.join(chunks))

    def put_whole(self, name: str, value: NDArray[Any]) -> None:
        """Write an array that has no row per image, as one chunk."""
        layout = Layout(value.shape[1:], value.dtype, max(1, len(value)), max(1, len(value)))
        group = self._opened()
        if name not in group:
            codecs = {key: given for key, given in layout.codecs.items() if key != "shards"}
            group.create_array(name, shape=value.shape, **codecs)
        array: Any = group[name]
        array[:] = value

    def chunks(self, name: str, layout: Layout, number: int) -> dict[int, bytes]:
        """Give the chunks of a shard that are there and whole, by their places in it."""
        try:
            content = read_whole(self._folder / name / layout.file(number))
            index, whole = layout.index(content), layout.whole_chunks(content)
        except (OSError, ShardError):
            return {}
        found = {}
        for place in sorted(whole):
            start, length = lies_at(index, place) or (0, 0)
            found[place] = content[start : start + length]
        return found

    def remove_torn(self) -> None:
        """Remove everything if a power cut tore what describes it."""
        if not self._folder.exists():
            return
        try:
            list(open_arrays(self._folder).arrays())
        except Exception:  # zarr raises many kinds over what is missing or torn
            remove_tree(self._folder)
            self.forget()

    def forget(self) -> None:
        """Look at the folder anew: its files were removed."""
        self._group = None

    def _opened(self) -> zarr.Group:
        if self._group is None:
            make_folder(self._folder.parent)
            self._group = open_arrays(self._folder, write=True)
        return self._group


def small_layout(shape: tuple[int, ...], dtype: Any, rows: int) -> Layout:
    """Choose how many rows of a small array share a chunk: 32 KiB of them, and 4,096 a file.

    Parameters
    ----------
    shape : tuple of int
        Of one image's row.
    dtype : numpy.dtype
    rows : int
        Images in all.

    Examples
    --------
    >>> layout = small_layout((13, 13), np.float32, 100_000)
    >>> layout.chunk, layout.shard
    (32, 4096)
    >>> small_layout((299, 299), np.float32, 100_000).chunk
    1
    """
    size = max(1, int(np.prod(shape)) * np.dtype(dtype).itemsize)
    chunk = 1
    while chunk < rows and 2 * chunk <= SMALL_SHARD and 2 * chunk * size <= _SMALL_CHUNK:
        chunk *= 2
    whole = min(SMALL_SHARD, -(-rows // chunk) * chunk)
    return Layout(shape, np.dtype(dtype), chunk, max(chunk, whole))
