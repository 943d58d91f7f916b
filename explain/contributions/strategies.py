"""In how many ways a network comes to a class: principal components of what its channels pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.errors import ExplainError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SPLITS, SEED = 20, 0
_NEXT_TO_NOTHING = 1e-10
"""Of the largest variance; below it, directions are rounding errors'."""


@dataclass(frozen=True)
class Strategies:
    r"""Components of one class's payments, by falling share.

    Attributes
    ----------
    weights : ndarray of float64, shape (c,)
        The class's, of the head.
    mean : ndarray of float64, shape (c,)
        What channels pay on average.
    directions : ndarray of float64, shape (m, c)
        Orthonormal; each has a sum that is not negative, so that more of a component is more of the logit.
    shares : ndarray of float64, shape (m,)
        Of the variance of the logit over the images that the components were found on; they sum to 1.
    """

    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    shares: NDArray[np.float64]

    def pays(self, pooled: ArrayLike) -> NDArray[np.float64]:
        r"""Give what each component adds to an image's logit, beyond the mean image's.

        Parameters
        ----------
        pooled : array, shape (n, c)

        Returns
        -------
        ndarray of float64, shape (n, m)
            :math:`\alpha_l = \langle 1, v_l \rangle \langle w \odot (p - \bar p), v_l \rangle`. Over all components, of
            an image that they were found on: its logit less the mean logit.

        References
        ----------
        Neuhaus et al., "Spurious Features Everywhere", ICCV 2023, equation 3.
        """
        paid = np.asarray(pooled, np.float64) * self.weights - self.mean
        return (paid @ self.directions.T) * self.directions.sum(axis=1)

    def maps(self, activations: ArrayLike, component: int) -> NDArray[np.float64]:
        """Give where a component pays, on any images.

        Parameters
        ----------
        activations : array, shape (n, h, w, c)

        Returns
        -------
        ndarray of float64, shape (n, h, w)
            Signed. A map's sum less :meth:`baseline` is what :meth:`pays` says of the image.
        """
        values = np.asarray(activations)
        direction = self.directions[component]
        weights = direction * self.weights * direction.sum() / (values.shape[1] * values.shape[2])
        return np.asarray(values @ weights.astype(np.result_type(values, np.float32)), np.float64)

    def baseline(self, component: int) -> float:
        """Give what a component pays in the mean image."""
        direction = self.directions[component]
        return float(self.mean @ direction * direction.sum())


def strategies(pooled: ArrayLike, weights: ArrayLike) -> Strategies:
    r"""Find the components of :math:`w_c \odot p` over the images of a class: neural PCA.

    Parameters
    ----------
    pooled : array, shape (n, c)
        Of the images of one class.
    weights : array, shape (c,)
        Of that class, from the head.

    Raises
    ------
    ExplainError
        If there are fewer than three images, or their logits do not differ.

    References
    ----------
    Neuhaus et al., "Spurious Features Everywhere - Large-Scale Detection of Harmful Spurious Features in ImageNet",
    ICCV 2023, section 4.

    Examples
    --------
    The class's logit differs by its first channel alone, so one strategy has all of it.

    >>> strategies([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]], [2.0, 1.0]).shares.round(6) + 0.0
    array([1., 0.])
    """
    weight = np.asarray(weights, np.float64)
    paid = np.asarray(pooled, np.float64) * weight
    if len(paid) < 3:
        raise ExplainError(f"There are {len(paid)} images of the class; strategies are looked for in three or more.")
    mean = paid.mean(axis=0)
    directions = _directions(paid - mean)
    varies = (((paid - mean) @ directions.T) * directions.sum(axis=1)).var(axis=0)
    if not varies.sum() > 0:
        raise ExplainError("The images of the class all have the same score, so there is nothing to tell apart.")
    shares = varies / varies.sum()
    order = np.argsort(-shares, kind="stable")
    return Strategies(weight, mean, directions[order], shares[order])


def _directions(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    loadings = np.linalg.svd(centred, full_matrices=False)[2][: len(centred) - 1]
    return loadings * np.where(loadings.sum(axis=1) < 0, -1.0, 1.0)[:, None]


def _strongest(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the directions along which there is any variance to speak of, from the smaller table of products."""
    tall = centred.shape[0] > centred.shape[1]
    squares, vectors = np.linalg.eigh(centred.T @ centred if tall else centred @ centred.T)
    kept = squares > _NEXT_TO_NOTHING * max(squares[-1], 0.0)
    directions = (vectors if tall else centred.T @ vectors / np.sqrt(np.maximum(squares, 1e-300))).T[kept][::-1]
    return directions * np.where(directions.sum(axis=1) < 0, -1.0, 1.0)[:, None]


def stability(
    pooled: ArrayLike, found: Strategies, count: int, *, splits: int = SPLITS, seed: int = SEED
) -> NDArray[np.float64]:
    """Tell how far the strongest components come back when half of the images is looked at, and the other half.

    The images are split at random; in each half components are found anew, and those of the halves that are most like
    a component of all images (one to one) are compared.

    Parameters
    ----------
    pooled : array, shape (n, c)
        What `found` was found on.
    count : int
        How many components.

    Returns
    -------
    ndarray of float64, shape (count,)
        Mean cosine between the halves, in [0, 1]; NaN where there are fewer than six images.
    """
    from scipy.optimize import linear_sum_assignment

    paid = np.asarray(pooled, np.float64) * found.weights
    count = min(count, len(found.directions))
    if len(paid) < 6:
        return np.full(count, np.nan)
    # the directions span all that the images differ by: in their coordinates, cosines are the same and channels few
    paid = (paid - found.mean) @ found.directions.T
    rng, cosines = np.random.default_rng(seed), np.empty((splits, count))
    for split in range(splits):
        order = rng.permutation(len(paid))
        sides = []
        for half in (order[: len(order) // 2], order[len(order) // 2 :]):
            directions = _strongest(paid[half] - paid[half].mean(axis=0))
            alike = np.abs(directions[:, :count].T)
            rows, columns = linear_sum_assignment(-alike)
            side = np.zeros((count, paid.shape[1]))
            side[rows] = directions[columns]
            sides.append(side)
        cosines[split] = np.abs((sides[0] * sides[1]).sum(axis=1))
    return cosines.mean(axis=0)
