"""Which images a link selects, and in which order: pure functions of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.datasets import read_boxes
from explain.measures.regions import box_coverage
from explain.measures.registry import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dashboard.link import View

SORTED_MEASURES = {measure.sort: measure.name for measure in MEASURES.values() if measure.sort}
"""Measures that the gallery sorts by: the value of the link's `sort`, and the metric, which is its column."""

SORT_COLUMNS = {
    "id": "image", "confidence": "confidence", "models": "model_distance", "methods": "method_distance",
    **SORTED_MEASURES,
}  # fmt: skip


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
    frame["subject_share"] = [
        _subject_share(*row) for row in zip(frame["boxes"], frame["width"], frame["height"], strict=True)
    ]
    return frame.reset_index(drop=True)


def _subject_share(boxes: str, width: float, height: float) -> float:
    read = read_boxes(boxes or "")
    if not read:
        return np.nan
    if len(read) == 1:
        return (read[0].x1 - read[0].x0) * (read[0].y1 - read[0].y0) / (width * height)
    return float(box_coverage(read, width, height).mean())


def select_images(summary: pd.DataFrame, view: View) -> pd.DataFrame:
    """Filter and sort as a link says.

    Parameters
    ----------
    summary : pandas.DataFrame
        As :func:`summarise` gives it.

    Returns
    -------
    pandas.DataFrame
        Ties, and images without the value, in the order of their ids; images without the value last.
    """
    chosen = summary
    if view.label:
        chosen = chosen[chosen["label"] == view.label]
    if view.verdict == "right":
        chosen = chosen[chosen["all_right"]]
    elif view.verdict == "wrong":
        chosen = chosen[chosen["any_wrong"]]
    elif view.verdict == "models-disagree":
        chosen = chosen[chosen["models_disagree"]]
    if view.size != "all":
        low, high = SIZES[view.size]
        chosen = chosen[chosen["subject_share"].ge(low) & chosen["subject_share"].lt(high)]
    if view.text.strip():
        chosen = chosen[chosen["image"].str.contains(view.text.strip(), case=False, regex=False)]
    ascending = view.order == "ascending"
    if view.sort == "id":
        return chosen.sort_values("image", ascending=ascending, kind="stable")
    return chosen.sort_values(
        [SORT_COLUMNS[view.sort], "image"], ascending=[ascending, True], na_position="last", kind="stable"
    )


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
