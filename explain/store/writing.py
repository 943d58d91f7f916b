"""Writing a store: arrays row by row with a journal, tables, and the manifest last of all."""

from __future__ import annotations

import hashlib
import io
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.store.filesystem import file_digests, files_below, open_arrays, write_atomically
from explain.store.layout import ARRAYS, CHECKSUMS, JOURNAL, MANIFEST, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    import zarr
    from numpy.typing import NDArray

    from explain.models.head import Head
    from explain.store.reading import Store

_LARGEST_FLOAT16 = float(np.finfo(np.float16).max)


class ModelWriter:
    """Arrays of one model in a store, one row per image, with a journal of the rows that are done.

    Parameters
    ----------
    folder : Path
        The model's own folder, named by the digest of what determines its results.
    rows : int
        Images in the dataset.

    Notes
    -----
    A row counts only once the journal names it, and the journal is written after the row's chunks lie on disk:
    a killed build loses at most the batch it was writing.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder = folder
        self.rows = rows
        self._group: zarr.Group | None = None
        self._done = self._read_journal()

    @property
    def done(self) -> frozenset[int]:
        """Rows that are complete."""
        return frozenset(self._done)

    @property
    def complete(self) -> bool:
        """Whether :meth:`finish` was reached."""
        return (self.folder / CHECKSUMS).exists()

    def write(
        self,
        rows: list[int],
        activations: NDArray[np.float32],
        logits: NDArray[np.float32],
        grad_cam: NDArray[np.float32],
        fem: NDArray[np.float32],
    ) -> None:
        """Write the results of some images and note them in the journal.

        Parameters
        ----------
        rows : list of int
        activations : ndarray, shape (len(rows), h, w, c)
            Stored as float16; values beyond its range (65,504) are clipped.
        logits : ndarray, shape (len(rows), classes)
        grad_cam, fem : ndarray, shape (len(rows), h, w)
        """
        if not rows:
            return
        half = np.clip(activations, -_LARGEST_FLOAT16, _LARGEST_FLOAT16).astype(np.float16)
        values = {
            "activations": half,
            "logits": logits,
            "grad_cam": grad_cam,
            "fem": fem,
            "pooled": activations.mean(axis=(1, 2), dtype=np.float32),
        }
        group = self._open(values)
        for name, value in values.items():
            array: Any = group[name]
            if rows == list(range(rows[0], rows[-1] + 1)):
                array[rows[0] : rows[-1] + 1] = value
            else:
                for row, one in zip(rows, value, strict=True):
                    array[row] = one
        self._note(rows)

    def copy(self, source: Store, model_folder: str, pairs: Iterable[tuple[int, int]]) -> None:
        """Take over rows that another store of the same dataset name already holds for the same model digest.

        Parameters
        ----------
        source : Store
        model_folder : str
        pairs : iterable of (int, int)
            Row there, row here.
        """
        there: Any = open_arrays(source.path / model_folder / ARRAYS)
        names = ("activations", "logits", "grad_cam", "fem", "pooled")
        for old, new in pairs:
            values = {name: np.asarray(there[name][old])[None] for name in names}
            group: Any = self._open(values)
            for name, value in values.items():
                group[name][new] = value[0]
            self._note([new])

    def finish(self, head: Head | None) -> None:
        """Write the head and the checksums of every file, which makes the folder complete.

        Parameters
        ----------
        head : Head or None
        """
        group = open_arrays(self.folder / ARRAYS, write=True)
        if head is not None:
            group.create_array("head_kernel", data=head.kernel, overwrite=True)
            group.create_array("head_bias", data=head.bias, overwrite=True)
        write_checksums(self.folder)

    def _open(self, values: Mapping[str, NDArray[Any]]) -> zarr.Group:
        if self._group is None:
            self._group = open_arrays(self.folder / ARRAYS, write=True)
        for name, value in values.items():
            if name not in self._group:
                self._group.create_array(
                    name,
                    shape=(self.rows, *value.shape[1:]),
                    chunks=(1, *value.shape[1:]),
                    dtype=value.dtype,
                    compressors=zarr_compressor(),
                    fill_value=0,
                )
        return self._group

    def _note(self, rows: list[int]) -> None:
        for first, last in _runs(rows):  # an empty file, because the name says it all, and a name is never half there
            write_atomically(self.folder / JOURNAL / f"{first:06d}-{last:06d}", b"")
        self._done.update(rows)

    def _read_journal(self) -> set[int]:
        names = (re.fullmatch(r"(\d+)-(\d+)", file.name) for file in (self.folder / JOURNAL).glob("*"))
        return {row for name in names if name for row in range(int(name[1]), int(name[2]) + 1)}


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Give first and last of each run of consecutive rows."""
    first = rows[0]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if following != row + 1:
            yield first, row
            first = following if following is not None else row


def zarr_compressor() -> Any:
    """Give the compressor of every array: Zstandard at its fastest level, small and quick on half floats.

    Returns
    -------
    zarr.codecs.ZstdCodec
    """
    from zarr.codecs import ZstdCodec

    return ZstdCodec(level=1)


def write_table(store: Path, name: str, frame: pd.DataFrame) -> str:
    """Write a table under a name that its content determines.

    Parameters
    ----------
    store : Path
    name : str
    frame : pandas.DataFrame

    Returns
    -------
    str
        Its place, relative to the store.
    """
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    content = buffer.getvalue()
    file = f"tables/{name}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
    if not (store / file).exists():
        write_atomically(store / file, content)
    return file


def write_manifest(store: Path, manifest: Mapping[str, Any]) -> None:
    """Put down the manifest, which makes everything that it names visible.

    Parameters
    ----------
    store : Path
    manifest : mapping
        All of it but the schema.
    """
    text = json.dumps({"schema": SCHEMA, **manifest}, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(store / MANIFEST, text.encode())


def write_checksums(folder: Path) -> None:
    """List the sha256 of every file below a folder, in the form that ``sha256sum --check`` reads.

    Parameters
    ----------
    folder : Path
    """
    files = {
        name: file
        for name, file in files_below(folder).items()
        if name != CHECKSUMS and not name.startswith(f"{JOURNAL}/")
    }
    digests = file_digests(list(files.values()))
    lines = [f"{digest}  {name}\n" for name, digest in zip(files, digests, strict=True)]
    write_atomically(folder / CHECKSUMS, "".join(lines).encode())


def model_folder(name: str, digest: str) -> str:
    """Name the folder of a model's results.

    Parameters
    ----------
    name, digest : str

    Returns
    -------
    str
        Relative to the store.
    """
    return f"models/{name}-{digest[:12]}"
