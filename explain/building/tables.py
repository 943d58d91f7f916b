"""The tidy tables of a store, computed from stored maps, logits, boxes and masks; a few images at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from explain.building.long_tables import chance_rows, joined, metrics_table, paired, stacked
from explain.building.map_ranges import RangeMeasurer, processes_worth, ranges_of
from explain.building.other_images import OtherImages
from explain.building.processes import in_order
from explain.measures.coarse import coarsest_grid
from explain.models.head import probabilities
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord
    from explain.building.map_ranges import Key, MeasuredRange, Values
    from explain.measures.alignment import Alignment
    from explain.store.manifest import ModelInfo

Of = TypeVar("Of")
Found = TypeVar("Found")

_TOGETHER = 1024
"""Images whose scores by chance are tabulated at once: some whole ranges."""


@dataclass(frozen=True)
class ReadImage:
    """What decoding found out about an image.

    Attributes
    ----------
    status : str
        ``ok``, or the reason why it could not be read.
    width, height : int
        Pixels, upright; 0 where it could not be read.
    """

    status: str
    width: int = 0
    height: int = 0

    @property
    def ok(self) -> bool:
        """Whether the image could be read."""
        return self.status == "ok"


def images_table(records: Sequence[ImageRecord], read: Sequence[ReadImage]) -> pd.DataFrame:
    """List the images of a dataset.

    Parameters
    ----------
    read : sequence of ReadImage, same order

    Returns
    -------
    pandas.DataFrame
        One row per image, failed ones included.
    """
    rows = [
        (
            record.image, record.label, record.synset, record.relative_path, found.width, found.height,
            record.sha256, boxes_text(record), found.status,
        )
        for record, found in zip(records, read, strict=True)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(TABLE_COLUMNS["images"]))
    return frame.astype({"width": "int32", "height": "int32", "synset": "string"})


def boxes_text(record: ImageRecord) -> str:
    """Write boxes as a manifest does: ``x0 y0 x1 y1``, several separated by a semicolon."""
    return ";".join(f"{box.x0:g} {box.y0:g} {box.x1:g} {box.y1:g}" for box in record.boxes)


def predictions_table(
    records: Sequence[ImageRecord], ok: NDArray[np.bool_], models: Sequence[ModelInfo], logits: Mapping[str, Any]
) -> pd.DataFrame:
    """Tabulate what each model says of each image.

    Parameters
    ----------
    ok : ndarray of bool
        Which of them could be read.
    logits : mapping of str to array, shape (n, classes)

    Returns
    -------
    pandas.DataFrame
        Columns as in the contract. Where the model has no class for the label, `label_probability`,
        `label_rank` and `right` are missing.
    """
    frames = []
    rows = np.flatnonzero(ok).tolist()
    images = [records[row] for row in rows]
    for model in models:
        scores = np.asarray(logits[model.name])[rows].astype(np.float64)
        probability = probabilities(scores, model.scores)
        predicted = scores.argmax(axis=1)
        known_classes = {label: -1 if index is None else index for label, index in model.class_of_label.items()}
        target = np.array([known_classes[record.label] for record in images], dtype=int)
        known = target >= 0
        at = np.arange(len(rows))
        of_label = scores[at, np.maximum(target, 0)]
        frames.append(
            pd.DataFrame(
                {
                    "image": [record.image for record in images],
                    "label": [record.label for record in images],
                    "model": model.name,
                    "predicted": [model.classes[index] for index in predicted],
                    "probability": probability[at, predicted],
                    "label_probability": np.where(known, probability[at, np.maximum(target, 0)], np.nan),
                    "label_rank": pd.array(
                        np.where(known, 1 + (scores > of_label[:, None]).sum(axis=1), 0), dtype="Int64"
                    ),
                    "right": pd.array(predicted == target, dtype="boolean"),
                }
            )
        )
        frames[-1].loc[~known, ["label_rank", "right"]] = pd.NA
    return joined(frames, "predictions")


@dataclass(frozen=True)
class MapTables:
    """The tables over saliency maps.

    Attributes
    ----------
    metrics, agreement, chance : pandas.DataFrame
        Texts of the first one as :func:`explain.building.long_tables.metrics_table` keeps them.
    unread_masks : mapping of str to str
        Reason by image, where a mask could not be read: what is measured with its help is missing.
    """

    metrics: pd.DataFrame
    agreement: pd.DataFrame
    chance: pd.DataFrame
    unread_masks: Mapping[str, str]


def map_tables(
    records: Sequence[ImageRecord],
    read: Sequence[ReadImage],
    parts: Mapping[int, str],
    saliency: Mapping[tuple[str, str], Any],
    progress: Callable[[int, int], None] | None = None,
    beside: Sequence[str] = (),
    alignments: Mapping[tuple[str, str], Alignment] | None = None,
    by_chance: Callable[[pd.DataFrame], None] | None = None,
    processes: int = 1,
) -> MapTables:
    """Measure every map, compare every two maps of an image, and score maps by chance, on the common grid.

    Parameters
    ----------
    read : sequence of ReadImage, same order
    parts : mapping of int to str
        Names of the ids in part masks.
    saliency : mapping of (model, method) to array-like, shape (n, h, w)
        Read in slices, so that arrays on disk may be given.
    progress : callable, optional
        Called with images done and images in all.
    beside : sequence of str
        Parts that do not belong to the subject.
    alignments : mapping of (model, method) to Alignment, optional
        Those that are absent have none.
    by_chance : callable, optional
        Takes the scores by chance, some hundred images after the other, instead of the table, which stays empty: it is
        the longest, and nobody needs all of it at once.
    processes : int
        As many measure ranges of images at the most, where there are enough to be worth it. The tables are the same.
    """
    rows = np.flatnonzero([found.ok for found in read])
    others = OtherImages.of(records, rows, saliency, _TOGETHER, alignments)
    measurer = RangeMeasurer(saliency, others, coarsest_grid(saliency), parts, beside)
    measured: dict[Key, list[Values]] = {}
    compared: dict[tuple[Key, Key], list[Values]] = {}
    kept: list[pd.DataFrame] = []
    waiting: list[MeasuredRange] = []  # for their scores by chance to be tabulated
    unread: dict[str, str] = {}
    done = 0
    for found in in_order(measurer, ranges_of(rows, records, read), min(processes, processes_worth(len(rows)))):
        _gather(measured, found.metrics)
        _gather(compared, found.agreement)
        unread |= found.unread
        waiting.append(found)
        done += found.images
        if done % _TOGETHER == 0 or done == len(rows):
            placed = np.concatenate([each.placed for each in waiting])
            if len(placed):
                chance: dict[Key, list[dict[tuple[str, str], NDArray[np.float64]]]] = {}
                for each in waiting:
                    _gather(chance, each.chance)
                (by_chance or kept.append)(chance_rows(records, placed, others.partner, chance))
            waiting = []
        if progress:
            progress(done, len(rows))
    images = [records[row] for row in rows.tolist()]
    return MapTables(
        metrics_table(images, {key: stacked(blocks) for key, blocks in measured.items()}),
        joined([paired(images, a, b, stacked(blocks)) for (a, b), blocks in compared.items()], "agreement"),
        joined(kept, "chance"),
        unread,
    )


def _gather(blocks: dict[Of, list[Found]], found: Mapping[Of, Found]) -> None:
    for key, values in found.items():
        blocks.setdefault(key, []).append(values)
