"""Grad-CAM and FEM as pure functions of a network's activations.

Both give raw maps at feature resolution: normalisation and upsampling belong to whoever shows or measures
them (:mod:`explain.resampling`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DEFAULT_K = 2.0
"""The threshold of FEM in standard deviations (Fuad et al., 2020)."""

METHODS = ("gradcam", "fem")
"""Names of the methods, as they stand in tables, links and on the command line."""

METHOD_TITLES = {"gradcam": "Grad-CAM", "fem": "FEM"}


@dataclass(frozen=True)
class Head:
    """The dense layer that follows global average pooling.

    Attributes
    ----------
    kernel : ndarray of float32, shape (c, classes)
        Weights from pooled channel to logit.
    bias : ndarray of float32, shape (classes,)
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def grad_cam(activations: ArrayLike, class_weights: ArrayLike) -> NDArray[np.float32]:
    r"""Grad-CAM in closed form, for networks that end in *global average pooling -> dense*.

    With the class score taken before softmax, :math:`y_c = \sum_k W_{kc} \frac1Z \sum_{ij} A^k_{ij} + b_c`,
    the gradient is the same at every position, so Grad-CAM's weights are :math:`\alpha_k = W_{kc} / Z`
    exactly, and no backward pass is needed.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
        Output of the last activation before pooling.
    class_weights : array, shape (c,) or (n, c)
        The head's column :math:`W_{\cdot c}` of the target class, one for all images or one per image.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        :math:`\mathrm{ReLU}(\sum_k \alpha_k A_k)`, not normalised; all zero where no position speaks for the class.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    References
    ----------
    Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2. Zhou et al., CVPR 2016, for the closed form.
    """
    maps = _batch(activations)
    positions = maps.shape[1] * maps.shape[2]
    weights = np.asarray(class_weights, np.float32)
    return weighted_sum(maps, weights / np.float32(positions))


def weighted_sum(activations: ArrayLike, alpha: ArrayLike) -> NDArray[np.float32]:
    r"""Grad-CAM's map from its weights: :math:`\mathrm{ReLU}(\sum_k \alpha_k A_k)`, ReLU after the sum.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
    alpha : array, shape (c,) or (n, c)
        The spatial mean of the gradient of the class score, :math:`\alpha_k`.

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    References
    ----------
    Selvaraju et al., ICCV 2017, equation 2.
    """
    maps = _batch(activations)
    weights = np.asarray(alpha, np.float32)
    n, h, w, c = maps.shape
    if weights.shape not in ((c,), (n, c)):
        raise ValueError(
            f"weights of shape {weights.shape} do not fit activations of shape {maps.shape}: "
            f"expected ({c},) or ({n}, {c})"
        )
    column = np.broadcast_to(weights, (n, c))[:, :, None]
    summed = maps.reshape(n, h * w, c) @ column
    return np.maximum(summed.reshape(n, h, w), np.float32(0))


def fem(activations: ArrayLike, k: float = DEFAULT_K) -> NDArray[np.float32]:
    r"""Feature-based Explanation Method: where channels fire unusually strongly, weighed by their mean.

    Per image and channel, over the positions of the map: mean :math:`\mu_k` and population standard deviation
    :math:`\sigma_k`; binary map :math:`B_k = [A_k > \mu_k + K \sigma_k]` (strict); the result is
    :math:`\sum_k \mu_k B_k`. There is no target class. By Cantelli's inequality at most
    :math:`1 / (1 + K^2)` of a channel's positions can pass.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
        Output of the last activation before pooling.
    k : float, default 2
        K, in standard deviations; 0 or larger.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        Not normalised; all zero where nothing passes.

    Raises
    ------
    ValueError
        If `activations` has not four axes, or `k` is negative or not finite.

    References
    ----------
    Fuad et al., "Features Understanding in 3D CNNs for Actions Recognition in Video", IPTA 2020,
    doi 10.1109/IPTA50016.2020.9286629.
    """
    if not (np.isfinite(k) and k >= 0):
        raise ValueError(f"k is {k}: expected a finite number, 0 or larger")
    maps = _batch(activations)
    n, h, w, c = maps.shape
    positions = maps.reshape(n, h * w, c)
    saliency = np.empty((n, h * w), np.float32)
    for index, image in enumerate(positions):  # one image at a time stays in the processor's cache
        mean = image.mean(axis=0)
        deviation = image.std(axis=0)
        passes = image > mean + np.float32(k) * deviation
        # A constant channel has sigma = 0 and nothing strictly above its mean; its computed mean may miss the
        # constant by one rounding step, which must not make the whole channel pass.
        passes &= image.max(axis=0) > image.min(axis=0)
        saliency[index] = passes @ mean
    return saliency.reshape(n, h, w)


def _batch(activations: ArrayLike) -> NDArray[np.float32]:
    maps = np.asarray(activations, np.float32)
    if maps.ndim != 4:
        raise ValueError(f"activations have {maps.ndim} axes: expected four, (n, h, w, c)")
    return maps
