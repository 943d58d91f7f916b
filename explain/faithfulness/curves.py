"""One image's deletion or insertion curve, asked of a network directly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from explain.faithfulness.perturbation import DEFAULT_STEPS, pixel_order, replaced
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.response import area_under, fractions_of

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
    alignment: Alignment = CENTRED,
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
    alignment : Alignment
        Where the map's cells lie on the image.

    References
    ----------
    Petsiuk et al., "RISE", BMVC 2018, section 4.2.
    """
    fractions = fractions_of(steps)
    order = pixel_order(saliency, (start.shape[0], start.shape[1]), alignment)
    found: list[float] = []
    for first in range(0, steps + 1, batch_size):
        chosen = fractions[first : first + batch_size]
        images = [image.copy() for image in replaced(start, finish, order, chosen)]
        batch = np.stack([images[index % len(images)] for index in range(batch_size)])
        found += list(softmax(predict(batch).astype(np.float64), axis=1)[: len(chosen), target])
    probabilities = np.asarray(found)
    return Curve(fractions, probabilities, float(area_under(probabilities)))
