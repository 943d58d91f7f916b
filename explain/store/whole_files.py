"""Files of a store that are written whole: tables, the manifest, lists of checksums."""

from __future__ import annotations

import hashlib
import io
import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from explain.store.digests import digest_of
from explain.store.filesystem import file_digests, files_below, read_whole, write_atomically
from explain.store.layout import CHECKSUMS, JOURNAL, MANIFEST, SCHEMA, table_file
from explain.store.table_files import all_texts, as_texts, packed_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd


def write_table(store: Path, name: str, frame: pd.DataFrame) -> str:
    """Write a table under a name that its content determines.

    Returns
    -------
    str
        Its place, relative to the store.
    """
    import pyarrow.parquet as pq

    buffer, packed = io.BytesIO(), _packed(frame)
    first = next(packed)
    with pq.ParquetWriter(buffer, first.schema, compression="zstd") as file:
        for part in chain([first], packed):
            file.write_table(part)
    return _put_table(store, name, buffer.getvalue())


def _packed(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the rows that are packed together as tables of Arrow, one after the other; an empty one if there is none."""
    import pyarrow as pa

    texts = all_texts(frame)
    whole = pa.Table.from_pandas(frame if texts else as_texts(frame.iloc[:0]), preserve_index=False)
    if not len(frame):
        yield whole
    for start, end in packed_rows(frame):
        if texts:
            yield whole.slice(start, end - start)
        else:  # never all of it as texts
            yield pa.Table.from_pandas(as_texts(frame.iloc[start:end]), preserve_index=False)


class TableWriter:
    """Writes a table part by part, a group of rows of Parquet each, so that it is never in memory as a whole.

    Examples
    --------
    >>> import pandas, tempfile
    >>> from pathlib import Path
    >>> writer = TableWriter("metrics")
    >>> for image in "ab":
    ...     writer.write(pandas.DataFrame({"image": [image], "value": [0.5]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pandas.read_parquet(Path(folder) / writer.finish(Path(folder), pandas.DataFrame()))["image"].tolist()
    ['a', 'b']
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._buffer = io.BytesIO()  # compressed: a hundredth of what the rows take in memory
        self._file: Any = None

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows; their columns are those of the first rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        part = pa.Table.from_pandas(frame, preserve_index=False)
        if self._file is None:
            self._file = pq.ParquetWriter(self._buffer, part.schema, compression="zstd")
        self._file.write_table(part)

    def finish(self, store: Path, empty: pd.DataFrame) -> str:
        """Put the table down, or an empty one if nothing was written; gives its place, relative to the store."""
        if self._file is None:
            self.write(empty)
        self._file.close()
        return _put_table(store, self._name, self._buffer.getvalue())


def _put_table(store: Path, name: str, content: bytes) -> str:
    file = table_file(name, hashlib.sha256(content).hexdigest())
    try:
        there = read_whole(store / file)
    except OSError:
        there = b""
    if there != content:  # missing, or damaged: the name says what the content must be
        write_atomically(store / file, content)
    return file


def write_manifest(store: Path, manifest: Mapping[str, Any]) -> None:
    """Put down the manifest, which makes everything that it names visible.

    Parameters
    ----------
    manifest : mapping
        All of it but the schema and its own digest.
    """
    whole = {"schema": SCHEMA, **manifest}
    whole["digest"] = manifest_digest(whole)
    text = json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(store / MANIFEST, text.encode())


def manifest_digest(manifest: Mapping[str, Any]) -> str:
    """Digest a manifest without the digest that it holds of itself."""
    return digest_of({key: value for key, value in manifest.items() if key != "digest"})


def write_checksums(folder: Path) -> None:
    """List the sha256 of every file below a folder, in the form that ``sha256sum --check`` reads."""
    files = {
        name: file
        for name, file in files_below(folder).items()
        if name != CHECKSUMS and not name.startswith(f"{JOURNAL}/")
    }
    digests = file_digests(list(files.values()))
    lines = [f"{digest}  {name}\n" for name, digest in zip(files, digests, strict=True)]
    write_atomically(folder / CHECKSUMS, "".join(lines).encode())
