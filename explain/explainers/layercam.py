"""LayerCAM: what speaks for the class, place by place, without what speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.hirescam import products_summed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    favourable = np.maximum(evidence.gradients(classes), 0)
    return np.maximum(products_summed(evidence.activations, favourable), 0)


EXPLAINER = Explainer(
    name="layercam",
    title="LayerCAM",
    needs=Needs.GRADIENTS,
    maps=_maps,
    formula=r"L^c_{ij} = \mathrm{ReLU}\Big(\sum_k "
    r"\mathrm{ReLU}\Big(\frac{\partial y^c}{\partial A^k_{ij}}\Big) A^k_{ij}\Big)",
    source="Jiang et al., IEEE Transactions on Image Processing 30, 2021, doi 10.1109/TIP.2021.3089943",
    says="What speaks for the class, each place by its own gradient, positive gradients alone. Nothing that speaks "
    "against the class is taken off, so a place can look important that counts against it in sum. Where a network "
    "ends in global average pooling and one dense layer and no activation is negative, it is the map of Grad-CAM as "
    "in the report.",
)
