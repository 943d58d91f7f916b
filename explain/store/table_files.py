"""Reading tables: the columns and rows that are asked for, since a large dataset's table is not read to show a page."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.errors import StoreError
from explain.store.filesystem import is_remote, read_whole
from explain.store.layout import TABLE_COLUMNS, digest_in
from explain.store.made_from import is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import pandas as pd

ROW_GROUP, LEAST_GROUP = 2**17, 2**13
"""Rows that Parquet packs together, at the most and at the least: a reader passes over those that hold none of the rows
that it wants, so that where there are enough of them, rows of one kind are packed by themselves."""
KINDS = (
    "label", "model", "method", "metric", "model_a", "method_a", "model_b", "method_b", "baseline", "curve",
    "substrate", "check",
)  # fmt: skip
"""Columns of few values: they are compared as numbers, and become texts where they are wanted."""


def read_table(
    store: Path,
    files: Mapping[str, str],
    name: str,
    columns: Sequence[str] | None = None,
    where: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Give :meth:`explain.store.Store.table`.

    Parameters
    ----------
    files : mapping of str to str
        Place of each table that the store holds.
    """
    wanted = columns or TABLE_COLUMNS.get(name, ())
    return _read(store, files, name, wanted, lambda file: read_rows(file, columns, where))


def read_kinds(store: Path, manifest: Mapping[str, Any], name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Give :meth:`explain.store.Store.kinds_in`, for metrics from the table that lists what was measured."""
    listed = "measured" if name == "metrics" and is_current(manifest, "measured") else name
    return _read(store, manifest["tables"], listed, columns, lambda file: kinds_in(file, columns))


def _read(
    store: Path, files: Mapping[str, str], name: str, columns: Sequence[str], read: Callable[[Path], pd.DataFrame]
) -> pd.DataFrame:
    import pandas as pd

    if name not in files:
        if name not in TABLE_COLUMNS:
            raise StoreError(f"There is no table {name!r}; known are {', '.join(TABLE_COLUMNS)}.")
        return pd.DataFrame({column: [] for column in columns})
    try:
        return read(store / files[name])
    except (OSError, ValueError) as error:  # it is not there, was changed, or is no Parquet
        raise StoreError(f"The table {name!r} cannot be read: {error}. Build the store anew.") from error


def read_rows(
    file: Path, columns: Sequence[str] | None = None, where: Mapping[str, Collection[str]] | None = None
) -> pd.DataFrame:
    """Read a table, or a part of it.

    Parameters
    ----------
    columns : sequence of str, optional
        All by default; those that the table lacks are left out.
    where : mapping of str to collection of str, optional
        Values by column; of columns that the table lacks, nothing is asked.

    Returns
    -------
    pandas.DataFrame
        In the table's order, numbered anew.

    Raises
    ------
    OSError, ValueError
        If the file is not there, was changed, or is no Parquet.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    source = _source(file)
    metadata = pq.read_metadata(source)
    schema = metadata.schema.to_arrow_schema()
    held = [name for name in (schema.names if columns is None else columns) if name in schema.names]
    wanted = {name: sorted(values) for name, values in (where or {}).items() if name in schema.names}
    if not metadata.num_rows or not all(wanted.values()):  # without rows, columns have any type
        return _texts(schema.empty_table().select(held)).to_pandas()
    opened = pq.ParquetFile(source, metadata=metadata, read_dictionary=[n for n in KINDS if n in schema.names])
    found = opened.read_row_groups(_groups(metadata, wanted), list(dict.fromkeys((*held, *wanted))))
    for name, values in wanted.items():
        column = found[name].cast(schema.field(name).type)
        found = found.filter(pc.is_in(column, pa.array(values, column.type)))
    return _texts(found.select(held)).to_pandas()


def _groups(metadata: Any, wanted: Mapping[str, Sequence[str]]) -> list[int]:
    """Find the groups of rows that may hold values, sorted ones, by the least and the greatest that each group has.

    Arrow itself looks at these of no column that is read as one of few values.
    """
    place = {metadata.schema.column(number).name: number for number in range(metadata.num_columns)}
    groups = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        ends = [(group.column(place[name]).statistics, values) for name, values in wanted.items()]
        if all(of is None or not of.has_min_max or _between(values, of.min, of.max) for of, values in ends):
            groups.append(number)
    return groups


def _between(values: Sequence[str], low: str, high: str) -> bool:
    at = bisect_left(values, low)
    return at < len(values) and values[at] <= high


def kinds_in(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """List the different rows that a table has in columns of few values, in the order in which they begin.

    Raises
    ------
    OSError, ValueError
        If the file is not there, was changed, or is no Parquet.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    if pq.read_metadata(_source(file)).num_rows == 0:
        return pd.DataFrame({name: [] for name in columns})
    return kinds_of(pq.read_table(_source(file), columns=list(columns), read_dictionary=list(columns)).to_pandas())


def kinds_of(table: pd.DataFrame) -> pd.DataFrame:
    """List the different rows of a table whose columns have few values, in the order in which they begin."""
    import numpy as np

    place, count = np.zeros(len(table), np.int64), 1
    for name in table:
        values = table[name].astype("category").cat
        place = place * (1 + len(values.categories)) + values.codes.to_numpy()
        count *= 1 + len(values.categories)
    if count > 2 * len(table):
        first = np.unique(place, return_index=True)[1]
    else:  # so few that no row need be sorted
        at = np.full(count + 1, -1)
        at[place[::-1]] = np.arange(len(place))[::-1]
        first = at[at >= 0]
    return table.iloc[np.sort(first)].astype("str").reset_index(drop=True)


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Make texts of columns that are kept as numbers which stand for them."""
    return table.astype(dict.fromkeys(_kept_as_numbers(table), "str"))


def all_texts(table: pd.DataFrame) -> bool:
    """Tell whether no column is kept as numbers which stand for texts."""
    return not _kept_as_numbers(table)


def _kept_as_numbers(table: pd.DataFrame) -> list[str]:
    import pandas as pd

    return [str(name) for name in table if isinstance(table[name].dtype, pd.CategoricalDtype)]


def packed_rows(table: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Say which rows are packed together: cut where the model, method or metric changes, unless that makes few."""
    import numpy as np
    import pandas as pd

    changes = np.zeros(max(0, len(table) - 1), bool)
    for name in KINDS:
        if name in table and name != "label":  # a class's images lie together within what one model and method has
            changes |= np.diff(pd.factorize(table[name])[0]) != 0
    start = 0
    for end in [*(1 + np.flatnonzero(changes)).tolist(), len(table)]:
        if end - start >= LEAST_GROUP or end == len(table):
            yield from ((at, min(at + ROW_GROUP, end)) for at in range(start, end, ROW_GROUP))
            start = end


def _source(file: Path) -> Any:
    """Give what Parquet is read from, once its bytes are known to be those that were written."""
    if is_remote(file):
        import pyarrow as pa

        content = read_whole(file)
        _verify(hashlib.sha256(content).hexdigest(), file.name)
        return pa.BufferReader(content)
    seen = file.stat()
    _verify_on_disk(str(file), seen.st_ino, seen.st_size, seen.st_mtime_ns)
    return str(file)


@lru_cache(maxsize=512)
def _verify_on_disk(file: str, inode: int, size: int, changed: int) -> None:
    """Look at a whole file once for as long as it stays the same one: Parquet has no checksums of its own."""
    with open(file, "rb") as content:
        _verify(hashlib.file_digest(content, "sha256").hexdigest(), Path(file).name)


def _verify(digest: str, name: str) -> None:
    if not digest.startswith(digest_in(name)):
        raise ValueError("it was changed after it was written")


def _texts(table: Any) -> Any:
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            name = field.name
            table = table.set_column(
                place, pa.field(name, field.type.value_type), table.column(place).cast(field.type.value_type)
            )
    return table
