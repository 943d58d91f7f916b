"""Evidence: how much each place adds to the class score or takes from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs
from explain.explainers.gradcam import weighted_sum
from explain.explainers.steps import CHANNELS_SAID, Step, Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence


def _weights(evidence: Evidence, classes: Sequence[int]) -> NDArray[np.float32]:
    return evidence.gradients(classes)[:, 0, 0]  # W[k, c] / Z: with a linear head the same at all places


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return weighted_sum(evidence.activations, _weights(evidence, classes))


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
    steps=Steps(
        _weights,
        Step(
            "The channels, and how much each one counts",
            CHANNELS_SAID + " The network's last layer multiplies each "
            "channel's mean by a weight of the class. A positive weight speaks for the class, a negative one against "
            "it.",
        ),
        Step(
            "Add them up",
            "Every channel is multiplied by its weight, and all are laid on top of each other. All "
            "places together, and one number for the class, the bias, are exactly the class's score.",
        ),
    ),
)
