"""The tidy tables of a store, computed from stored maps, logits, boxes and masks; a few images at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.building.strangers import Strangers
from explain.measures.agreement import agreement_of_every_two
from explain.measures.coarse import coarsest_grid, measure_coarse
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps
from explain.measures.regions import box_coverage, mask_coverage
from explain.measures.resampling import COMMON_GRID
from explain.models.head import probabilities
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord
    from explain.store.manifest import ModelInfo

_BLOCK = 16
"""Images whose maps on the common grid are held at a time: bounds the memory, and fits a processor's cache."""


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
    return _joined(frames, "predictions")


@dataclass(frozen=True)
class MapTables:
    """The tables over saliency maps.

    Attributes
    ----------
    metrics, agreement, chance : pandas.DataFrame
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
    """
    rows = np.flatnonzero([found.ok for found in read])
    measured: dict[tuple[str, str], list[dict[str, NDArray[np.float64]]]] = {}
    compared: dict[tuple[tuple[str, str], tuple[str, str]], list[dict[str, NDArray[np.float64]]]] = {}
    by_chance: list[pd.DataFrame] = []
    strangers = Strangers.of(records, rows, saliency, _BLOCK)
    coarsest = coarsest_grid(saliency)
    unread: dict[str, str] = {}
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        chosen = [records[row] for row in block]
        low, high = int(block[0]), int(block[-1]) + 1
        raw = {key: np.asarray(maps[low:high])[block - low] for key, maps in saliency.items()}
        grids = {key: MapsOnGrid.of(maps) for key, maps in raw.items()}
        regions = _Regions.of(chosen, [read[row] for row in block], parts)
        unread |= regions.unread
        for key, grid in grids.items():
            found = measure_maps(grid, regions.subject, regions.parts) | measure_coarse(raw[key], coarsest)
            measured.setdefault(key, []).append(found)
            if regions.subject is not None:
                by_chance.append(strangers.rows_of(key, grid, records, block, regions.subject))
        for a, b, values in agreement_of_every_two(grids):
            compared.setdefault((a, b), []).append(values)
        if progress:
            progress(start + len(block), len(rows))
    images = [records[row] for row in rows.tolist()]
    return MapTables(
        _joined([_tidy(images, *key, _stacked(blocks)) for key, blocks in measured.items()], "metrics"),
        _joined([_pair(images, a, b, _stacked(blocks)) for (a, b), blocks in compared.items()], "agreement"),
        _joined(by_chance, "chance"),
        unread,
    )


@dataclass(frozen=True)
class _Regions:
    """Coverage of the common grid by the labelled object and its parts, for a block of images."""

    subject: NDArray[np.float64] | None
    parts: Mapping[str, NDArray[np.float64]]
    unread: Mapping[str, str]

    @classmethod
    def of(cls, records: Sequence[ImageRecord], read: Sequence[ReadImage], parts: Mapping[int, str]) -> _Regions:
        from data import ImageError, read_mask

        shape = (len(records), COMMON_GRID, COMMON_GRID)
        subject = np.full(shape, np.nan)
        of_part = {name: np.full(shape, np.nan) for name in parts.values()} if parts else {}
        unread: dict[str, str] = {}
        for index, (record, found) in enumerate(zip(records, read, strict=True)):
            if record.mask is not None:
                try:
                    mask = read_mask(record.mask)
                except ImageError as error:
                    unread[record.image] = str(error)
                    continue
                subject[index] = mask_coverage(mask, None)
                for number, name in parts.items():
                    of_part[name][index] = mask_coverage(mask, (number,))
            elif record.boxes:
                subject[index] = box_coverage(record.boxes, found.width, found.height)
        nothing = np.isnan(subject).all()
        return cls(None if nothing else subject, of_part, unread)


def _stacked(blocks: Sequence[Mapping[str, NDArray[np.float64]]]) -> dict[str, NDArray[np.float64]]:
    """Put blocks' values one after the other; a block may lack what none of its images has."""
    names = dict.fromkeys(name for block in blocks for name in block)
    missing = [np.full(len(next(iter(block.values()))), np.nan) for block in blocks]
    return {
        name: np.concatenate([block.get(name, nan) for block, nan in zip(blocks, missing, strict=True)])
        for name in names
    }


def _tidy(
    records: Sequence[ImageRecord], model: str, method: str, values: Mapping[str, NDArray[np.float64]]
) -> pd.DataFrame:
    wide = pd.DataFrame(values)
    wide.insert(0, "image", [record.image for record in records])
    wide.insert(1, "label", [record.label for record in records])
    long = wide.melt(id_vars=["image", "label"], var_name="metric", value_name="value")
    long.insert(2, "model", model)
    long.insert(3, "method", method)
    return long.dropna(subset=["value"])


def _pair(
    records: Sequence[ImageRecord], a: tuple[str, str], b: tuple[str, str], values: Mapping[str, Any]
) -> pd.DataFrame:
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


def _joined(frames: list[pd.DataFrame], name: str) -> pd.DataFrame:
    columns = list(TABLE_COLUMNS[name])
    if not frames:
        return pd.DataFrame({column: [] for column in columns})
    return pd.concat(frames, ignore_index=True)[columns]
