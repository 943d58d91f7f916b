"""Grad-CAM++: Grad-CAM with weights that dampen channels which already contribute much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def grad_cam_pp(activations: ArrayLike, gradients: ArrayLike) -> NDArray[np.float32]:
    r"""Weigh channels by their positive gradients, each divided by what the channel adds.

    The paper takes :math:`Y = \exp(y)` of the score y and a network of piecewise linear layers, so that the second and
    third derivatives of Y are :math:`e^y g^2` and :math:`e^y g^3` with :math:`g = \partial y / \partial A`. Its
    weights then need the first gradient alone:

    .. math::
        \alpha^k_{ij} = \frac{g^2}{2 g^2 + g^3 \sum_{ab} A^k_{ab}} = \frac{1}{2 + g \sum_{ab} A^k_{ab}}, \qquad
        w_k = \sum_{ij} \alpha^k_{ij} \, \mathrm{ReLU}(g)

    The factor :math:`e^y`, one number per image, is left out: it overflows, and no picture shows it. With a linear
    head :math:`g = W_k / Z`, and the weight is :math:`\mathrm{ReLU}(W_k) / (2 + W_k p_k)`, :math:`p_k` the channel's
    mean.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
        The paper's are not negative. Where a channel's sum is negative the denominator can be small or negative; the
        formula is followed there too, and alpha is 0 at its pole.
    gradients : array, shape (n, h, w, c) or (n, 1, 1, c)
        Of the class score, before softmax and before exp.

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    References
    ----------
    Chattopadhay et al., "Grad-CAM++", WACV 2018, equations 7 and 19; arXiv 1710.11063.

    Examples
    --------
    >>> grad_cam_pp([[[[1.0], [3.0]]]], [[[[0.5]]]])  # W = 1, p = 2: the weight is 1 / (2 + 2)
    array([[[0.25, 0.75]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    gradient = np.asarray(gradients, np.float32)
    totals = maps.sum(axis=(1, 2), keepdims=True)
    denominator = 2 + gradient * totals
    favourable = np.maximum(gradient, 0)
    terms = np.divide(favourable, denominator, out=np.zeros_like(denominator), where=denominator != 0)
    alike = maps[0, ..., 0].size // gradient[0, ..., 0].size  # positions that share one gradient
    return np.maximum(weighted_sum(maps, terms.sum(axis=(1, 2)) * np.float32(alike)), 0)


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return grad_cam_pp(evidence.activations, evidence.gradients(classes))


EXPLAINER = Explainer(
    name="gradcampp",
    title="Grad-CAM++",
    needs=Needs.GRADIENTS,
    maps=_maps,
    formula=r"L^c = \mathrm{ReLU}\Big(\sum_k w_k^c A^k\Big), \quad "
    r"w_k^c = \sum_{ij} \frac{\mathrm{ReLU}(g^k_{ij})}{2 + g^k_{ij} \sum_{ab} A^k_{ab}}, \quad "
    r"g^k_{ij} = \frac{\partial y^c}{\partial A^k_{ij}}",
    source="Chattopadhay et al., WACV 2018, equations 7 and 19, for exp of the score and without that constant "
    "factor; arXiv 1710.11063",
    says="What speaks for the class, with channels that already contribute much held back, so that several objects of "
    "a class show alike. Channels that speak against the class are left out, so the map cannot show what they would "
    "take away. The weights follow from taking exp of the score, a choice of the paper.",
)
