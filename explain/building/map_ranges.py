"""Measuring the maps of one range of images, which needs nothing of any other range: any process can do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.long_tables import stacked
from explain.building.regions import Regions
from explain.measures.agreement import agreement_of_every_two
from explain.measures.chance import measure_alike
from explain.measures.coarse import measure_coarse
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord
    from explain.building.other_images import OtherImages
    from explain.building.tables import ReadImage

    Key = tuple[str, str]
    Values = dict[str, NDArray[np.float64]]

_BLOCK = 16
"""Images whose maps on the common grid are held at a time: bounds the memory, and fits a processor's cache."""
_RANGE = 16 * _BLOCK
"""Images of a range: a second's work or two."""
_MOST_PROCESSES = 16
"""More would wait for the process that puts their rows together."""


@dataclass(frozen=True)
class ImageRange:
    """Neighbouring images that could be read: their rows of the dataset, their records, and what decoding found."""

    rows: NDArray[np.int64]
    records: tuple[ImageRecord, ...]
    read: tuple[ReadImage, ...]


@dataclass(frozen=True)
class MeasuredRange:
    """Values of a range's images, in their order.

    Attributes
    ----------
    images : int
    metrics : dict of (model, method) to dict of str to ndarray
    agreement : dict of two (model, method) to dict of str to ndarray
    placed : ndarray of int
        Rows of the blocks of which an image at least has a labelled object.
    chance : dict of (model, method) to dict of (baseline, metric) to ndarray
        Of these rows.
    unread : mapping of str to str
        Reason by image, where a mask could not be read.
    """

    images: int
    metrics: dict[Key, Values]
    agreement: dict[tuple[Key, Key], Values]
    placed: NDArray[np.int64]
    chance: dict[Key, dict[tuple[str, str], NDArray[np.float64]]]
    unread: dict[str, str]


@dataclass(frozen=True)
class RangeMeasurer:
    """Measures ranges of the images of one dataset, one after the other or in any order.

    Attributes
    ----------
    saliency : mapping of (model, method) to array-like, shape (images, h, w)
        Raw; read in slices.
    others : OtherImages
    coarsest : (int, int)
        As :func:`explain.measures.coarse.coarsest_grid` gives it.
    parts : mapping of int to str
        Names of the ids in part masks.
    beside : sequence of str
        Parts that do not belong to the subject.
    """

    saliency: Mapping[Key, Any]
    others: OtherImages
    coarsest: tuple[int, int]
    parts: Mapping[int, str]
    beside: Sequence[str]

    def __call__(self, images: ImageRange) -> MeasuredRange:
        """Measure every map of a range, compare every two maps of an image, and score maps by chance."""
        low, high = int(images.rows[0]), int(images.rows[-1]) + 1
        raw_of = {key: np.asarray(maps[low:high])[images.rows - low] for key, maps in self.saliency.items()}
        measured: dict[Key, list[Values]] = {}
        compared: dict[tuple[Key, Key], list[Values]] = {}
        chance: dict[Key, dict[tuple[str, str], list[NDArray[np.float64]]]] = {}
        placed = [images.rows[:0]]
        unread: dict[str, str] = {}
        for start in range(0, len(images.rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            block = images.rows[part]
            raw = {key: maps[part] for key, maps in raw_of.items()}
            grids = {key: MapsOnGrid.of(maps, self.others.alignment(key)) for key, maps in raw.items()}
            regions = Regions.of(images.records[part], images.read[part], self.parts, self.beside)
            unread |= regions.unread
            subject = regions.subject
            alike = {} if subject is None else measure_alike(subject)
            if subject is not None:
                placed.append(block)
            for key, grid in grids.items():
                found = measure_maps(grid, subject, regions.parts) | measure_coarse(raw[key], self.coarsest)
                measured.setdefault(key, []).append(found)
                if subject is not None:
                    for of, values in self.others.scores(key, grid, block, subject, alike).items():
                        chance.setdefault(key, {}).setdefault(of, []).append(values)
            for a, b, values_of_pair in agreement_of_every_two(grids):
                compared.setdefault((a, b), []).append(values_of_pair)
        return MeasuredRange(
            len(images.rows),
            {key: stacked(blocks) for key, blocks in measured.items()},
            {pair: stacked(blocks) for pair, blocks in compared.items()},
            np.concatenate(placed),
            {key: {of: np.concatenate(blocks) for of, blocks in each.items()} for key, each in chance.items()},
            unread,
        )


def ranges_of(
    rows: NDArray[np.int64], records: Sequence[ImageRecord], read: Sequence[ReadImage]
) -> Iterator[ImageRange]:
    """Cut the rows that could be read into ranges, in their order."""
    for start in range(0, len(rows), _RANGE):
        chosen = rows[start : start + _RANGE]
        at = chosen.tolist()
        yield ImageRange(chosen, tuple(records[row] for row in at), tuple(read[row] for row in at))


def processes_worth(images: int) -> int:
    """Tell how many processes so many images keep busy for longer than the processes take to start."""
    return max(1, min(_MOST_PROCESSES, images // (2 * _RANGE)))
