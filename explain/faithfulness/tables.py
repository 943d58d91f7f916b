"""From probabilities and agreements to the rows of tables, and how those rows stay through a later build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.explainers.registry import METHODS
from explain.faithfulness.curves import area_under, confidence_drop, confidence_increase
from explain.faithfulness.perturbation import SUBSTRATES, fractions_of
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.faithfulness.perturbed_inputs import Answers

EVALUATION_METRICS = ("deletion", "insertion", "average_drop", "increase")
CURVES = ("deletion", "insertion")
SANITY_METRICS = ("pearson", "sim", "spearman")
EVALUATION_TABLES = ("metrics", "curves", "sanity")


@dataclass(frozen=True)
class Evaluated:
    """The images of one model that were evaluated.

    Attributes
    ----------
    images, labels : sequence of str, length n
    model : str
    ranked : mapping of method to ndarray of bool, shape (n,)
        Whether a map ranks pixels at all; one that is zero everywhere does not, so it has no curve.
    """

    images: Sequence[str]
    labels: Sequence[str]
    model: str
    ranked: Mapping[str, NDArray[np.bool_]]

    def rows(self, **columns: Any) -> pd.DataFrame:
        """Put columns beside image, label and model.

        Parameters
        ----------
        **columns
            Values, one for all images or one per image.

        Returns
        -------
        pandas.DataFrame
        """
        return pd.DataFrame({"image": self.images, "label": self.labels, "model": self.model, **columns})


def metric_rows(evaluated: Evaluated, answers: Mapping[str, Answers]) -> pd.DataFrame:
    """Score each map of one model.

    Parameters
    ----------
    evaluated : Evaluated
    answers : mapping of method to Answers

    Returns
    -------
    pandas.DataFrame
        Rows of the table `metrics`, metric by metric.
    """
    frames = []
    for method, found in answers.items():
        ranked = evaluated.ranked[method]
        values = {
            "deletion": np.where(ranked, area_under(found.deletion), np.nan),
            "insertion": np.where(ranked, area_under(found.insertion), np.nan),
            "average_drop": confidence_drop(found.original, found.masked),
            "increase": confidence_increase(found.original, found.masked),
        }
        frames += [evaluated.rows(method=method, metric=name, value=values[name]) for name in EVALUATION_METRICS]
    return pd.concat(frames, ignore_index=True).dropna(subset=["value"])[list(TABLE_COLUMNS["metrics"])]


def curve_rows(evaluated: Evaluated, answers: Mapping[str, Answers]) -> pd.DataFrame:
    """Tabulate each point of each curve of one model.

    Parameters
    ----------
    evaluated : Evaluated
    answers : mapping of method to Answers

    Returns
    -------
    pandas.DataFrame
        Rows of the table `curves`, image by image.
    """
    frames = []
    for method, found in answers.items():
        for curve in CURVES:
            probabilities = getattr(found, curve)
            points = probabilities.shape[1]
            rows = evaluated.rows(method=method, curve=curve, substrate=SUBSTRATES[curve], steps=np.int32(points - 1))[
                evaluated.ranked[method]
            ]
            long = rows.loc[rows.index.repeat(points)]
            kept = probabilities[evaluated.ranked[method]]
            frames.append(long.assign(fraction=np.tile(fractions_of(points - 1), len(kept)), probability=kept.ravel()))
    return pd.concat(frames, ignore_index=True)[list(TABLE_COLUMNS["curves"])]


def sanity_rows(evaluated: Evaluated, head: NDArray[np.float64] | None, network: NDArray[np.float64]) -> pd.DataFrame:
    """Tabulate the agreement of maps with maps under a network that has learnt nothing.

    Parameters
    ----------
    evaluated : Evaluated
    head : ndarray of float64, shape (n, len(SANITY_METRICS)), or None
        Grad-CAM under a shuffled head; FEM uses no head, so it has no such rows. None where the network has no
        head of the closed form.
    network : ndarray of float64, shape (n, len(METHODS), len(SANITY_METRICS))
        Under a network all of whose weights are shuffled.

    Returns
    -------
    pandas.DataFrame
        Rows of the table `sanity`; NaN where one of the two maps is zero everywhere.
    """
    found = {("gradcam", "head"): head} if head is not None else {}
    found |= {(method, "network"): network[:, index] for index, method in enumerate(METHODS)}
    frames = [
        evaluated.rows(method=method, check=check, **dict(zip(SANITY_METRICS, values.T, strict=True)))
        for (method, check), values in found.items()
    ]
    return pd.concat(frames, ignore_index=True)[list(TABLE_COLUMNS["sanity"])]


def with_rows_of(
    models: Sequence[str], name: str, table: pd.DataFrame, fresh: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Put what an evaluation found into a table, in place of what an earlier one had found for these models.

    Parameters
    ----------
    models : sequence of str
        All of the store's, in its order.
    name : {"metrics", "curves", "sanity"}
    table : pandas.DataFrame
        As it is; its other rows stay as they are and stand first.
    fresh : mapping of model to pandas.DataFrame

    Returns
    -------
    pandas.DataFrame
    """
    evaluated = evaluation_rows(name, table)
    others = table[~evaluated]
    old = {model: table[evaluated & (table["model"] == model)] for model in models}
    frames = [others, *({**old, **fresh}[model] for model in models)]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True)[list(TABLE_COLUMNS[name])] if filled else table


def evaluation_rows(name: str, table: pd.DataFrame) -> pd.Series:
    """Tell which rows of a table an evaluation put there.

    Parameters
    ----------
    name : {"metrics", "curves", "sanity"}
    table : pandas.DataFrame

    Returns
    -------
    pandas.Series of bool
    """
    return table["metric"].isin(EVALUATION_METRICS) if name == "metrics" else pd.Series(True, index=table.index)
