"""Maps made and measured again from what a store holds, under other choices than the build's; no network runs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.datasets import read_boxes
from explain.explainers.registry import EXPLAINERS
from explain.findings.contrasts import Tables
from explain.measures.alignment import CENTRED
from explain.measures.coarse import coarsest_grid, measure_coarse
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import compare_maps, measure_maps
from explain.measures.regions import box_coverage, mask_coverage, without_parts
from explain.measures.resampling import COMMON_GRID
from explain.store.evidence import stored_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from explain.measures.alignment import Alignment
    from explain.store.evidence import ArrayEvidence
    from explain.store.reading import Store

LABELLED, PREDICTED = "the labelled class", "the predicted class"
"""Which class a map is of."""

_BLOCK = 16


@dataclass(frozen=True, order=True)
class MapChoice:
    """How one set of maps is made.

    Attributes
    ----------
    model, method : str
    target : str
        :data:`LABELLED` or :data:`PREDICTED`; the first for methods without a class.
    parameters : tuple of (str, float)
        Those of the method that are not the stored maps'.
    from_minimum : bool
        Whether each map's smallest value is taken off it before it is measured.
    centred : bool
        Whether cells are taken to lie in the middle of their shares of the image, whatever the network's alignment is.
    """

    model: str
    method: str
    target: str = LABELLED
    parameters: tuple[tuple[str, float], ...] = ()
    from_minimum: bool = False
    centred: bool = False


Pair = tuple[MapChoice, MapChoice]


@dataclass(frozen=True)
class Remeasured:
    """Measures of several sets of maps of the same images.

    Attributes
    ----------
    images : pandas.DataFrame
        image, label.
    of_maps : mapping of MapChoice to mapping of str to ndarray, shape (n,)
        By metric. Sets of maps that the store does not suffice for are absent.
    of_pairs : mapping of (MapChoice, MapChoice) to mapping of str to ndarray, shape (n,)
    """

    images: pd.DataFrame
    of_maps: Mapping[MapChoice, Mapping[str, NDArray[np.float64]]]
    of_pairs: Mapping[Pair, Mapping[str, NDArray[np.float64]]]

    def tables(self, choices: Iterable[MapChoice], predictions: pd.DataFrame) -> Tables:
        """Put some sets of maps, one of each model and method, as the tables that claims are tested on."""
        chosen = [choice for choice in choices if choice in self.of_maps]
        metrics = [self._long(choice) for choice in chosen]
        compared = [
            self.images.assign(
                model_a=a.model, method_a=a.method, model_b=b.model, method_b=b.method, **self.of_pairs[a, b]
            )
            for a, b in combinations(chosen, 2)
            if (a, b) in self.of_pairs
        ]
        images = predictions[predictions["image"].isin(self.images["image"])]
        return Tables(_joined(metrics, self.images, "metric"), _joined(compared, self.images, "method_b"), images)

    def _long(self, choice: MapChoice) -> pd.DataFrame:
        wide = self.images.assign(model=choice.model, method=choice.method, **self.of_maps[choice])
        long = wide.melt(id_vars=["image", "label", "model", "method"], var_name="metric", value_name="value")
        return long.dropna(subset=["value"])


def remeasure(
    store: Store,
    choices: Sequence[MapChoice],
    pairs: Sequence[Pair] = (),
    images: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Remeasured:
    """Make and measure maps from stored activations.

    Parameters
    ----------
    pairs : sequence of (MapChoice, MapChoice)
        Which of the choices are compared with each other.
    images : sequence of str, optional
        All that the build could read by default.
    progress : callable, optional
        Called with images done and images in all.
    """
    table = store.table("images")
    table = table[table["status"] == "ok"]
    table = table if images is None else table[table["image"].isin(list(images))]
    names, coarsest = table["image"].tolist(), _coarsest(store, choices)
    of_maps: dict[MapChoice, list[Mapping[str, NDArray[np.float64]]]] = {}
    of_pairs: dict[Pair, list[Mapping[str, NDArray[np.float64]]]] = {}
    for start in range(0, len(names), _BLOCK):
        block = names[start : start + _BLOCK]
        raw = _raw_maps(store, choices, block)
        grids = {choice: MapsOnGrid.of(maps, alignment_of(store, choice)) for choice, maps in raw.items()}
        subject, parts = _regions(store, table.iloc[start : start + _BLOCK])
        for choice, grid in grids.items():
            found = measure_maps(grid, subject, parts) | measure_coarse(raw[choice], coarsest)
            of_maps.setdefault(choice, []).append(found)
        for a, b in pairs:
            if a in grids and b in grids:
                of_pairs.setdefault((a, b), []).append(compare_maps(grids[a], grids[b]))
        if progress:
            progress(start + len(block), len(names))
    shown = table[["image", "label"]].reset_index(drop=True)
    return Remeasured(
        shown,
        {choice: _stacked(blocks) for choice, blocks in of_maps.items()},
        {pair: _stacked(blocks) for pair, blocks in of_pairs.items()},
    )


def alignment_of(store: Store, choice: MapChoice) -> Alignment:
    """Say where the cells of a choice's maps lie."""
    if choice.centred:
        return CENTRED
    stored, method = store.model(choice.model).method(choice.method), EXPLAINERS.get(choice.method)
    at_pixels = stored.at_pixels if stored is not None else method is not None and method.at_pixels
    return store.model(choice.model).alignment_of_maps(at_pixels)


def _raw_maps(store: Store, choices: Sequence[MapChoice], images: Sequence[str]) -> dict[MapChoice, NDArray[Any]]:
    """Make the maps of some images; choices that the store does not suffice for are left out."""
    made: dict[MapChoice, NDArray[Any]] = {}
    rows = [store.row(image) for image in images]
    for model in dict.fromkeys(choice.model for choice in choices):
        evidence = stored_evidence(store, model, images)
        targets = {LABELLED: store.targets(model)[rows], PREDICTED: evidence.logits.argmax(axis=1)}
        plain: dict[MapChoice, NDArray[Any]] = {}
        for choice in (each for each in choices if each.model == model):
            key = MapChoice(model, choice.method, choice.target, choice.parameters)
            if key not in plain:
                maps = _maps(store, key, evidence, targets[key.target].tolist(), images)
                if maps is None:
                    continue
                plain[key] = maps
            maps = plain[key]
            made[choice] = maps - maps.min(axis=(1, 2), keepdims=True) if choice.from_minimum else maps
    return made


def _maps(
    store: Store, choice: MapChoice, evidence: ArrayEvidence, targets: list[int], images: Sequence[str]
) -> NDArray[Any] | None:
    stored = store.model(choice.model).method(choice.method)
    if stored is not None and choice.target == LABELLED and not choice.parameters:
        return np.stack([store.saliency(choice.model, choice.method, image) for image in images])
    method = EXPLAINERS.get(choice.method)
    if method is None or method.unavailable(evidence):
        return None
    held = dict(stored.parameters) if stored is not None else {}
    return method.explain(evidence, targets, method.values(held | dict(choice.parameters)))


def _coarsest(store: Store, choices: Sequence[MapChoice]) -> tuple[int, int]:
    """Give the coarsest grid among the stored maps of the models that are looked at, as a build does."""
    models = {choice.model for choice in choices}
    shapes = {
        (model.name, method.name): np.empty((0, *method.shape))
        for model in store.models
        for method in model.methods
        if model.name in models
    }
    return coarsest_grid(shapes)


def _regions(store: Store, images: pd.DataFrame) -> tuple[NDArray[np.float64] | None, dict[str, NDArray[np.float64]]]:
    """Cover the grid by the subject and its parts, from the stored masks and boxes."""
    shape = (len(images), COMMON_GRID, COMMON_GRID)
    subject, names = np.full(shape, np.nan), store.dataset.parts
    parts = {name: np.full(shape, np.nan) for name in names.values()}
    for place, row in enumerate(images.itertuples()):
        mask = store.mask(row.image)
        if mask is not None:
            subject[place] = mask_coverage(without_parts(mask, names, store.dataset.beside))
            for number, name in names.items():
                parts[name][place] = mask_coverage(mask, (number,))
        elif row.boxes:
            subject[place] = box_coverage(read_boxes(row.boxes), row.width, row.height)
    return None if np.isnan(subject).all() else subject, parts


def _stacked(blocks: Sequence[Mapping[str, NDArray[np.float64]]]) -> dict[str, NDArray[np.float64]]:
    sizes = [len(next(iter(block.values()))) for block in blocks]
    names = dict.fromkeys(name for block in blocks for name in block)
    return {
        name: np.concatenate(
            [block.get(name, np.full(size, np.nan)) for block, size in zip(blocks, sizes, strict=True)]
        )
        for name in names
    }


def _joined(frames: Sequence[pd.DataFrame], images: pd.DataFrame, column: str) -> pd.DataFrame:
    if frames:
        return pd.concat(frames, ignore_index=True)
    return images.iloc[:0].assign(**{name: [] for name in ("model", "method", column)})
