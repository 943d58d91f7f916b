"""Tables of tables: what the figures show, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from explain.statistics.hypothesis_tests import CONFIDENCE, bootstrap_intervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explain.store.selection import MapKey

BANDS = {
    "quartiles": "Median and quartiles",
    "mean": "Mean and 95 % interval",
}
"""What line and band of a curve are."""


def distribution_table(metrics: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Summarise a metric by model, method and class.

    Parameters
    ----------
    metrics : pandas.DataFrame
        The store's table.

    Returns
    -------
    pandas.DataFrame
        model, method, label, n, mean, low, high (bootstrap interval, 95 %), first_quartile, median, third_quartile.
    """
    groups = dict(iter(metrics[metrics["metric"] == metric].groupby(["model", "method", "label"], sort=False)["value"]))
    rows = [
        (*keys, len(values), values.mean(), *interval, *values.quantile([0.25, 0.5, 0.75]))
        for (keys, values), interval in zip(groups.items(), bootstrap_intervals(list(groups.values())), strict=True)
    ]
    names = "model method label n mean low high first_quartile median third_quartile"
    return pd.DataFrame(rows, columns=names.split())


def paired_values(metrics: pd.DataFrame, metric: str, first: MapKey, second: MapKey) -> pd.DataFrame:
    """Put two sides' values of a metric beside each other, image by image.

    Returns
    -------
    pandas.DataFrame
        image, label, first, second, difference; only images that have both.
    """
    rows = metrics[metrics["metric"] == metric].dropna(subset=["value"])
    one, other = (
        rows.loc[(rows["model"] == model) & (rows["method"] == method), ["image", "label", "value"]]
        for model, method in (first, second)
    )
    frame = one.rename(columns={"value": "first"}).merge(
        other[["image", "value"]].rename(columns={"value": "second"}), on="image", validate="one_to_one"
    )
    return frame.assign(difference=frame["first"] - frame["second"])


def agreement_table(agreement: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Summarise the agreement of every two sets of maps.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table.

    Returns
    -------
    pandas.DataFrame
        model_a, method_a, model_b, method_b, n, mean, low, high (bootstrap interval, 95 %).
    """
    groups = agreement.groupby(["model_a", "method_a", "model_b", "method_b"], sort=False)[measure]
    known = {keys: values.dropna() for keys, values in groups}
    rows = [
        (*keys, len(values), values.mean(), *interval)
        for (keys, values), interval in zip(known.items(), bootstrap_intervals(list(known.values())), strict=True)
    ]
    return pd.DataFrame(rows, columns=["model_a", "method_a", "model_b", "method_b", "n", "mean", "low", "high"])


def agreement_square(agreement: pd.DataFrame, keys: Sequence[MapKey], measure: str = "pearson") -> NDArray[np.float64]:
    """Put the mean agreement of every two sets of maps into a square.

    Parameters
    ----------
    agreement : pandas.DataFrame
        model_a, method_a, model_b, method_b and the measure, of one image or of many; only of these models and
        methods.
    keys : sequence of (model, method)
        Rows and columns, in their order.

    Returns
    -------
    ndarray of float64, shape (k, k)
        Symmetric, 1 on the diagonal; NaN where none is known.
    """
    values = np.full((len(keys), len(keys)), np.nan)
    np.fill_diagonal(values, 1)
    means = agreement.groupby(["model_a", "method_a", "model_b", "method_b"], sort=False)[measure].mean()
    for (model_a, method_a, model_b, method_b), value in means.items():
        i, j = keys.index((model_a, method_a)), keys.index((model_b, method_b))
        values[i, j] = values[j, i] = value
    return values


def curve_bands(curves: pd.DataFrame, band: str = "quartiles") -> pd.DataFrame:
    """Summarise deletion and insertion curves over the images.

    Parameters
    ----------
    curves : pandas.DataFrame
        image, label, model, method, curve, substrate, steps, fraction, probability.
    band : {"quartiles", "mean"}

    Returns
    -------
    pandas.DataFrame
        model, method, curve, substrate, steps, fraction, n, centre, low, high.
    """
    keys = ["curve", "substrate", "steps", "model", "method", "fraction"]
    grouped = curves.groupby(keys, sort=False)["probability"]
    frame = grouped.agg(n="count", centre="median" if band == "quartiles" else "mean")
    if band == "quartiles":
        frame["low"], frame["high"] = grouped.quantile(0.25), grouped.quantile(0.75)
    else:
        reach = grouped.sem() * stats.t.ppf((1 + CONFIDENCE) / 2, np.maximum(frame["n"] - 1, 1))
        frame["low"], frame["high"] = frame["centre"] - reach, frame["centre"] + reach
    return frame.reset_index()


def curve_areas(curves: pd.DataFrame) -> pd.DataFrame:
    """Give the mean area under the deletion and insertion curves, of the trapezoids between their steps.

    Parameters
    ----------
    curves : pandas.DataFrame
        As :func:`curve_bands` has it; fractions from 0 to 1.

    Returns
    -------
    pandas.DataFrame
        curve, substrate, steps, model, method, area_under: the mean over images, within [0, 1].

    Examples
    --------
    >>> course = {"curve": "deletion", "substrate": "zeros", "steps": 2, "model": "a", "method": "b", "image": "i"}
    >>> curve_areas(pd.DataFrame([course] * 3).assign(fraction=[0, 0.5, 1], probability=[1, 0.5, 0.5]))["area_under"]
    0    0.625
    Name: area_under, dtype: float64
    """
    keys = ["curve", "substrate", "steps", "model", "method"]
    ordered = curves.sort_values("fraction", kind="stable")
    by_image = [
        (*key, float(np.trapezoid(part["probability"], part["fraction"])))
        for key, part in ordered.groupby([*keys, "image"], sort=False)
    ]
    areas = pd.DataFrame(by_image, columns=[*keys, "image", "area_under"])
    return areas.groupby(keys, sort=False)["area_under"].mean().reset_index()


def columns_of_images(predictions: pd.DataFrame, metrics: pd.DataFrame, model: str, method: str) -> pd.DataFrame:
    """Collect what is known of each image for one model and method: the columns that may colour a map of images.

    Parameters
    ----------
    predictions, metrics : pandas.DataFrame
        The store's tables.

    Returns
    -------
    pandas.DataFrame
        By image: the columns of the predictions, and one per metric.
    """
    answers = predictions[predictions["model"] == model].set_index("image").drop(columns="model")
    rows = metrics[(metrics["model"] == model) & (metrics["method"] == method)]
    wide = rows.pivot(index="image", columns="metric", values="value")
    return answers.join(wide[list(dict.fromkeys(rows["metric"]))])
