"""How often a network is right where the mark goes with the label, where there is none, and where it misleads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.shortcuts.twins import CONDITIONS
from explain.statistics.hypothesis_tests import compare_all_paired, holm
from explain.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explain.shortcuts.twins import Twins

RELEVANT = 0.10
"""A change of fewer answers than this share does not matter."""
ALL = "all"


def accuracy_by_condition(predictions: pd.DataFrame, twins: Twins, models: Sequence[str]) -> pd.DataFrame:
    """Count right answers under every condition.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.

    Returns
    -------
    pandas.DataFrame
        model, condition, label (each, and ``all``), right, n, share, low, high (Wilson, 95 %).
    """
    right = predictions.dropna(subset=["right"]).set_index(["model", "image"])["right"].astype(bool)
    labels = np.array(twins.labels)
    rows = []
    for model in models:
        for condition in CONDITIONS:
            answers = right[model].reindex(list(twins.shown_in(condition)))
            for label in (ALL, *dict.fromkeys(twins.labels)):
                part = answers[(labels == label) | (label == ALL)].dropna()
                found = proportion(int(part.sum()), len(part))
                rows.append((model, condition, label, found.successes, found.n, found.share, found.low, found.high))
    return pd.DataFrame(rows, columns=["model", "condition", "label", "right", "n", "share", "low", "high"])


def answers_moved(predictions: pd.DataFrame, twins: Twins, models: Sequence[str]) -> pd.DataFrame:
    """Measure how many answers the mark alone moves to the wearer's label: with it minus without, pair by pair.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.

    Returns
    -------
    pandas.DataFrame
        model, label, n, moved (share of the pairs, net), low, high (sign-flip test turned round, 95 %), p_uncorrected
        and p_holm (one-sided, against no more than `RELEVANT`; corrected over the labels of a model).
    """
    named = predictions.set_index(["model", "image"])["predicted"]
    labels, rows = list(dict.fromkeys(twins.labels)), []
    parts = [twins.of_label(label) for label in labels]
    for model in models:
        pairs = [
            [(named[model].reindex(list(ids)) == twins.wearer).to_numpy(float) for ids in (part.marked, part.plain)]
            for part in parts
        ]
        found = compare_all_paired([(with_mark, without) for with_mark, without in pairs], [RELEVANT] * len(pairs))
        corrected = holm([each.p_more for each in found])
        rows += [
            (model, label, each.n, each.difference, each.low, each.high, each.p_more, float(p))
            for label, each, p in zip(labels, found, corrected, strict=True)
        ]
    return pd.DataFrame(rows, columns=["model", "label", "n", "moved", "low", "high", "p_uncorrected", "p_holm"])
