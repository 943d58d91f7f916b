"""The journal of a group of arrays that is being written: pieces of a few rows each, until all are there."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.store.filesystem import read_whole, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_DATA, _SIZES, _KIND = "@data", "@sizes", "@kind"
_TORN = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Piece:
    """What is known of consecutive rows.

    Attributes
    ----------
    first, last : int
        Both included.
    small : mapping of str to ndarray, shape (rows, ...)
        Values of arrays that wait in the journal until all rows are there.
    encoded : mapping of str to sequence of bytes
        A chunk per row, of arrays that wait until their shard is full; none where the shard holds them already.
    kinds : mapping of str to ndarray, shape (0, ...)
        Shape and type of such an array's rows.
    """

    first: int
    last: int
    small: Mapping[str, NDArray[Any]]
    encoded: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    kinds: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def rows(self) -> range:
        """Its rows."""
        return range(self.first, self.last + 1)

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.first:06d}-{self.last:06d}.npz"

    def write(self, folder: Path, *, lasting: bool = False) -> None:
        """Put it into a journal's folder.

        Parameters
        ----------
        lasting : bool
            Whether a power cut may not take it away. A process that is killed loses nothing either way.
        """
        values: dict[str, NDArray[Any]] = dict(self.small)
        values |= {name + _KIND: kind for name, kind in self.kinds.items()}
        for name, chunks in self.encoded.items():
            values[name + _DATA] = np.frombuffer(b"".join(chunks), np.uint8)
            values[name + _SIZES] = np.array([len(chunk) for chunk in chunks], np.int64)
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **values)  # type: ignore[arg-type]
        write_atomically(folder / self.name, buffer.getvalue(), lasting=lasting)


def read_piece(file: Path) -> Piece | None:
    """Read a piece; None where a power cut tore it, or another version wrote it."""
    first, last = span(file.name)
    try:
        with np.load(io.BytesIO(read_whole(file)), allow_pickle=False) as found:
            values = {name: found[name] for name in found.files}
    except _TORN:
        return None
    kinds = {name.removesuffix(_KIND): values.pop(name) for name in list(values) if name.endswith(_KIND)}
    encoded = {}
    for name in kinds:
        if name + _DATA in values:
            content, sizes = values.pop(name + _DATA).tobytes(), values.pop(name + _SIZES).tolist()
            ends = np.cumsum(sizes).tolist()
            encoded[name] = [content[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    count = last - first + 1
    if any(len(each) != count for each in (*values.values(), *encoded.values())):
        return None
    return Piece(first, last, values, encoded, kinds)


def pieces_in(folder: Path) -> list[Path]:
    """List the files of a journal's pieces, in the order of their first rows."""
    return sorted(folder.glob("*.npz"), key=lambda file: (span(file.name), file.name))


def span(name: str) -> tuple[int, int]:
    """Read first and last row from the name of a piece's file; nothing, (0, -1), from another name."""
    found = re.fullmatch(r"(\d+)-(\d+)\.npz", name)
    return (int(found[1]), int(found[2])) if found else (0, -1)


def runs(rows: Sequence[int], block: int) -> Iterator[tuple[int, int]]:
    """Give first and last of each run of consecutive rows, cut where a block of rows ends.

    Examples
    --------
    >>> list(runs([0, 1, 3, 4, 5, 8], 4))
    [(0, 1), (3, 3), (4, 5), (8, 8)]
    """
    if not rows:
        return
    first = rows[0]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if following != row + 1 or following % block == 0:
            yield first, row
            if following is not None:
                first = following
