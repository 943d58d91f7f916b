"""HiResCAM: what each place adds to the class score, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence


def products_summed(activations: ArrayLike, gradients: ArrayLike) -> NDArray[np.float32]:
    r"""Sum the products of gradient and activation over channels, without ReLU: :math:`\sum_k g^k_{ij} A^k_{ij}`.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
    gradients : array, shape (n, h, w, c) or (n, 1, 1, c)

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    Examples
    --------
    >>> products_summed([[[[1.0, 2.0], [3.0, 0.0]]]], [[[[1.0, -1.0], [2.0, 5.0]]]])
    array([[[-1.,  6.]]], dtype=float32)
    """
    maps = np.asarray(activations, np.float32)
    gradient = np.asarray(gradients, np.float32)
    if gradient.shape[1:3] == (1, 1):
        return weighted_sum(maps, gradient[:, 0, 0])
    return np.vecdot(maps, gradient)


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return np.maximum(products_summed(evidence.activations, evidence.gradients(classes)), 0)


EXPLAINER = Explainer(
    name="hirescam",
    title="HiResCAM",
    needs=Needs.GRADIENTS,
    maps=_maps,
    same_as="gradcam",
    formula=r"L^c_{ij} = \mathrm{ReLU}\Big(\sum_k \frac{\partial y^c}{\partial A^k_{ij}} A^k_{ij}\Big)",
    source="Draelos and Carin, 2020, arXiv 2011.08891; with ReLU, as Grad-CAM has it",
    says="What speaks for the class, each place by its own gradient instead of the channel's mean. Where a network "
    "ends in global average pooling and one dense layer all places of a channel have one gradient, and the map is "
    "Grad-CAM's.",
)
