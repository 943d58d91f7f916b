"""What the maps of one image differ by: the classifier, the explainer, or the two together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.statistics.hypothesis_tests import bootstrap_intervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COMPONENTS = ("classifier", "explainer", "interaction")
_PAIR = ["model_a", "method_a", "model_b", "method_b"]


def shares_of_variance(agreement: pd.DataFrame, models: Sequence[str], methods: Sequence[str]) -> pd.DataFrame:
    r"""Decompose the variance among each image's maps exactly.

    Each map :math:`z_{mk}` of classifier m by explainer k is standardised over the common grid: mean 0, length 1. The
    squared distances of all maps from their mean, summed, are those of the classifiers' means (over explainers), plus
    those of the explainers' means (over classifiers), plus what neither explains: the two-way analysis of variance
    with one value per cell, cell by cell of the grid and summed. All of it follows from the inner products
    :math:`z_a \cdot z_b`, which are Pearson's correlations, so no map is read.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table.
    models, methods : sequence of str
        Two or more of each; every map must be there.

    Returns
    -------
    pandas.DataFrame
        image, label, classifier, explainer, interaction: shares, which sum to 1. Images of which a correlation is
        missing, or whose maps are all alike, are left out; empty where a pair of maps was never compared.

    References
    ----------
    Fisher, "Statistical Methods for Research Workers", 1925; Scheffé, "The Analysis of Variance", 1959.
    """
    columns = ["image", "label", *COMPONENTS]
    keys = [(model, method) for model in models for method in methods]
    if min(len(models), len(methods)) < 2:
        return pd.DataFrame(columns=columns)
    place = {key: number for number, key in enumerate(keys)}
    row, images = agreement["image"].factorize()
    labels = agreement["label"].to_numpy(object)[np.unique(row, return_index=True)[1]]
    pearson = agreement["pearson"].to_numpy(np.float64)
    products = np.full((len(images), len(keys), len(keys)), np.nan)
    products[:, range(len(keys)), range(len(keys))] = 1
    for pair, rows in agreement.groupby(_PAIR, sort=False).indices.items():
        a, b = place.get(pair[:2]), place.get(pair[2:])
        if a is not None and b is not None:
            products[row[rows], a, b] = products[row[rows], b, a] = pearson[rows]
    parts = _sums_of_squares(products.reshape(-1, *2 * (len(models), len(methods))))
    whole = parts.sum(axis=1)
    known = whole > 1e-9  # not where a product is missing
    shares = pd.DataFrame(parts[known] / whole[known, None], columns=list(COMPONENTS))
    shares.insert(0, "image", images[known])
    shares.insert(1, "label", labels[known])
    return shares


def _sums_of_squares(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the sums of squares of models, methods and both; products of shape (n, m, k, m, k), result (n, 3)."""
    models, methods = products.shape[1:3]
    single = np.einsum("nmkmk->n", products)
    # Squared lengths of means, summed: of the explainers' maps per model, the models' per explainer, and of all.
    of_models = np.einsum("nmkml->n", products) / methods
    of_methods = np.einsum("nmklk->n", products) / models
    of_all = np.einsum("nmklj->n", products) / (models * methods)
    first, second = of_models - of_all, of_methods - of_all
    return np.maximum(np.stack([first, second, single - of_all - first - second], axis=1), 0)


def decomposition_table(shares: pd.DataFrame) -> pd.DataFrame:
    """Average shares over the images.

    Returns
    -------
    pandas.DataFrame
        component, n, mean, low, high (bootstrap interval, 95 %).
    """
    values = [shares[name].to_numpy(float) for name in COMPONENTS]
    rows = [
        (name, len(each), each.mean() if len(each) else np.nan, *interval)
        for name, each, interval in zip(COMPONENTS, values, bootstrap_intervals(values), strict=True)
    ]
    return pd.DataFrame(rows, columns=["component", "n", "mean", "low", "high"])
