"""Against the rival: what speaks for a class rather than for the strongest other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    others = np.array(evidence.logits, np.float64)
    others[np.arange(len(others)), list(classes)] = -np.inf
    rivals = others.argmax(axis=1).tolist()
    # With a linear head the gradient is W[k, c] / Z, the same at all places.
    difference = evidence.gradients(classes)[:, 0, 0] - evidence.gradients(rivals)[:, 0, 0]
    return weighted_sum(evidence.activations, difference)


EXPLAINER = Explainer(
    name="rival",
    title="Against the rival",
    needs=Needs.GRADIENTS,
    maps=_maps,
    signed=True,
    linear_head=True,
    formula=r"D_{ij} = \frac1Z \sum_k (W_{kc} - W_{kd}) A^k_{ij}, \quad d = \arg\max_{e \neq c} y^e",
    source="The difference of two class activation maps of Zhou et al., CVPR 2016, equation 2, over positions",
    says="Why this class and not the strongest other one: values above zero speak for the class, values below zero for "
    "its rival, and with the difference of the biases they sum to the difference of the two scores. What speaks for "
    "both alike cancels.",
)
