"""Maps of other images, and the sum over all: what scores beside chance need while a few images are held at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.measures.chance import OTHER, measure_chance, partners
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.resampling import COMMON_GRID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord

    Saliency = Mapping[tuple[str, str], Any]

_HELD = 64_000_000
"""Bytes up to which all raw maps of one model and method are held, so that single rows need no reading."""


@dataclass(frozen=True)
class Strangers:
    """Other images of a dataset, as their maps stand in for an image's own.

    Attributes
    ----------
    partner : ndarray of int, shape (images,)
        By row of the dataset: whose map stands in; the row itself where nobody's can.
    totals : mapping of (model, method) to ndarray of float64, shape (h, w)
        Sums of all maps on the common grid.
    maps : mapping of (model, method) to array-like, shape (images, h, w)
        Raw.
    """

    partner: NDArray[np.int64]
    totals: Mapping[tuple[str, str], NDArray[np.float64]]
    maps: Saliency

    @classmethod
    def of(cls, records: Sequence[ImageRecord], rows: NDArray[np.int64], saliency: Saliency, block: int) -> Strangers:
        """Sum the maps of the rows that could be read, a block at a time, and pair these rows."""
        partner = np.arange(len(records))
        partner[rows] = rows[partners([records[row].label for row in rows.tolist()])]
        held = {key: np.asarray(maps) if _bytes(maps) <= _HELD else maps for key, maps in saliency.items()}
        totals = {key: np.zeros((COMMON_GRID, COMMON_GRID)) for key in held}
        for start in range(0, len(rows), block):
            chosen = rows[start : start + block]
            for key, maps in held.items():
                low, high = int(chosen[0]), int(chosen[-1]) + 1
                totals[key] += MapsOnGrid.of(np.asarray(maps[low:high])[chosen - low]).grid.sum(axis=0)
        return cls(partner, totals, held)

    def rows_of(
        self,
        key: tuple[str, str],
        grid: MapsOnGrid,
        records: Sequence[ImageRecord],
        block: NDArray[np.int64],
        coverage: NDArray[np.float64],
    ) -> pd.DataFrame:
        """Tabulate what maps without knowledge score on a block of images, as the table `chance` has it."""
        found, names = self.partner[block], [record.image for record in records]
        others = np.concatenate([np.asarray(self.maps[key][row : row + 1]) for row in found.tolist()])
        others[found == block] = 0  # nobody's map stands in for it
        scores = measure_chance(grid, coverage, self.totals[key], MapsOnGrid.of(others))
        images = [records[row] for row in block.tolist()]
        frames = [
            pd.DataFrame(
                {
                    "image": [record.image for record in images], "label": [record.label for record in images],
                    "model": key[0], "method": key[1], "metric": metric, "baseline": baseline,
                    "map_of": [names[row] for row in found.tolist()] if baseline == OTHER else "", "value": values,
                }
            )
            for baseline, by_metric in scores.items()
            for metric, values in by_metric.items()
        ]  # fmt: skip
        return pd.concat(frames, ignore_index=True).dropna(subset=["value"])


def _bytes(maps: Any) -> int:
    return int(np.prod(maps.shape)) * np.dtype(maps.dtype).itemsize
