"""Eigen-CAM: the direction in which a feature map varies most, without a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigh
from scipy.linalg.blas import sgemm

from explain.explainers.contract import Explainer, Needs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def eigen_cam(activations: ArrayLike) -> NDArray[np.float32]:
    r"""Project each position on the first principal component of its image's positions.

    The rows of X, shape (h * w, c), are one image's positions; centred, :math:`X = U S V^T`, and the projection is
    :math:`X v_1 = s_1 u_1`. It sums to 0 over the image. A principal component has no sign of its own: the map is
    turned so that it goes with the sum of a position's activations, and where that decides nothing, so that its
    largest magnitude is positive. Where the two largest singular values are equal the component is not determined.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        Signed; zero where all positions of an image are alike.

    References
    ----------
    Muhammad and Yeasin, "Eigen-CAM", IJCNN 2020, arXiv 2008.00299. The paper does not speak of centring;
    without it the component is close to the mean activation.

    Examples
    --------
    >>> eigen_cam([[[[0.0, 0.0], [3.0, 4.0]]]]).round(3)  # two positions, 5 apart
    array([[[-2.5,  2.5]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    n, h, w, c = maps.shape
    saliency = np.zeros((n, h * w), np.float32)
    images = maps.reshape(n, h * w, c)
    finite = [bool(np.isfinite(image).all()) for image in images]
    saliency[[not whole for whole in finite]] = np.nan
    prepared = [_centred_gram(image) if whole else None for image, whole in zip(images, finite, strict=True)]
    # All products first, and by SciPy as the eigenvectors are: NumPy's threads, waiting for the next product, would
    # take the processor from SciPy's.
    for index, one in enumerate(prepared):
        if one is not None:
            saliency[index] = _turned(_first_component(one), one.totals) * one.scale
    return saliency.reshape(n, h, w)


@dataclass(frozen=True)
class _Gram:
    """The smaller of an image's two Gram matrices, centred, with what leads back to its positions."""

    matrix: NDArray[np.float32]
    centred: NDArray[np.float32] | None
    totals: NDArray[np.float32]
    scale: np.float32


def _centred_gram(image: NDArray[np.float32]) -> _Gram | None:
    """Multiply an image's positions with each other; None where all positions are alike."""
    # Differences from the first position, so that a constant channel is exactly 0 whatever its mean rounds to.
    positions = image - image[0]
    largest = max(positions.max(), -positions.min())
    if largest == 0:
        return None
    scale = np.ldexp(np.float32(1), np.frexp(largest)[1])  # a power of two: exact, and squares stay in range
    positions /= scale
    totals = positions.sum(axis=1)
    rows, columns = positions.shape
    if columns < rows:
        centred = positions - positions.mean(axis=0)
        return _Gram(centred.T @ centred, centred, totals, scale)
    gram = sgemm(1.0, positions.T, positions.T, trans_a=True)  # positions @ positions.T
    mean = gram.mean(axis=0)
    gram += mean.mean() - mean - mean[:, None]  # what centred positions give
    return _Gram(gram, None, totals, scale)


def _first_component(gram: _Gram) -> NDArray[np.float32]:
    """Give the projection on the first principal component."""
    last = len(gram.matrix) - 1
    values, vectors = eigh(gram.matrix, subset_by_index=[last, last], check_finite=False, driver="evx")
    if gram.centred is not None:
        return gram.centred @ vectors[:, 0]
    return np.sqrt(np.maximum(values[0], 0)) * vectors[:, 0]


def _turned(projection: NDArray[np.float32], totals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a component the sign that a position's total of activations has in it."""
    totals = totals - totals.mean()
    together = projection @ totals
    # Products that cancel but for rounding decide nothing.
    if abs(together) <= 1e-6 * np.linalg.norm(projection) * np.linalg.norm(totals):
        together = projection[np.argmax(np.abs(projection))]
    return projection if together >= 0 else -projection


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return eigen_cam(evidence.activations)


EXPLAINER = Explainer(
    name="eigencam",
    title="Eigen-CAM",
    needs=Needs.ACTIVATIONS,
    maps=_maps,
    targeted=False,
    signed=True,
    formula=r"E = X v_1, \quad X = U S V^\top \text{ the centred } (hw \times c) \text{ feature map}",
    source="Muhammad and Yeasin, IJCNN 2020, arXiv 2008.00299; centred, and turned to be positive where activations "
    "are large",
    says="The strongest contrast within the feature map: positive where activations are large, negative where they "
    "are small, zero on average. It has no target class, so it cannot tell what speaks for a class, and the strongest "
    "contrast need not be what the decision rests on.",
)
