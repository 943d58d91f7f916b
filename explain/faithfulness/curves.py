"""Scores of faithfulness from probabilities: areas under curves, drop and increase in confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from explain.faithfulness.perturbation import DEFAULT_STEPS, fractions_of, pixel_order, replaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray


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
    For a whole store see :func:`explain.faithfulness.evaluation.evaluate`.

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
    fractions = fractions_of(steps)
    order = pixel_order(saliency, start.shape[0])
    found: list[float] = []
    for first in range(0, steps + 1, batch_size):
        chosen = fractions[first : first + batch_size]
        images = [image.copy() for image in replaced(start, finish, order, chosen)]
        batch = np.stack([images[index % len(images)] for index in range(batch_size)])
        found += list(softmax(predict(batch).astype(np.float64), axis=1)[: len(chosen), target])
    probabilities = np.asarray(found)
    return Curve(fractions, probabilities, float(area_under(probabilities)))


def area_under(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Integrate curves over equal fractions from 0 to 1, by trapezoids.

    Parameters
    ----------
    probabilities : array, shape (..., steps + 1)

    Returns
    -------
    ndarray of float64, shape (...)
        In [0, 1]. Of a deletion small is good, of an insertion large.
    """
    values = np.asarray(probabilities, np.float64)
    return np.asarray(np.trapezoid(values, fractions_of(values.shape[-1] - 1), axis=-1))


def confidence_drop(original: ArrayLike, masked: ArrayLike) -> NDArray[np.float64]:
    r"""Share of the confidence that is lost where only what a map names is left; small is good.

    Parameters
    ----------
    original, masked : array
        Probabilities of the target class, :math:`Y` of the image and :math:`O` of the image times its map.

    Returns
    -------
    ndarray of float64
        :math:`\max(0, Y - O) / Y`, in [0, 1]; 0 where :math:`Y` is 0 and nothing can be lost. The mean over
        images is the published "average drop", which is printed in per cent.

    References
    ----------
    Chattopadhay et al., "Grad-CAM++", WACV 2018, section 4.1.1.
    """
    before, after = np.asarray(original, np.float64), np.asarray(masked, np.float64)
    lost = np.maximum(0, before - after)
    return np.divide(lost, before, out=np.zeros_like(lost), where=before > 0)


def confidence_increase(original: ArrayLike, masked: ArrayLike) -> NDArray[np.float64]:
    r"""Tell where the confidence rises when only what a map names is left; often is good.

    Parameters
    ----------
    original, masked : array
        As for :func:`confidence_drop`.

    Returns
    -------
    ndarray of float64
        1 where :math:`O > Y`, else 0. The mean over images is the published "increase in confidence".

    References
    ----------
    Chattopadhay et al., "Grad-CAM++", WACV 2018, section 4.1.2.
    """
    return (np.asarray(masked) > np.asarray(original)).astype(np.float64)
