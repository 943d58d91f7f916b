"""Faithfulness of maps: what a network says while the image loses, or regains, its most salient pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from explain.resampling import resample

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

DEFAULT_STEPS = 28


@dataclass(frozen=True)
class Curve:
    """A deletion or insertion curve.

    Attributes
    ----------
    fractions : ndarray, shape (steps + 1,)
        Share of the pixels that are replaced, from 0 to 1.
    probabilities : ndarray, shape (steps + 1,)
        Softmax probability of the target class.
    area : float
        Under the curve, by trapezoids, in [0, 1].
    """

    fractions: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    area: float


def perturbation_curve(
    predict: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    start: NDArray[np.float32],
    finish: NDArray[np.float32],
    saliency: ArrayLike,
    target: int,
    steps: int = DEFAULT_STEPS,
    batch_size: int = 16,
) -> Curve:
    """Replace pixels of one image by those of another, the most salient first, in equal fractions.

    Deletion goes from the image to zeros after preprocessing; insertion from the blurred image to the image.

    Parameters
    ----------
    predict : callable
        Preprocessed images (n, size, size, 3) to logits (n, classes); always called with `batch_size` images.
    start, finish : ndarray of float32, shape (size, size, 3)
        Preprocessed.
    saliency : array, shape (h, w)
        Raw; resampled bilinearly, equal values in reading order.
    target : int
        Index of the class that is watched; RISE takes the one originally predicted.
    steps, batch_size : int

    Returns
    -------
    Curve

    References
    ----------
    Petsiuk et al., "RISE", BMVC 2018, section 4.2.
    """
    size = start.shape[0]
    order = np.argsort(-resample(saliency, (size, size)).ravel(), kind="stable")
    fractions = np.linspace(0, 1, steps + 1)
    counts = np.rint(fractions * order.size).astype(int)
    rank = np.empty(order.size, int)
    rank[order] = np.arange(order.size)
    rank = rank.reshape(size, size, 1)
    found: list[float] = []
    for first in range(0, steps + 1, batch_size):
        chosen = counts[first : first + batch_size]
        batch = np.stack([np.where(rank < count, finish, start) for count in np.resize(chosen, batch_size)])
        found += list(softmax(predict(batch).astype(np.float64), axis=1)[: len(chosen), target])
    probabilities = np.asarray(found)
    return Curve(fractions, probabilities, float(np.trapezoid(probabilities, fractions)))
