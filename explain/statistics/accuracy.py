"""How far the answers can be trusted: calibration of the probabilities, and what is taken for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from explain.store.reading import Store

ANOTHER = "another class"
BINS = 10
_NAMED = 5


def reliability(predictions: pd.DataFrame, bins: int = BINS) -> pd.DataFrame:
    """Compare the probability of the answers with the share that is right, in bins of equal width.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table; rows whose `right` is missing do not count.

    Returns
    -------
    pandas.DataFrame
        model, bin_low, bin_high, n, confidence (mean probability), right (share), low, high (Wilson interval,
        95 %); bins without an image are left out.

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2: bins ((m - 1) / M, m / M].
    """
    known = predictions.dropna(subset=["right"])
    edges = np.linspace(0, 1, bins + 1)
    place = bins_of(known["probability"], bins)
    rows = []
    for (model, number), part in known.groupby(["model", place], sort=False):
        share = proportion(int(part["right"].sum()), len(part))
        rows.append(
            (model, edges[number], edges[number + 1], share.n, part["probability"].mean(), share.share, share.low,
             share.high)
        )  # fmt: skip
    columns = ["model", "bin_low", "bin_high", "n", "confidence", "right", "low", "high"]
    frame = pd.DataFrame(rows, columns=columns)
    order = {model: rank for rank, model in enumerate(known["model"].unique())}
    return frame.sort_values(["model", "bin_low"], key=lambda c: c.map(order) if c.name == "model" else c).reset_index(
        drop=True
    )


def bins_of(probabilities: pd.Series, bins: int = BINS) -> NDArray[np.intp]:
    """Give the bin that each probability lies in, from 0; a bin's upper edge belongs to it."""
    return np.clip(np.searchsorted(np.linspace(0, 1, bins + 1), probabilities, side="left") - 1, 0, bins - 1)


def calibration_error(bins: pd.DataFrame) -> float:
    """Give the expected calibration error of one model.

    Parameters
    ----------
    bins : pandas.DataFrame
        Rows of one model, as :func:`reliability` gives them.

    Returns
    -------
    float
        In [0, 1]; NaN without an image.

    References
    ----------
    Guo et al., ICML 2017, equation 3: sum over bins of n_m / n * |right_m - confidence_m|.
    """
    if not bins["n"].sum():
        return float("nan")
    return float(np.average((bins["right"] - bins["confidence"]).abs(), weights=bins["n"]))


def label_of_class(store: Store) -> dict[str, dict[str, str]]:
    """Say by which of its classes each model names a dataset's labels.

    Returns
    -------
    dict of str to dict of str to str
        Label by class name, by model.
    """
    found: dict[str, dict[str, str]] = {}
    for model in store.models:
        indices = ((label, store.class_index(model.name, label)) for label in store.dataset.labels)
        found[model.name] = {model.classes[index]: label for label, index in indices if index is not None}
    return found


def confusion(predictions: pd.DataFrame, label_of: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Count what each label is taken for; a model's classes outside of the dataset count as one.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.
    label_of : mapping of str to mapping of str to str
        As :func:`label_of_class` gives it.

    Returns
    -------
    pandas.DataFrame
        model, label, answer (a label, or ``another class``), n, share (of the row), named: for another class,
        the five most frequent classes with their counts.
    """
    labels = predictions["label"].unique().tolist()
    answers = list(dict.fromkeys([*labels, *(name for of in label_of.values() for name in of.values()), ANOTHER]))
    rows = []
    for model, part in predictions.groupby("model", sort=False):
        answer = answers_in_labels(part["predicted"], label_of[str(model)])
        for label in labels:
            of_label = part["label"] == label
            total = int(of_label.sum())
            for name in answers:
                chosen = of_label & (answer == name)
                n = int(chosen.sum())
                named = _most_frequent(part.loc[chosen, "predicted"]) if name == ANOTHER else ""
                rows.append((model, label, name, n, n / total if total else float("nan"), named))
    return pd.DataFrame(rows, columns=["model", "label", "answer", "n", "share", "named"])


def answers_in_labels(predicted: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """Give one model's answers as the dataset calls them: its labels, or ``another class``.

    Parameters
    ----------
    names : mapping of str to str
        Label by class name.
    """
    places, known = predicted.factorize()
    called = np.array([*(names.get(name, ANOTHER) for name in known), ANOTHER], object)
    return pd.Series(called[places], index=predicted.index, dtype=object)


def _most_frequent(names: pd.Series) -> str:
    counts = (
        names.value_counts()
        .rename_axis("name")
        .reset_index(name="n")
        .sort_values(["n", "name"], ascending=[False, True])
    )
    return ", ".join(f"{row.name.replace('_', ' ')} ({row.n})" for row in counts.head(_NAMED).itertuples(index=False))
