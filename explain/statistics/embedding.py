"""A map of the images: the plane on which images lie near each other when a network finds them alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord


_ROWS = 4096
"""Images whose features are centred at a time."""
_MANY_TIMES = 8
"""Of how many times as many images as channels the channels' products say as much as the features themselves."""


def embedding_table(records: Sequence[ImageRecord], ok: NDArray[np.bool_], pooled: Mapping[str, Any]) -> pd.DataFrame:
    """Map images to the plane by the first two principal components of each model's pooled features.

    Parameters
    ----------
    pooled : mapping of str to array, shape (n, c)
        Read one after the other, so that arrays on disk may be given.

    Returns
    -------
    pandas.DataFrame
        Columns image, label, model, x, y, and x_share and y_share, how much of the features' variance lies along
        either component, the same for all images of a model. A component's sign is fixed by making its largest
        loading positive.
    """
    rows = np.flatnonzero(ok).tolist()
    frames = []
    for model, features in pooled.items():
        points, shares = principal_components(np.asarray(features[:])[rows])
        frames.append(
            pd.DataFrame(
                {
                    "image": [records[row].image for row in rows],
                    "label": [records[row].label for row in rows],
                    "model": model,
                    "x": points[:, 0],
                    "y": points[:, 1],
                    "x_share": shares[0],
                    "y_share": shares[1],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)[list(TABLE_COLUMNS["embedding"])]


def principal_components(features: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project features onto their first two principal components.

    Parameters
    ----------
    features : array, shape (n, c)

    Returns
    -------
    points : ndarray of float64, shape (n, 2)
        Zeros where there are fewer components.
    shares : ndarray of float64, shape (2,)
        Of the variance of all features, from 0 to 1; NaN where nothing varies.
    """
    points, shares = np.zeros((len(features), 2)), np.full(2, np.nan)
    if min(features.shape) == 0:
        return points, shares
    mean = features.mean(axis=0, dtype=np.float64)
    squares, directions = _components(features, mean)
    variances = np.zeros(max(2, len(squares)))
    variances[: len(squares)] = squares
    if variances.sum() > 0:
        shares = variances[:2] / variances.sum()
    loadings = directions[:2].T
    signs = np.sign(loadings[np.abs(loadings).argmax(axis=0), np.arange(loadings.shape[1])])
    loadings = loadings * np.where(signs == 0, 1, signs)
    for first in range(0, len(features), _ROWS):
        rows = slice(first, first + _ROWS)
        points[rows, : loadings.shape[1]] = (features[rows] - mean) @ loadings
    return points, shares


def _components(features: NDArray[Any], mean: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the sums of squares along all components, by falling size, and their directions, one below the other."""
    count, channels = features.shape
    if count <= _MANY_TIMES * channels:
        _, lengths, directions = np.linalg.svd(features - mean, full_matrices=False)
        return lengths**2, directions
    products = np.zeros((channels, channels))  # of many images: from the channels' products, some images at a time
    for first in range(0, count, _ROWS):
        centred = features[first : first + _ROWS] - mean
        products += centred.T @ centred
    squares, directions = np.linalg.eigh(products)
    return np.maximum(squares[::-1], 0), directions.T[::-1]
