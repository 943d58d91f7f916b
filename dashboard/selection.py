"""Which images a link selects, and in which order: pure functions of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.link import View
from data.datasets import read_boxes
from explain.measures.regions import box_coverage
from explain.measures.registry import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

SORTED_MEASURES = {measure.sort: measure.name for measure in MEASURES.values() if measure.sort}
"""Measures that the gallery sorts by: the value of the link's `sort`, and the metric, which is its column."""

SORT_COLUMNS = {
    "id": "image", "confidence": "confidence", "models": "model_distance", "methods": "method_distance",
    **SORTED_MEASURES,
}  # fmt: skip


DISTANCE = "distance"
"""Column of the distance from the image that others shall be like."""

_VERDICTS = {"right": "all_right", "wrong": "any_wrong", "models-disagree": "models_disagree"}
"""Column by verdict that a link can ask for."""
SIZES = {"small": (0.0, 0.2), "medium": (0.2, 0.5), "large": (0.5, 1.01)}
"""Share of the image that the labelled objects' boxes cover, from and below."""


def summarise(
    images: pd.DataFrame,
    predictions: pd.DataFrame,
    metrics: pd.DataFrame,
    agreement: pd.DataFrame,
    models: Sequence[str],
    methods: Sequence[str],
) -> pd.DataFrame:
    """Join the tables to one row per image, over the models and methods that are looked at.

    Parameters
    ----------
    images, predictions, metrics, agreement : pandas.DataFrame
        The store's tables.

    Returns
    -------
    pandas.DataFrame
        Of `images`, and: confidence (mean probability of the predictions), all_right, any_wrong, models_disagree
        (some right and some wrong), model_distance (of one method between models) and method_distance (of one model
        between methods; both 1 - Pearson, averaged over pairs), subject_share (of the image, by the boxes; missing
        without any), and the mean of each measure that the gallery sorts by.
    """
    frame = images.set_index("image", drop=False)
    predictions = predictions[predictions["model"].isin(models)]
    metrics = metrics[metrics["model"].isin(models) & metrics["method"].isin(methods)]
    for side in ("a", "b"):
        looked_at = agreement[f"model_{side}"].isin(models) & agreement[f"method_{side}"].isin(methods)
        agreement = agreement[looked_at]
    by_image = predictions.groupby("image")
    frame["confidence"] = by_image["probability"].mean()
    right = predictions.pivot(index="image", columns="model", values="right").astype("boolean")
    right = right.reindex(index=frame.index, columns=list(models))
    frame["all_right"] = right.fillna(False).all(axis=1)
    frame["any_wrong"] = (~right.fillna(True)).any(axis=1)
    frame["models_disagree"] = by_image["right"].nunique().reindex(frame.index).fillna(0) > 1
    distance = agreement.assign(distance=1 - agreement["pearson"])
    same_method = distance["method_a"] == distance["method_b"]
    same_model = distance["model_a"] == distance["model_b"]
    frame["model_distance"] = distance[same_method].groupby("image")["distance"].mean()
    frame["method_distance"] = distance[same_model].groupby("image")["distance"].mean()
    for metric in SORTED_MEASURES.values():
        frame[metric] = metrics[metrics["metric"] == metric].groupby("image")["value"].mean()
    frame["subject_share"] = _subject_shares(frame["boxes"].fillna("").astype("str"), frame["width"], frame["height"])
    return frame.reset_index(drop=True)


def _subject_shares(boxes: pd.Series, width: pd.Series, height: pd.Series) -> NDArray[np.float64]:
    """Give the share of each image that its boxes cover; one box, the rule, is a product, and so read in one go."""
    shares = np.full(len(boxes), np.nan)
    several = boxes.str.contains(";", regex=False).to_numpy(bool)
    single = ~several & boxes.str.strip().ne("").to_numpy(bool)
    sides = np.array(" ".join(boxes[single]).split(), np.float64).reshape(-1, 4)
    areas = (width[single] * height[single]).to_numpy()
    shares[single] = (sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1]) / areas
    for row in np.flatnonzero(several).tolist():
        shares[row] = box_coverage(read_boxes(boxes.iloc[row]), width.iloc[row], height.iloc[row]).mean()
    return shares


def select_images(summary: pd.DataFrame, view: View) -> pd.DataFrame:
    """Filter and sort as a link says.

    Parameters
    ----------
    summary : pandas.DataFrame
        As :func:`summarise` gives it; with :data:`DISTANCE` where a link asks for the images that are like one.

    Returns
    -------
    pandas.DataFrame
        Ties, and images without the value, in the order of their ids; images without the value last.
    """
    chosen = summary[_passing(summary, view)]
    if not chosen["image"].is_monotonic_increasing:  # where it is, ties are in order already
        chosen = chosen.sort_values("image", kind="stable")
    if view.sort == "id" and DISTANCE in chosen:
        return chosen.sort_values(DISTANCE, na_position="last", kind="stable")
    if view.sort == "id":
        return chosen if not view.descending else chosen.iloc[::-1]
    return chosen.sort_values(SORT_COLUMNS[view.sort], ascending=not view.descending, na_position="last", kind="stable")


def _passing(summary: pd.DataFrame, view: View) -> NDArray[np.bool_]:
    """Tell which rows pass a link's filters."""
    passing = np.ones(len(summary), bool)
    if view.label:
        passing &= (summary["label"] == view.label).to_numpy(bool)
    if view.verdict in _VERDICTS:
        passing &= summary[_VERDICTS[view.verdict]].to_numpy(bool)
    if view.size != "all":
        low, high = SIZES[view.size]
        share = summary["subject_share"].to_numpy(float)
        passing &= (share >= low) & (share < high)
    if view.images:
        passing &= summary["image"].isin(view.images).to_numpy(bool)
    if view.text.strip():
        named = summary["image"].str.contains(view.text.strip(), case=False, regex=False)
        passing &= named.to_numpy(bool)
    return passing


def counts_of(summary: pd.DataFrame, view: View, name: str, values: Sequence[str]) -> dict[str, int]:
    """Count the images that would be shown with each value of a filter, the others as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> from dashboard.link import View
    >>> images = pd.DataFrame({"image": ["a", "b", "c"], "label": ["x", "y", "x"]})
    >>> counts_of(images, View(label="y"), "label", ("", "x", "y"))
    {'': 3, 'x': 2, 'y': 1}
    """
    none = View()
    others = _passing(summary, view.but(**{name: getattr(none, name)}))
    return {value: int((others & _passing(summary, none.but(**{name: value}))).sum()) for value in values}


def neighbours(selected: Sequence[str], image: str) -> tuple[str | None, str | None]:
    """Find the images before and after one.

    Returns
    -------
    (str or None, str or None)
        None at the ends, and for both where the image is not among the selected.
    """
    ids = list(selected)
    if image not in ids:
        return None, None
    at = ids.index(image)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
