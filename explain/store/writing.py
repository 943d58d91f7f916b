"""Writing a store: arrays row by row with a journal, in shards of many rows; the checksums last of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import StoreError
from explain.store.arrays import StoredArrays
from explain.store.filesystem import files_below, remove_tree, sync_tree
from explain.store.journal import Piece, pieces_in, read_piece, runs, span
from explain.store.layout import CHECKSUMS, JOURNAL
from explain.store.shard_files import SMALL_SHARD, ShardFiles, small_layout
from explain.store.shards import Layout
from explain.store.whole_files import write_checksums

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Values = Mapping[str, NDArray[Any]]

_BLOCK = 256
"""Rows whose pieces of the journal become one piece, and one shard of each large array, as soon as all are there."""
_LARGEST_BLOCK = 16 * 2**20
"""Bytes of a shard of a large array, before it is compressed."""
_COPIED = 64


class ArrayWriter:
    """A group of arrays in a store, one row per image, with a journal of the rows that are done.

    Rows wait in the journal, a piece per call. Those of large arrays lie there as the chunks that they will be, and go
    into a shard as soon as a whole block of rows is there; those of small arrays wait until all are there.

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
    A row counts only once the journal names it: a killed build loses at most the batch it was writing. A power cut can
    take pieces away, and chunks; every row that the journal names is verified by its checksums before it counts, when a
    build resumes and once more before the group is finished. The checksums, which make a group complete, are written
    after all that they list has reached the disk.
    """

    def __init__(self, folder: Path, group: str, rows: int, large: Collection[str] = ()) -> None:
        self.folder = folder
        self._name, self._rows, self._large = group, rows, frozenset(large)
        self._block = 0  # not known before the first values are
        self._layouts: dict[str, Layout] = {}
        self._files = ShardFiles(folder / group)
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

    def dtype_of(self, name: str) -> str | None:
        """Tell in which type the rows of a large array are written; None where none are yet."""
        return str(self._layouts[name].dtype) if name in self._layouts else None

    def write(self, rows: list[int], values: Values) -> None:
        """Write the results of some images and note them in the journal.

        Parameters
        ----------
        rows : list of int
            Rising.
        values : mapping of str to ndarray, shape (len(rows), ...)
            Of the same names and types at every call; finite.
        """
        if not rows:
            return
        self._plan({name: values[name][:0] for name in self._large})
        start = 0
        for first, last in runs(rows, self._block):
            end = start + last - first + 1
            part = {name: value[start:end] for name, value in values.items()}
            encoded = {
                name: [layout.encode(part[name][row : row + 1]) for row in range(end - start)]
                for name, layout in self._layouts.items()
            }
            small = {name: value for name, value in part.items() if name not in self._large}
            Piece(first, last, small, encoded, self._kinds).write(self.folder / JOURNAL)
            start = end
        self._done.update(rows)
        for block in {row // self._block for row in rows}:
            if self._done.issuperset(self._rows_of(block)):
                self._close(block)

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
        there = StoredArrays(source / self._name)
        waiting = list(pairs)
        for start in range(0, len(waiting), _COPIED):
            some = waiting[start : start + _COPIED]
            self.write(
                [new for _, new in some], {name: np.stack([there[name][old] for old, _ in some]) for name in names}
            )

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
        for block in sorted({row // self._block for row in kept}):
            self._close(block)
        self._gather(pieces_in(self.folder / JOURNAL))
        for name, value in (whole or {}).items():
            self._files.put_whole(name, value)
        for name, file in files_below(self.folder).items():
            if name.endswith(".partial"):  # what a kill left in the middle of a file
                file.unlink(missing_ok=True)
        sync_tree(self.folder)  # the checksums make it complete, so what they list reaches the disk before them
        write_checksums(self.folder)
        self.complete = True
        self._done = set(range(self._rows))
        remove_tree(self.folder / JOURNAL)

    def restart(self) -> None:
        """Forget everything that is written."""
        remove_tree(self.folder)
        self._files.forget()
        self._done, self.complete = set(), False
        self._block, self._layouts = 0, {}

    @property
    def _kinds(self) -> dict[str, NDArray[Any]]:
        return {name: np.empty((0, *layout.shape), layout.dtype) for name, layout in self._layouts.items()}

    def _plan(self, kinds: Values) -> None:
        """Decide how many rows a block has, from the largest row among the large arrays."""
        if self._block:
            return
        sizes = [int(np.prod(kind.shape[1:])) * kind.dtype.itemsize for kind in kinds.values()]
        fitting = min((max(1, _LARGEST_BLOCK // max(1, size)) for size in sizes), default=_BLOCK)
        self._block = max(1, min(_BLOCK, fitting, self._rows))
        self._layouts = {
            name: Layout(kind.shape[1:], kind.dtype, 1, self._block) for name, kind in sorted(kinds.items())
        }

    def _rows_of(self, block: int) -> range:
        return range(block * self._block, min((block + 1) * self._block, self._rows))

    def _close(self, block: int) -> None:
        """Join a block's pieces of the journal to one, and write its rows of the large arrays as a shard each."""
        there = set(self._rows_of(block))
        files = [file for file in pieces_in(self.folder / JOURNAL) if span(file.name)[0] in there]
        pieces = [piece for piece in map(read_piece, files) if piece is not None]
        if all(not piece.encoded for piece in pieces) and (self._layouts or len(pieces) == 1):
            return  # it is closed already
        for name, layout in self._layouts.items():
            encoded = self._files.chunks(name, layout, block)
            for piece in pieces:
                chunks = zip(piece.rows, piece.encoded.get(name, ()), strict=False)
                encoded |= {row % self._block: chunk for row, chunk in chunks}
            self._files.put(name, layout, self._rows, block, encoded)
        by_row = {row: (piece, row - piece.first) for piece in pieces for row in piece.rows}
        made = set()
        for first, last in runs(sorted(by_row), self._block):
            chosen = [by_row[row] for row in range(first, last + 1)]
            small = {name: np.stack([piece.small[name][at] for piece, at in chosen]) for name in pieces[0].small}
            joined = Piece(first, last, small, kinds=self._kinds)
            joined.write(self.folder / JOURNAL, lasting=True)
            made.add(joined.name)
        for file in files:
            if file.name not in made:
                file.unlink(missing_ok=True)

    def _gather(self, files: Sequence[Path]) -> None:
        """Write the small arrays, a shard of each in memory at a time; rows without a result are zero."""
        first = next((piece for piece in map(read_piece, files[:1]) if piece), None)
        kinds = {} if first is None else {name: value[:0] for name, value in first.small.items()}
        layouts = {name: small_layout(kind.shape[1:], kind.dtype, self._rows) for name, kind in kinds.items()}
        for number, start in enumerate(range(0, self._rows if kinds else 0, SMALL_SHARD)):
            end = min(start + SMALL_SHARD, self._rows)
            held = {name: np.zeros((end - start, *kind.shape[1:]), kind.dtype) for name, kind in kinds.items()}
            for file in files:
                low, high = span(file.name)
                piece = read_piece(file) if low < end and high >= start else None
                if piece is not None:
                    low, high = max(low, start), min(high + 1, end)
                    for name, values in held.items():
                        values[low - start : high - start] = piece.small[name][low - piece.first : high - piece.first]
            for name, layout in layouts.items():
                cuts = range(0, end - start, layout.chunk)
                chunks = {at // layout.chunk: layout.encode(held[name][at : at + layout.chunk]) for at in cuts}
                self._files.put(name, layout, self._rows, number, chunks)

    def _read_journal(self) -> set[int]:
        """Find the rows that a killed build completed; a power cut may have torn what it had just written."""
        done: set[int] = set()
        self._files.remove_torn()
        whole: dict[int, frozenset[int]] = {}
        for file in pieces_in(self.folder / JOURNAL):
            piece = read_piece(file)
            if piece is None or piece.kinds.keys() != self._large:  # torn, or of a version that kept them elsewhere
                file.unlink(missing_ok=True)
                continue
            self._plan(piece.kinds)
            if piece.kinds and not piece.encoded:
                block = piece.first // self._block
                if block not in whole:
                    places = [frozenset(self._files.chunks(name, each, block)) for name, each in self._layouts.items()]
                    whole[block] = frozenset.intersection(*places)
                if not whole[block].issuperset(row % self._block for row in piece.rows):
                    file.unlink(missing_ok=True)
                    continue
            done.update(piece.rows)
        return done
