"""Grad-CAM: what speaks for a class, by the gradient's mean over each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.steps import CHANNELS_SAID, Step, Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def weighted_sum(activations: ArrayLike, weights: ArrayLike) -> NDArray[np.float32]:
    r"""Sum channels by weight: :math:`\sum_k \alpha_k A_k`, without ReLU.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
    weights : array, shape (c,) or (n, c)
        One per channel, the same for all images or each image's own.

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> weighted_sum(np.ones((1, 1, 1, 2)), [3.0, -1.0])
    array([[[2.]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    if maps.ndim != 4:
        raise ValueError(f"activations have {maps.ndim} axes: expected four, (n, h, w, c)")
    alpha = np.asarray(weights, np.float32)
    n, h, w, c = maps.shape
    if alpha.shape not in ((c,), (n, c)):
        raise ValueError(
            f"weights of shape {alpha.shape} do not fit activations of shape {maps.shape}: "
            f"expected ({c},) or ({n}, {c})"
        )
    column = np.broadcast_to(alpha, (n, c))[:, :, None]
    return (maps.reshape(n, h * w, c) @ column).reshape(n, h, w)


def _weights(evidence: Evidence, classes: Sequence[int]) -> NDArray[np.float32]:
    return evidence.gradients(classes).mean(axis=(1, 2))


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return np.maximum(weighted_sum(evidence.activations, _weights(evidence, classes)), np.float32(0))


EXPLAINER = Explainer(
    name="gradcam",
    title="Grad-CAM",
    needs=Needs.GRADIENTS,
    maps=_maps,
    formula=r"L^c = \mathrm{ReLU}\Big(\sum_k \alpha_k^c A^k\Big), \quad "
    r"\alpha_k^c = \frac1Z \sum_{ij} \frac{\partial y^c}{\partial A^k_{ij}}",
    source="Selvaraju et al., ICCV 2017, equations 1 and 2; arXiv 1610.02391",
    says="What speaks for the class: the score is taken before softmax, ReLU after the sum. Where a network ends in "
    "global average pooling and one dense layer, the weights are exactly the dense layer's, divided by the number of "
    "positions.",
    steps=Steps(
        _weights,
        Step(
            "The channels, and how much each one counts",
            CHANNELS_SAID + " A channel's weight says how much the "
            "score of the class would rise if that channel were a little brighter everywhere. A positive weight "
            "speaks for the class, a negative one against it. Another class weighs the same channels otherwise.",
        ),
        Step(
            "Add them up",
            "Every channel is multiplied by its weight, and all are laid on top of each other: red "
            "places speak for the class, blue ones against it. Add the channels one by one, the strongest first, and "
            "see how few it takes until the sum looks like the finished map.",
        ),
        cut=Step(
            "Cut off what is below zero",
            "The method keeps what speaks for the class and sets everything else to "
            "zero, which its authors call ReLU. So the finished map cannot show evidence against the class; the "
            "number below says how much of it was hidden.",
        ),
    ),
)
