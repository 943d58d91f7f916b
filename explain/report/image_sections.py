"""What the report says: figures with captions and tables, claims with their tests, images with their numbers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from data.images import decode, encode
from explain.explainers.registry import METHOD_TITLES, METHODS
from explain.figures.agreement import MEASURE_TITLES, agreement_matrix, agreement_points
from explain.figures.averages import average_maps
from explain.figures.calibration import confusion_matrix, reliability_diagram
from explain.figures.curves import faithfulness_curves, sanity_checks
from explain.figures.differences import paired_differences
from explain.figures.distributions import distributions
from explain.figures.embedding import embedding
from explain.figures.overlay import overlay
from explain.measures.registry import METRIC_TITLES, metric_title
from explain.statistics.accuracy import calibration_error, confusion, label_of_class, reliability
from explain.statistics.averages import average_maps as averages_of
from explain.statistics.averages import averages_table
from explain.statistics.hypothesis_tests import PairedComparison
from explain.statistics.summaries import (
    BANDS,
    agreement_table,
    curve_bands,
    distribution_table,
    paired_table,
    paired_values,
    pairs_of_kinds,
)
from explain.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import plotly.graph_objects as go

    from explain.store.reading import Store

PAIRED_METRIC = "entropy"
MEASURE = "pearson"
_QUALITY = 70
_HALF_A_PAGE = {"height": 268, "legend_y": -0.16, "margin_t": 30}
"""So that two distributions with their tables fit a printed page."""


@dataclass(frozen=True)
class Shown:
    """A figure of the report.

    Attributes
    ----------
    heading, caption : str
    figure : plotly.graph_objects.Figure or None
        None where there is nothing to draw; the caption says why.
    table : pandas.DataFrame
        Empty where the figure says it all.
    """

    heading: str
    caption: str
    figure: go.Figure | None
    table: pd.DataFrame


@dataclass(frozen=True)
class ImageSection:
    """One image with its maps and numbers.

    Attributes
    ----------
    image, label : str
    pictures : tuple of (str, str)
        Caption and data URI: the photograph, and its overlay of every model and method.
    answers : pandas.DataFrame
        One row per model.
    metrics : pandas.DataFrame
        One row per model and method.
    """

    image: str
    label: str
    pictures: tuple[tuple[str, str], ...]
    answers: pd.DataFrame
    metrics: pd.DataFrame


def figures(store: Store) -> Iterator[Shown]:
    """Draw the report's figures, one after the other.

    Parameters
    ----------
    store : Store

    Yields
    ------
    Shown
    """
    titles = {model.name: model.title for model in store.models}
    metrics, predictions = store.table("metrics"), store.table("predictions")
    measured = [metric for metric in dict.fromkeys(metrics["metric"]) if metric in METRIC_TITLES]
    for metric in measured:
        yield Shown(
            metric_title(metric),
            "One point per image; box: quartiles and median; dashed: mean; table: bootstrap 95 % intervals (BCa).",
            distributions(metrics, metric, titles, metric_title(metric)).update_layout(**_HALF_A_PAGE),
            distribution_table(metrics, metric),
        )
    yield from _paired(metrics, titles)
    agreement = store.table("agreement")
    yield Shown(
        f"Agreement of maps: {MEASURE_TITLES[MEASURE]}",
        "Means over images; bootstrap 95 % intervals (BCa). Agreement is not a sign of faithfulness.",
        agreement_matrix(agreement, titles, MEASURE),
        agreement_table(agreement, MEASURE),
    )
    caption = "The same, image by image."
    yield Shown("Agreement by image", caption, agreement_points(agreement, titles, MEASURE), pd.DataFrame())
    averages = averages_of(store)
    caption = "Every map weighs the same, and is shown over its own maximum, over the mean of the photographs."
    yield Shown("Average maps", caption, average_maps(averages, titles), averages_table(averages))
    bins = reliability(predictions)
    errors = {model: calibration_error(bins[bins["model"] == model]) for model in titles}
    caption = "Wilson 95 % intervals; error: expected calibration error. Marks above: right answers; below: wrong ones."
    yield Shown("Calibration", caption, reliability_diagram(bins, errors, predictions, titles), bins)
    counts = confusion(predictions, label_of_class(store))
    caption = "Rows: the label; columns: the answer. Classes outside of the dataset count as one; the table names them."
    yield Shown("Confusion", caption, confusion_matrix(counts, titles), counts)
    yield from _faithfulness(store, titles)
    points = store.table("embedding")
    for model in titles:
        answers = predictions[predictions["model"] == model].set_index("image")
        yield Shown(
            f"Map of images: {titles[model]}",
            "First two principal components of the pooled features; a cross is a wrong answer.",
            embedding(points[points["model"] == model], answers["label"], "Class", answers["right"].eq(False)),
            pd.DataFrame(),
        )


def image_sections(store: Store) -> Iterator[ImageSection]:
    """Give every readable image its section, one at a time.

    Parameters
    ----------
    store : Store

    Yields
    ------
    ImageSection
    """
    images = store.table("images")
    by_image = {name: dict(iter(store.table(name).groupby("image"))) for name in ("metrics", "predictions")}
    for row in images[images["status"] == "ok"].itertuples(index=False):
        photograph = decode(store.thumbnail(row.image))
        pictures = [("Photograph", _data(store.thumbnail(row.image)))]
        for model in store.models:
            for method in METHODS:
                picture = encode(overlay(photograph, store.saliency(model.name, method, row.image)), _QUALITY)
                pictures.append((f"{model.title}, {METHOD_TITLES[method]}", _data(picture)))
        measured = by_image["metrics"].get(row.image, store.table("metrics").iloc[:0])
        measured = measured[measured["metric"].isin(METRIC_TITLES)]
        wide = measured.pivot_table(
            index=["model", "method"], columns="metric", values="value", sort=False
        ).reset_index()
        answers = by_image["predictions"].get(row.image, store.table("predictions").iloc[:0])
        yield ImageSection(row.image, row.label, tuple(pictures), answers.drop(columns=["image", "label"]), wide)


def _paired(metrics: pd.DataFrame, titles: dict[str, str]) -> Iterator[Shown]:
    if PAIRED_METRIC not in set(metrics["metric"]):
        return
    table = paired_table(metrics, PAIRED_METRIC, list(titles))
    for row, (first, second) in zip(table.itertuples(), pairs_of_kinds(list(titles)), strict=True):
        a, b = (f"{titles[model]}, {METHOD_TITLES[method]}" for model, method in (first, second))
        comparison = PairedComparison(row.n, row.difference, row.low, row.high, row.p_uncorrected, row.effect)
        values = paired_values(metrics, PAIRED_METRIC, first, second)
        yield Shown(
            f"{metric_title(PAIRED_METRIC)}: {a} minus {b}",
            "One point per image. Line and band: mean and its bootstrap 95 % interval (BCa).",
            paired_differences(values, comparison, a, b, metric_title(PAIRED_METRIC)),
            table.iloc[[row.Index]],
        )


def _faithfulness(store: Store, titles: dict[str, str]) -> Iterator[Shown]:
    curves, sanity = (_optional(store, name) for name in ("curves", "sanity"))
    if curves.empty:
        caption = "No curves are stored: python -m explain evaluate makes them."
        yield Shown("Faithfulness", caption, None, pd.DataFrame())
    else:
        figure = faithfulness_curves(curve_bands(curves), titles, BANDS["quartiles"])
        caption = "Deletion: lower is more faithful; insertion: higher is (Petsiuk et al., BMVC 2018)."
        yield Shown("Faithfulness", caption, figure, pd.DataFrame())
    if len(sanity):
        caption = "Rank correlation with the maps of randomised networks (Adebayo et al., NeurIPS 2018)."
        yield Shown("Sanity check", caption, sanity_checks(sanity, titles), pd.DataFrame())


def _optional(store: Store, name: str) -> pd.DataFrame:
    try:
        return store.table(name)
    except StoreError:
        return pd.DataFrame()


def _data(picture: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode("ascii")
