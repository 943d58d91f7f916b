"""From values by metric to rows of the tables over maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.measures.chance import OTHER
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord


def stacked(blocks: Sequence[Mapping[str, NDArray[np.float64]]]) -> dict[str, NDArray[np.float64]]:
    """Put blocks' values one after the other; a block may lack what none of its images has."""
    names = dict.fromkeys(name for block in blocks for name in block)
    missing = [np.full(len(next(iter(block.values()))), np.nan) for block in blocks]
    return {
        name: np.concatenate([block.get(name, nan) for block, nan in zip(blocks, missing, strict=True)])
        for name in names
    }


def chance_rows(
    records: Sequence[ImageRecord],
    rows: NDArray[np.int64],
    partner: NDArray[np.int64],
    scores: Mapping[tuple[str, str], Sequence[Mapping[tuple[str, str], NDArray[np.float64]]]],
) -> pd.DataFrame:
    """Tabulate scores by chance of some images: by model and method, baseline and metric, then image by image."""
    columns = [
        (*key, *of, np.concatenate([block[of] for block in blocks]))
        for key, blocks in scores.items()
        for of in blocks[0]
    ]
    count = len(rows)

    def repeated(texts: Sequence[str]) -> Any:
        return _texts(texts).repeat(count)

    def every(texts: Sequence[str]) -> Any:
        return _texts(texts).take(np.tile(np.arange(count), len(columns)))

    names = _texts([*(records[row].image for row in partner[rows].tolist()), ""])
    whose = [np.arange(count) if baseline == OTHER else np.full(count, count) for _, _, baseline, _, _ in columns]
    frame = pd.DataFrame(
        {
            "image": every([records[row].image for row in rows.tolist()]),
            "label": every([records[row].label for row in rows.tolist()]),
            "model": repeated([column[0] for column in columns]),
            "method": repeated([column[1] for column in columns]),
            "metric": repeated([column[3] for column in columns]),
            "baseline": repeated([column[2] for column in columns]),
            "map_of": names.take(np.concatenate(whose)),
            "value": np.concatenate([column[4] for column in columns]),
        }
    )
    return frame.dropna(subset=["value"])


def metrics_table(
    records: Sequence[ImageRecord], measured: Mapping[tuple[str, str], Mapping[str, NDArray[np.float64]]]
) -> pd.DataFrame:
    """Tabulate the measures of every model's and method's maps: a row for each value that there is.

    Returns
    -------
    pandas.DataFrame
        Texts are kept as numbers, of one byte where they are few and in the texts' order: it is the longest table that
        a build holds.
        :func:`explain.store.table_files.as_texts` makes texts of them.
    """
    parts = [
        (key, name, np.flatnonzero(~np.isnan(values)), values)
        for key, of_map in measured.items()
        for name, values in of_map.items()
    ]
    if not parts:
        return joined([], "metrics")
    rows = np.concatenate([rows for _, _, rows, _ in parts])
    part = np.repeat(np.arange(len(parts)), [len(rows) for _, _, rows, _ in parts])

    def kept(texts: Sequence[str], places: NDArray[np.intp]) -> pd.Categorical:
        of_each = pd.Categorical(pd.array(texts, "str"))
        return pd.Categorical.from_codes(of_each.codes[places], dtype=of_each.dtype)

    return pd.DataFrame(
        {
            "image": kept([record.image for record in records], rows),
            "label": kept([record.label for record in records], rows),
            "model": kept([key[0] for key, _, _, _ in parts], part),
            "method": kept([key[1] for key, _, _, _ in parts], part),
            "metric": kept([name for _, name, _, _ in parts], part),
            "value": np.concatenate([values[rows] for _, _, rows, values in parts]),
        }
    )[list(TABLE_COLUMNS["metrics"])]


def paired(
    records: Sequence[ImageRecord], a: tuple[str, str], b: tuple[str, str], values: Mapping[str, Any]
) -> pd.DataFrame:
    """Tabulate how far two sets of maps agree, image by image."""
    return pd.DataFrame(
        {
            "image": [record.image for record in records],
            "label": [record.label for record in records],
            "model_a": a[0],
            "method_a": a[1],
            "model_b": b[0],
            "method_b": b[1],
            **values,
        }
    )


def joined(frames: list[pd.DataFrame], name: str) -> pd.DataFrame:
    """Put tables one below the other, with the columns of the contract."""
    columns = list(TABLE_COLUMNS[name])
    if not frames:
        return pd.DataFrame({column: [] for column in columns})
    return pd.concat(frames, ignore_index=True)[columns]


def _texts(texts: Sequence[str]) -> Any:
    """Make a column of texts, of which rows are taken and repeated without Python's looking at each."""
    return pd.array(list(texts), dtype="str")
