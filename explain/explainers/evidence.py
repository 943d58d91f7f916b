"""Evidence: how much each place adds to the class score or takes from it."""

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
    # With a linear head the gradient is W[k, c] / Z, the same at all places.
    return weighted_sum(evidence.activations, evidence.gradients(classes)[:, 0, 0])


EXPLAINER = Explainer(
    name="evidence",
    title="Evidence",
    needs=Needs.GRADIENTS,
    maps=_maps,
    signed=True,
    linear_head=True,
    formula=r"E^c_{ij} = \frac1Z \sum_k W_{kc} A^k_{ij}, \quad y^c = b_c + \sum_{ij} E^c_{ij}",
    source='Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016, equation 2, divided by '
    "the number of positions Z; arXiv 1512.04150",
    says="The class score as a sum over places: positive values speak for the class, negative ones against it, and "
    "with the bias they sum to the score before softmax. It is exact, and its positive part is Grad-CAM's map. It "
    "tells what the last feature cell above a place adds, not what the pixels below it mean, and a score is not yet a "
    "decision: other classes have evidence too.",
)
