"""Ablation-CAM: channels weighed by how far the class score falls without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def ablation_cam(activations: ArrayLike, gradients: ArrayLike, scores: ArrayLike) -> NDArray[np.float32]:
    r"""Weigh each channel by the share of the score that goes when the channel is set to zero.

    :math:`w_k = (y - y_k) / y`. With a linear head :math:`y - y_k = \sum_{ij} g_k A^k_{ij}`, exactly, so that no pass
    is needed; the weights sum to :math:`(y - b) / y`, b the bias.

    The paper's formula divides by the score itself, which a logit's sign does not bear well. Where y is negative every
    weight changes its sign: channels that hold the score up get negative weights, and the map shows what speaks
    *against* the class. Near 0 weights grow without bound, though the picture, scaled by its own maximum, stays as it
    is on that side of 0. Both are as in the paper. At y = 0, where it says nothing, the map is zero.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
    gradients : array, shape (n, 1, 1, c)
        Those of a linear head, W / Z.
    scores : array, shape (n,)
        The class score y of each image, before softmax, bias included.

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    References
    ----------
    Desai and Ramaswamy, "Ablation-CAM", WACV 2020.

    Examples
    --------
    >>> ablation_cam([[[[1.0], [3.0]]]], [[[[0.5]]]], [4.0])  # 2 of 4 go: the weight is 1/2
    array([[[0.5, 1.5]]], dtype=float32)
    >>> ablation_cam([[[[1.0], [3.0]]]], [[[[0.5]]]], [-4.0])
    array([[[0., 0.]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    drops = np.asarray(gradients, np.float32)[:, 0, 0] * maps.sum(axis=(1, 2))
    whole = np.asarray(scores, np.float32)[:, None]
    weights = np.divide(drops, whole, out=np.zeros_like(drops), where=whole != 0)
    return np.maximum(weighted_sum(maps, weights), 0)


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    scores = evidence.logits[np.arange(len(classes)), np.asarray(classes)]
    return ablation_cam(evidence.activations, evidence.gradients(classes), scores)


EXPLAINER = Explainer(
    name="ablationcam",
    title="Ablation-CAM",
    needs=Needs.GRADIENTS,
    maps=_maps,
    linear_head=True,
    formula=r"L^c = \mathrm{ReLU}\Big(\sum_k w_k^c A^k\Big), \quad w_k^c = \frac{y^c - y^c_k}{y^c}, \quad "
    r"y^c - y^c_k = \frac{W_{kc}}{Z} \sum_{ij} A^k_{ij}",
    source="Desai and Ramaswamy, WACV 2020, doi 10.1109/WACV45572.2020.9093360",
    says="What speaks for the class, each channel weighed by the share of the score that goes without it. No pass is "
    "needed, and nothing approximated, where a network ends in global average pooling and one dense layer. Where the "
    "score is below zero the paper's division turns every sign, and the map shows what speaks against the class.",
)
