"""What a network's answers say of a map when pixels are taken away or come back in the map's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Responses:
    """Probabilities of each image's target class, as a map changes what the network sees.

    Attributes
    ----------
    original, masked : ndarray of float64, shape (n,)
        Of the image, and of the image times its map.
    deletion, insertion : ndarray of float64, shape (n, steps + 1)
        While the most salient pixels are taken away, and while they come back.
    ranked : ndarray of bool, shape (n,)
        Whether the map ranks pixels at all; one that is zero everywhere does not, so it has no curve.
    """

    original: NDArray[np.float64]
    masked: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]
    ranked: NDArray[np.bool_]


def deletion(responses: Responses) -> NDArray[np.float64]:
    """Area under each deletion curve; NaN where the map ranks nothing."""
    return np.where(responses.ranked, area_under(responses.deletion), np.nan)


def insertion(responses: Responses) -> NDArray[np.float64]:
    """Area under each insertion curve; NaN where the map ranks nothing."""
    return np.where(responses.ranked, area_under(responses.insertion), np.nan)


def average_drop(responses: Responses) -> NDArray[np.float64]:
    """Each image's :func:`confidence_drop`."""
    return confidence_drop(responses.original, responses.masked)


def increase(responses: Responses) -> NDArray[np.float64]:
    """Each image's :func:`confidence_increase`."""
    return confidence_increase(responses.original, responses.masked)


def fractions_of(steps: int) -> NDArray[np.float64]:
    """Give the shares of the pixels that are replaced, which do not depend on the image's size.

    Parameters
    ----------
    steps : int
        1 or larger.

    Returns
    -------
    ndarray of float64, shape (steps + 1,)
        From 0 to 1.

    Raises
    ------
    ValueError
        If there is no step.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}: expected 1 or more")
    return np.linspace(0, 1, steps + 1)


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
