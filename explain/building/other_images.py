"""Maps of other images, and the sum over all: what scores beside chance need while a few images are held at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.measures.alignment import CENTRED, Alignment
from explain.measures.chance import measure_chance, partners
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.resampling import COMMON_GRID, sum_on_grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord

    Saliency = Mapping[tuple[str, str], Any]

_HELD = 64_000_000
"""Bytes up to which all raw maps of one model and method are held, so that single rows need no reading."""


@dataclass(frozen=True)
class OtherImages:
    """Other images of a dataset, as their maps stand in for an image's own.

    Attributes
    ----------
    partner : ndarray of int, shape (images,)
        By row of the dataset: whose map stands in; the row itself where nobody's can.
    totals : mapping of (model, method) to ndarray of float64, shape (h, w)
        Sums of all maps on the common grid.
    maps : mapping of (model, method) to array-like, shape (images, h, w)
        Raw.
    alignments : mapping of (model, method) to Alignment
        Those that are absent have none.
    """

    partner: NDArray[np.int64]
    totals: Mapping[tuple[str, str], NDArray[np.float64]]
    maps: Saliency
    alignments: Mapping[tuple[str, str], Alignment] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        records: Sequence[ImageRecord],
        rows: NDArray[np.int64],
        saliency: Saliency,
        block: int,
        alignments: Mapping[tuple[str, str], Alignment] | None = None,
    ) -> OtherImages:
        """Sum the maps of the rows that could be read, a block at a time, and pair these rows."""
        partner = np.arange(len(records))
        partner[rows] = rows[partners([records[row].label for row in rows.tolist()])]
        totals = {key: np.zeros((COMMON_GRID, COMMON_GRID)) for key in saliency}
        made = cls(partner, totals, saliency, alignments or {})
        for start in range(0, len(rows), block):
            chosen = rows[start : start + block]
            for key, maps in saliency.items():
                low, high = int(chosen[0]), int(chosen[-1]) + 1
                totals[key] += sum_on_grid(np.asarray(maps[low:high])[chosen - low], made.alignment(key))
        return made

    def alignment(self, key: tuple[str, str]) -> Alignment:
        """Tell where the cells of one model's and method's maps lie."""
        return self.alignments.get(key, CENTRED)

    def scores(
        self,
        key: tuple[str, str],
        grid: MapsOnGrid,
        block: NDArray[np.int64],
        coverage: NDArray[np.float64],
        alike: Mapping[str, Mapping[str, NDArray[np.float64]]],
    ) -> dict[tuple[str, str], NDArray[np.float64]]:
        """Measure what maps without knowledge score on a block of images.

        Parameters
        ----------
        block : ndarray of int
            Rows of the dataset.
        alike : mapping
            What :func:`explain.measures.chance.measure_alike` gives of the coverage.

        Returns
        -------
        dict of (str, str) to ndarray of float64, shape (n,)
            By baseline and metric.
        """
        found = self.partner[block]
        others = self._maps_of(key, found)
        others[found == block] = 0  # nobody's map stands in for it
        there = MapsOnGrid.of(others, self.alignment(key))
        scores = measure_chance(grid, coverage, self.totals[key], there, alike)
        return {(baseline, metric): values for baseline, each in scores.items() for metric, values in each.items()}

    @cached_property
    def _held(self) -> Saliency:
        return {key: np.asarray(maps) if _bytes(maps) <= _HELD else maps for key, maps in self.maps.items()}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is held: another process reads it where it lies."""
        return {name: value for name, value in vars(self).items() if name != "_held"}

    def _maps_of(self, key: tuple[str, str], rows: NDArray[np.int64]) -> NDArray[Any]:
        maps = self._held[key]
        if isinstance(maps, np.ndarray):
            return maps[rows]
        return np.stack([np.asarray(maps[row]) for row in rows.tolist()])


def _bytes(maps: Any) -> int:
    return int(np.prod(maps.shape)) * np.dtype(maps.dtype).itemsize
