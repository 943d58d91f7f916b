"""What images are found and sorted by, one row per image: written once by a build, read column by column by pages."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.datasets import read_boxes
from explain.measures.regions import box_coverage
from explain.measures.registry import MEASURES
from explain.store.table_files import as_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from explain.store.selection import MapKey

SORTED_MEASURES = {measure.sort: measure.name for measure in MEASURES.values() if measure.sort}
"""Measures that images are sorted by: the name of the order, and the metric."""
ANSWER = ("predicted", "probability", "right")
"""Of each model, taken over from the table of predictions."""
COLUMNS = ("image", "label", "status", "subject_share")
"""Those that the table always has; the others are of a model, a map or two maps, and named by :func:`column`."""


def column(what: str, *of: str) -> str:
    """Name a column by what it holds, and of which models and methods.

    >>> column("right", "net"), column("entropy", "net", "method")
    ('right net', 'entropy net method')
    """
    return " ".join((what, *of))  # names of models and methods hold no space


def columns_for(models: Sequence[str], methods: Sequence[str]) -> tuple[str, ...]:
    """Name the columns that some models and methods are summed up from."""
    keys = [(model, method) for model in models for method in methods]
    return (
        *COLUMNS,
        *(column(what, model) for model in models for what in ANSWER),
        *(column(metric, *key) for metric in SORTED_MEASURES.values() for key in keys),
        *(column("distance", *a, *b) for pair in _one_apart(keys) for a, b in (pair, pair[::-1])),
    )


def per_image(
    images: pd.DataFrame, predictions: pd.DataFrame, metrics: pd.DataFrame, agreement: pd.DataFrame
) -> pd.DataFrame:
    """Give every image a row of what it is sorted and found by.

    Parameters
    ----------
    images, predictions, metrics, agreement : pandas.DataFrame
        The store's tables.

    Returns
    -------
    pandas.DataFrame
        Of `images`: image, label, status; `subject_share` (of the image, by its boxes; missing without any); of each
        model its answer; of each map the measures that images are sorted by; and of every two maps that differ in the
        model alone or in the method alone their distance, 1 - Pearson.
    """
    place = pd.Index(images["image"])
    columns: dict[str, Any] = {name: images[name].to_numpy() for name in COLUMNS[:3]}
    columns["subject_share"] = _subject_shares(
        images["boxes"].fillna("").astype("str"), images["width"], images["height"]
    )
    for model, part in predictions.groupby("model", sort=False):
        answers = part.set_index("image").reindex(place)
        for what, kind in zip(ANSWER, ("string", "float64", "boolean"), strict=True):
            columns[column(what, str(model))] = answers[what].astype(kind).array
    sorted_by = as_texts(metrics[metrics["metric"].isin(list(SORTED_MEASURES.values()))])
    for of, values in _by_image(sorted_by, ["metric", "model", "method"], sorted_by["value"], place):
        columns[column(*of)] = values
    same = (agreement["model_a"] == agreement["model_b"]) | (agreement["method_a"] == agreement["method_b"])
    close = agreement[same]
    sides = ["model_a", "method_a", "model_b", "method_b"]
    for of, values in _by_image(close, sides, 1 - close["pearson"], place):
        columns[column("distance", *of)] = values
    return pd.DataFrame(columns)


def summarise(wide: pd.DataFrame, models: Sequence[str], methods: Sequence[str]) -> pd.DataFrame:
    """Sum up the models and methods that are looked at.

    Parameters
    ----------
    wide : pandas.DataFrame
        As :func:`per_image` gives it; of its columns those that :func:`columns_for` names suffice.

    Returns
    -------
    pandas.DataFrame
        A row per image, with image, label, status and subject_share, each model's answer, and: confidence (mean
        probability of the answers), all_right, any_wrong, models_disagree (some right and some wrong), model_distance
        (of one method between models), method_distance (of one model between methods; both averaged over pairs), and
        the mean of each measure that images are sorted by.
    """
    keys = [(model, method) for model in models for method in methods]
    answers = [column(what, model) for model in models for what in ANSWER if column(what, model) in wide]
    frame = wide[[*COLUMNS, *answers]].assign(label=wide["label"].astype("category"))
    frame["confidence"] = _mean(wide, [column("probability", model) for model in models])
    right = _right(wide, models)
    frame["all_right"] = (right == 1).all(axis=1)
    frame["any_wrong"] = (right == 0).any(axis=1)
    frame["models_disagree"] = (right == 1).any(axis=1) & (right == 0).any(axis=1)
    pairs = list(_one_apart(keys))
    for name, part in (("model_distance", 1), ("method_distance", 0)):
        alike = [pair for pair in pairs if pair[0][part] == pair[1][part]]
        frame[name] = _mean(wide, [column("distance", *a, *b) for p in alike for a, b in (p, p[::-1])])
    for metric in SORTED_MEASURES.values():
        frame[metric] = _mean(wide, [column(metric, *key) for key in keys])
    return frame


def _one_apart(keys: Sequence[MapKey]) -> Iterator[tuple[MapKey, MapKey]]:
    """List every two maps that differ in the model alone or in the method alone."""
    return ((a, b) for a, b in combinations(keys, 2) if a[0] == b[0] or a[1] == b[1])


def _by_image(
    table: pd.DataFrame, by: Sequence[str], values: pd.Series, place: pd.Index
) -> Iterator[tuple[tuple[str, ...], NDArray[np.float64]]]:
    """Give the values of each kind of row by image, in the order in which kinds begin; missing where there are none."""
    at, found = place.get_indexer(table["image"]), values.to_numpy(np.float64)
    for of, rows in table.groupby(list(by), sort=False).indices.items():
        column_of = np.full(len(place), np.nan)
        column_of[at[rows]] = found[rows]
        yield tuple(map(str, of)), column_of


def _mean(wide: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Average columns over those that an image has a value of."""
    total, count = np.zeros(len(wide)), np.zeros(len(wide))
    for name in names:
        if name in wide:
            values = wide[name].to_numpy(np.float64)
            there = np.isfinite(values)
            total[there] += values[there]
            count += there
    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)


def _right(wide: pd.DataFrame, models: Sequence[str]) -> NDArray[np.float64]:
    """Tell whether each model is right: 1, 0, or NaN where it knows no such class."""
    found = np.full((len(wide), len(models)), np.nan)
    for place, model in enumerate(models):
        if (name := column("right", model)) in wide:
            found[:, place] = wide[name].astype("boolean").to_numpy(np.float64, na_value=np.nan)
    return found


def _subject_shares(boxes: pd.Series, width: pd.Series, height: pd.Series) -> NDArray[np.float64]:
    """Give the share of each image that its boxes cover; one box, the rule, is a product, and so read in one go."""
    shares = np.full(len(boxes), np.nan)
    seen = (width > 0).to_numpy(bool)  # not where the image could not be read
    several = seen & boxes.str.contains(";", regex=False).to_numpy(bool)
    single = seen & ~several & boxes.str.strip().ne("").to_numpy(bool)
    sides = np.array(" ".join(boxes[single]).split(), np.float64).reshape(-1, 4)
    areas = (width[single] * height[single]).to_numpy()
    shares[single] = (sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1]) / areas
    for row in np.flatnonzero(several).tolist():
        shares[row] = box_coverage(read_boxes(boxes.iloc[row]), width.iloc[row], height.iloc[row]).mean()
    return shares
