"""Progress on disk: the results of a few images in one file, put there whole or not at all."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.store.filesystem import read_whole, write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


class Chunks:
    """Rows of results in a folder of their own, which is named by what determines them.

    Parameters
    ----------
    columns : mapping of str to tuple of int
        Shape of each result of one image. A file of another form, or a damaged one, counts as not there.
    """

    def __init__(self, folder: Path, columns: Mapping[str, tuple[int, ...]]) -> None:
        self.folder = folder
        self.columns = columns

    def write(self, rows: list[int], results: dict[str, NDArray[np.float64]]) -> None:
        """Keep the results of some images.

        Parameters
        ----------
        rows : list of int
            The images, by their row in the store.
        results : dict of str to ndarray of float64, shape (len(rows), ...)
        """
        buffer = io.BytesIO()
        arrays: dict[str, Any] = {"rows": np.asarray(rows, np.int64), **results}
        np.savez(buffer, allow_pickle=False, **arrays)
        write_atomically(self.folder / f"{rows[0]:06d}-{rows[-1]:06d}.npz", buffer.getvalue())

    def read(self) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
        """Read all that is kept.

        Returns
        -------
        rows : ndarray of int64, shape (n,)
            Rising, each once.
        results : dict of str to ndarray of float64, shape (n, ...)
        """
        kept = [content for file in sorted(self.folder.glob("*.npz")) if (content := self._read(file)) is not None]
        empty = {name: np.zeros((0, *shape)) for name, shape in self.columns.items()}
        rows = np.concatenate([np.zeros(0, np.int64), *(content["rows"] for content in kept)])
        rows, first = np.unique(rows, return_index=True)
        results = {name: np.concatenate([empty[name], *(content[name] for content in kept)]) for name in self.columns}
        return rows, {name: values[first] for name, values in results.items()}

    def _read(self, file: Path) -> dict[str, NDArray[Any]] | None:
        try:
            with np.load(io.BytesIO(read_whole(file)), allow_pickle=False) as content:
                found = {name: content[name] for name in ("rows", *self.columns)}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        fits = all(found[name].shape == (len(found["rows"]), *shape) for name, shape in self.columns.items())
        return found if fits else None
