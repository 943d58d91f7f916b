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


def embedding_table(records: Sequence[ImageRecord], ok: NDArray[np.bool_], pooled: Mapping[str, Any]) -> pd.DataFrame:
    """Map images to the plane by the first two principal components of each model's pooled features.

    Parameters
    ----------
    pooled : mapping of str to array, shape (n, c)

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
        points, shares = principal_components(np.asarray(features)[rows])
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
    centred = np.asarray(features, np.float64)
    centred = centred - centred.mean(axis=0) if len(centred) else centred
    points, shares = np.zeros((len(centred), 2)), np.full(2, np.nan)
    if min(centred.shape) == 0:
        return points, shares
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    variances = np.zeros(max(2, len(lengths)))
    variances[: len(lengths)] = lengths**2
    if variances.sum() > 0:
        shares = variances[:2] / variances.sum()
    loadings = directions[:2].T
    signs = np.sign(loadings[np.abs(loadings).argmax(axis=0), np.arange(loadings.shape[1])])
    points[:, : loadings.shape[1]] = centred @ (loadings * np.where(signs == 0, 1, signs))
    return points, shares
