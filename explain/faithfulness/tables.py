"""From probabilities and agreements to the rows of tables, and how those rows stay through a later build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.faithfulness.perturbation import SUBSTRATES
from explain.measures.measuring import measure_repeats, measure_responses
from explain.measures.registry import EVALUATION_METRICS
from explain.measures.response import Responses, fractions_of
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.faithfulness.perturbed_inputs import Answers
    from explain.store.selection import MapKey

CURVES = ("deletion", "insertion")
SANITY_METRICS = ("pearson", "sim", "spearman", "ssim")
CHANGED = "image a little changed"
"""The check that shuffles nothing: the image is mirrored, cut or given noise, and no map is surer of itself than so."""

EVALUATION_TABLES = ("metrics", "curves", "sanity", "certainty")


@dataclass(frozen=True)
class Evaluated:
    """The images of one model and one method that were evaluated.

    Attributes
    ----------
    images, labels : sequence of str, length n
    model, method : str
    ranked : ndarray of bool, shape (n,)
        Whether a map ranks pixels at all; one that is zero everywhere does not, so it has no curve.
    """

    images: Sequence[str]
    labels: Sequence[str]
    model: str
    method: str
    ranked: NDArray[np.bool_]

    def rows(self, **columns: Any) -> pd.DataFrame:
        """Put columns beside image, label, model and method.

        Parameters
        ----------
        **columns
            Values, one for all images or one per image.
        """
        return pd.DataFrame(
            {"image": self.images, "label": self.labels, "model": self.model, "method": self.method, **columns}
        )


def metric_rows(evaluated: Evaluated, answers: Answers, likeness: NDArray[np.float64]) -> pd.DataFrame:
    """Score each map of one model and method.

    Parameters
    ----------
    likeness : ndarray of float64, shape (n,)
        Of each map and those of its image a little changed, the mean of Pearson's correlations.

    Returns
    -------
    pandas.DataFrame
        Rows of the table `metrics`, metric by metric.
    """
    responses = Responses(answers.original, answers.masked, answers.deletion, answers.insertion, evaluated.ranked)
    values = measure_responses(responses) | measure_repeats(likeness)
    frames = [evaluated.rows(metric=name, value=value) for name, value in values.items()]
    return pd.concat(frames, ignore_index=True).dropna(subset=["value"])[list(TABLE_COLUMNS["metrics"])]


def curve_rows(evaluated: Evaluated, answers: Answers) -> pd.DataFrame:
    """Tabulate each point of each curve of one model and method.

    Returns
    -------
    pandas.DataFrame
        Rows of the table `curves`, image by image.
    """
    frames = []
    for curve in CURVES:
        probabilities = getattr(answers, curve)
        points = probabilities.shape[1]
        rows = evaluated.rows(curve=curve, substrate=SUBSTRATES[curve], steps=np.int32(points - 1))[evaluated.ranked]
        long = rows.loc[rows.index.repeat(points)]
        kept = probabilities[evaluated.ranked]
        frames.append(long.assign(fraction=np.tile(fractions_of(points - 1), len(kept)), probability=kept.ravel()))
    return pd.concat(frames, ignore_index=True)[list(TABLE_COLUMNS["curves"])]


def sanity_rows(evaluated: Evaluated, checks: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Tabulate the agreement of maps with maps under a network without what it has learnt, or with another image's.

    Parameters
    ----------
    checks : mapping of str to ndarray of float64, shape (n, len(SANITY_METRICS))
        By what was shuffled, or whose the other map is.

    Returns
    -------
    pandas.DataFrame
        Rows of the table `sanity`; NaN where one of the two maps is zero everywhere.
    """
    frames = [
        evaluated.rows(check=check, **dict(zip(SANITY_METRICS, values.T, strict=True)))
        for check, values in checks.items()
    ]
    return pd.concat(frames, ignore_index=True)[list(TABLE_COLUMNS["sanity"])]


def with_rows_of(
    keys: Sequence[MapKey], name: str, table: pd.DataFrame, fresh: Mapping[MapKey, pd.DataFrame]
) -> pd.DataFrame:
    """Put what an evaluation found into a table, in place of what an earlier one had found for the same maps.

    Parameters
    ----------
    keys : sequence of (model, method)
        All of the store's, in its order; rows of others go.
    name : str
        One of :data:`EVALUATION_TABLES`.
    table : pandas.DataFrame
        As it is; its other rows stay as they are and stand first.
    """
    evaluated = evaluation_rows(name, table)
    others = table[~evaluated]
    old = {
        (model, method): table[evaluated & (table["model"] == model) & (table["method"] == method)]
        for model, method in keys
    }
    frames = [others, *({**old, **fresh}[key] for key in keys)]
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return table
    return pd.concat(filled, ignore_index=True).reindex(columns=list(TABLE_COLUMNS[name]))  # older ones had fewer


def evaluation_rows(name: str, table: pd.DataFrame) -> pd.Series:
    """Tell which rows of a table an evaluation put there.

    Parameters
    ----------
    name : str
        One of :data:`EVALUATION_TABLES`.
    """
    return table["metric"].isin(EVALUATION_METRICS) if name == "metrics" else pd.Series(True, index=table.index)
