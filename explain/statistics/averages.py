"""Average maps: where a model and a method look over all images of a class, and what these images share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image

from data.images import decode
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps
from explain.measures.resampling import COMMON_GRID, common_grid
from explain.statistics.some_images import some_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from explain.store.reading import Store

SIDE = 160
"""Pixels of the average photograph; what many photographs share has no finer detail."""
PHOTOGRAPHS = 100
"""Photographs of a class that are averaged: more take long to decode, and the mean shows no more."""
_BLOCK = 64


@dataclass(frozen=True)
class AverageMap:
    """The mean of the maps of one class, model and method.

    Attributes
    ----------
    label, model, method : str
    n : int
        Images that count: maps that are zero everywhere do not.
    saliency : ndarray of float32, shape (112, 112)
        Mean of the maps on the common grid; sums to 1.
    photograph : ndarray of uint8, shape (160, 160, 3)
        Mean of the class's photographs, each squeezed to a square as the networks see it; of a hundred where there
        are more.
    images : int
        Readable images of the class, averaged or not.
    """

    label: str
    model: str
    method: str
    n: int
    saliency: NDArray[np.float32]
    photograph: NDArray[np.uint8]
    images: int = 0


def average_maps(store: Store, labels: Sequence[str] = (), only: Collection[str] = ()) -> tuple[AverageMap, ...]:
    """Average all maps that a store holds, by class, model and method.

    Parameters
    ----------
    labels : sequence of str
        Only these classes; all by default.
    only : collection of str
        Only these images; all by default.

    Returns
    -------
    tuple of AverageMap
        Classes without a readable image are left out. Of a class of more than 500 images the maps of so many are
        averaged, drawn by a fixed seed, and of these 100 photographs: each must be decoded.
    """
    images = store.table("images")
    counted = images["status"] == "ok"
    if only:
        counted &= images["image"].isin(list(only))
    of_label: dict[str, tuple[list[str], int, NDArray[np.uint8]]] = {}
    for label in labels or store.dataset.labels:
        rows = np.flatnonzero((images["label"] == label) & counted)
        if len(rows):
            chosen = images["image"].iloc[rows[some_of(len(rows))]].tolist()
            seen = [chosen[place] for place in some_of(len(chosen), PHOTOGRAPHS).tolist()]
            of_label[label] = chosen, len(rows), average_photograph(store, seen)
    found = {}
    for model in store.models:
        for method in model.methods:
            alignment = store.alignment(model.name, method.name)
            for label, (chosen, count, photograph) in of_label.items():
                saliency, n = average_map(store.saliency(model.name, method.name, chosen), alignment)
                average = AverageMap(label, model.name, method.name, n, saliency, photograph, count)
                found[label, model.name, method.name] = average
    return tuple(average for label in of_label for average in found.values() if average.label == label)


def average_map(maps: NDArray[np.float32], alignment: Alignment = CENTRED) -> tuple[NDArray[np.float32], int]:
    """Average maps on the common grid, on which every map has the same mass.

    Parameters
    ----------
    maps : array, shape (n, h, w)
        Raw.
    alignment : Alignment
        Of the network that they are of.

    Returns
    -------
    (ndarray of float32, shape (112, 112), int)
        The mean, and how many maps count: those that are zero everywhere do not.
    """
    maps = maps[maps.any(axis=(1, 2))]
    total = np.zeros((COMMON_GRID, COMMON_GRID))
    for first in range(0, len(maps), _BLOCK):
        total += common_grid(maps[first : first + _BLOCK], alignment).sum(axis=0)
    return (total / max(1, len(maps))).astype(np.float32), len(maps)


def average_photograph(store: Store, images: Sequence[str]) -> NDArray[np.uint8]:
    """Average photographs, each squeezed to a square.

    Returns
    -------
    ndarray of uint8, shape (160, 160, 3)
    """
    total = np.zeros((SIDE, SIDE, 3))
    for image in images:
        thumbnail = Image.fromarray(decode(store.thumbnail(image)))
        total += np.asarray(thumbnail.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return np.rint(total / max(1, len(images))).astype(np.uint8)


def averages_table(averages: Sequence[AverageMap]) -> pd.DataFrame:
    """Describe average maps in numbers.

    Returns
    -------
    pandas.DataFrame
        label, model, method, n, row and column of the centre of mass (0 to 1 from the top left), and every
        measure of the map alone.
    """
    centres = (np.arange(COMMON_GRID) + 0.5) / COMMON_GRID
    rows = []
    for average in averages:
        on_grid = MapsOnGrid(average.saliency[None].astype(np.float64))
        spread = {name: float(value[0]) for name, value in measure_maps(on_grid).items()}
        row, column = average.saliency.sum(axis=1) @ centres, average.saliency.sum(axis=0) @ centres
        rows.append(
            {"label": average.label, "model": average.model, "method": average.method, "n": average.n,
             "centre_row": float(row), "centre_column": float(column), **spread}
        )  # fmt: skip
    return pd.DataFrame(rows)
