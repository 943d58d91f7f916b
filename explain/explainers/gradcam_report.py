"""Grad-CAM as the reference report computed it: ReLU on each channel, then the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def grad_cam_report(activations: ArrayLike, gradients: ArrayLike) -> NDArray[np.float32]:
    r"""Sum what is left of each weighted channel after ReLU: :math:`\sum_k \mathrm{ReLU}(\alpha_k A_k)`.

    The weights are Grad-CAM's. What a channel says against the class cannot cancel what another says for it, so the
    map is nowhere below Grad-CAM's. The report's code divides by the number of channels as well; that constant is
    left out, so that values stay in Grad-CAM's unit, shares of the score.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
    gradients : array, shape (n, h, w, c) or (n, 1, 1, c)
        Of the class score at the activations.

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    Examples
    --------
    >>> grad_cam_report([[[[1.0, 2.0]]]], [[[[1.0, -1.0]]]])  # Grad-CAM is ReLU(1 - 2) = 0 here
    array([[[1.]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    alpha = np.asarray(gradients, np.float32).mean(axis=(1, 2))
    if not maps.min() < 0:
        return weighted_sum(maps, np.maximum(alpha, 0))
    # A positive term has two positive factors or two negative ones.
    positive = weighted_sum(np.maximum(maps, 0), np.maximum(alpha, 0))
    return positive + weighted_sum(np.maximum(-maps, 0), np.maximum(-alpha, 0))


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return grad_cam_report(evidence.activations, evidence.gradients(classes))


EXPLAINER = Explainer(
    name="gradcam_report",
    title="Grad-CAM as in the report",
    needs=Needs.GRADIENTS,
    maps=_maps,
    formula=r"L^c = \sum_k \mathrm{ReLU}\big(\alpha_k^c A^k\big), \quad "
    r"\alpha_k^c = \frac1Z \sum_{ij} \frac{\partial y^c}{\partial A^k_{ij}}",
    source="The reference report's own code, up to the constant factor 1 / (number of channels); the weights are of "
    "Selvaraju et al., ICCV 2017, equation 1",
    says="What speaks for the class, channel by channel, without what speaks against it: ReLU comes before the sum, so "
    "nothing cancels. The map is wider than Grad-CAM's and cannot show that a place counts against the class. Where a "
    "network ends in global average pooling and one dense layer and no activation is negative, it is LayerCAM's map.",
)
