"""XGrad-CAM: Grad-CAM with the gradient's mean weighed by the activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def x_grad_cam(activations: ArrayLike, gradients: ArrayLike) -> NDArray[np.float32]:
    r"""Weigh each channel by its gradient's mean, where places count by the channel's share that they hold.

    :math:`w_k = \sum_{ij} g^k_{ij} A^k_{ij} / \sum_{ab} A^k_{ab}`. Shares sum to 1, so one gradient for all places of a
    channel is its own mean, and the map is Grad-CAM's.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
        The paper's are not negative. Where a channel's values cancel, shares are large; where they cancel exactly,
        or are all zero, its weight is 0.
    gradients : array, shape (n, h, w, c) or (n, 1, 1, c)

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    References
    ----------
    Fu et al., "Axiom-based Grad-CAM", BMVC 2020; arXiv 2008.02312.

    Examples
    --------
    >>> x_grad_cam([[[[1.0], [3.0]]]], [[[[8.0], [0.0]]]])  # the weight is 8 * 1/4
    array([[[2., 6.]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    gradient = np.asarray(gradients, np.float32)
    if gradient.shape[1:3] == (1, 1):
        weights = gradient[:, 0, 0]
    else:
        totals = maps.sum(axis=(1, 2))
        weighed = np.einsum("nhwc,nhwc->nc", maps, gradient)
        weights = np.divide(weighed, totals, out=np.zeros_like(totals), where=totals != 0)
    return np.maximum(weighted_sum(maps, weights), 0)


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return x_grad_cam(evidence.activations, evidence.gradients(classes))


EXPLAINER = Explainer(
    name="xgradcam",
    title="XGrad-CAM",
    needs=Needs.GRADIENTS,
    maps=_maps,
    same_as="gradcam",
    formula=r"L^c = \mathrm{ReLU}\Big(\sum_k w_k^c A^k\Big), \quad "
    r"w_k^c = \sum_{ij} \frac{A^k_{ij}}{\sum_{ab} A^k_{ab}} \frac{\partial y^c}{\partial A^k_{ij}}",
    source="Fu et al., BMVC 2020; arXiv 2008.02312",
    says="What speaks for the class, with gradients counted where a channel is active. Where a network ends in global "
    "average pooling and one dense layer all places of a channel have one gradient, and the map is Grad-CAM's.",
)
