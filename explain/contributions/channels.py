"""What a network's channels pay for a class over a dataset, and which channels of two networks go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from explain.models.head import Head


def payments(pooled: ArrayLike, head: Head, target: int) -> NDArray[np.float64]:
    """Give what every channel of every image pays for a class; with the bias, an image's row sums to its logit.

    Parameters
    ----------
    pooled : array, shape (n, c)
        Activations averaged over space.

    Returns
    -------
    ndarray of float64, shape (n, c)

    Examples
    --------
    >>> from explain.models.head import Head
    >>> payments([[1.0, 2.0]], Head(np.array([[3.0], [-1.0]], np.float32), np.zeros(1, np.float32)), 0)
    array([[ 3., -2.]])
    """
    return np.asarray(pooled, np.float64) * head.kernel[:, target].astype(np.float64)


def correlations(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Correlate every column of one table with every column of another, over the same images.

    Parameters
    ----------
    first, second : array, shape (n, c) and (n, c')
        Pooled channels of two networks.

    Returns
    -------
    ndarray of float64, shape (c, c')
        Pearson's; NaN where a channel is the same for all images.

    Examples
    --------
    >>> correlations([[0.0], [1.0], [2.0]], [[2.0, 5.0], [1.0, 5.0], [0.0, 5.0]])
    array([[-1., nan]])
    """
    (a, far), (b, wide) = _centred(first), _centred(second)
    lengths = np.outer(far, wide)
    return np.divide(a.T @ b, lengths, out=np.full(lengths.shape, np.nan), where=lengths > 0)


def _centred(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.asarray(values, np.float64)
    centred = table - table.mean(axis=0)
    centred[:, np.ptp(table, axis=0) == 0] = 0  # a constant's mean may miss it by one rounding step
    return centred, np.sqrt((centred**2).sum(axis=0))


def fires_on(channel: ArrayLike, coverage: ArrayLike) -> NDArray[np.float64]:
    """Tell which share of a channel's activation lies on a region, image by image.

    Parameters
    ----------
    channel : array, shape (n, h, w)
        Not negative; what is below zero counts as zero.
    coverage : array, shape (n, h, w)
        Share of each place that the region covers.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where the channel is silent.
    """
    values = np.maximum(np.asarray(channel, np.float64), 0)
    total = values.sum(axis=(1, 2))
    inside = (values * np.asarray(coverage, np.float64)).sum(axis=(1, 2))
    return np.divide(inside, total, out=np.full(len(total), np.nan), where=total > 0)
