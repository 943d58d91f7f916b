"""Score-CAM: channels weighed by the score that the network gives to the image seen through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs, Parameter
from explain.explainers.gradcam import weighted_sum
from explain.measures.resampling import resample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence

# On the built-in ResNet (448 channels) and eight photographs of the demo, the map of 128 channels correlates with that
# of all by 0.994 at least (mean 0.998), in less than a third of the passes; of 64 channels by 0.958, of 16 by 0.077.
CHANNELS = Parameter(
    "scorecam_channels",
    "Channels of Score-CAM",
    128,
    0,
    4096,
    1,
    "How many channels, those that vary most over the image, are used as masks: one forward pass each. 0: all.",
)

BATCH = 16
"""Masked inputs per call. The last call is filled up, so that a network sees one shape and compiles once."""


def score_cam(evidence: Evidence, classes: Sequence[int], channels: int) -> NDArray[np.float32]:
    r"""Sum channels, weighed by a softmax over the class scores of masked inputs.

    Channel k, resampled bilinearly to the input and scaled to 0..1 by its minimum and maximum, is a mask
    :math:`H_k`; :math:`w = \mathrm{softmax}_k(y^c(X \circ H_k))`; the map is :math:`\mathrm{ReLU}(\sum_k w_k A_k)`. The
    paper subtracts the score of a baseline image from each score, which softmax does not see. Scores are logits.
    What is masked becomes zero *after preprocessing*: grey or the data's mean colour, not black.

    Channels that are constant over the image make no mask and are left out. With fewer channels than all, those of the
    largest standard deviation over the image are taken, as Faster Score-CAM does.

    Parameters
    ----------
    evidence : Evidence
        With inputs and scores.
    channels : int
        At most so many per image; 0 for all.

    Returns
    -------
    ndarray of float32, shape (n, h, w)

    References
    ----------
    Wang et al., "Score-CAM", CVPR Workshops 2020, arXiv 1910.01279; Faster Score-CAM is tabayashi0117/Score-CAM.
    """
    activations = evidence.activations
    saliency = np.zeros(activations.shape[:3], np.float32)
    for index, target in enumerate(classes):
        chosen = _most_varied(activations[index], channels)
        if not len(chosen):
            continue
        masked = activations[index][..., chosen]
        scores = _masked_scores(evidence, evidence.inputs[index], masked, target)
        weights = np.exp(scores - scores.max())
        saliency[index] = weighted_sum(masked[None], weights / weights.sum())[0]
    return np.maximum(saliency, 0)


def _most_varied(image: NDArray[np.float32], channels: int) -> NDArray[np.intp]:
    positions = image.reshape(-1, image.shape[-1])
    constant = positions.max(axis=0) <= positions.min(axis=0)
    order = np.argsort(-positions.std(axis=0), kind="stable")
    order = order[~constant[order]]
    return np.sort(order[:channels] if channels else order)


def _masked_scores(
    evidence: Evidence, pixels: NDArray[np.float32], channels: NDArray[np.float32], target: int
) -> NDArray[np.float64]:
    """Score one input seen through each of the channels, shape (h, w, m)."""
    maps = np.moveaxis(channels, -1, 0)
    scores = []
    for start in range(0, len(maps), BATCH):
        masks = _masks(maps[start : start + BATCH], pixels.shape[:2])
        filled = masks[np.minimum(np.arange(BATCH), len(masks) - 1)]
        scores.append(evidence.scores(pixels * filled[..., None])[: len(masks), target])
    return np.concatenate(scores).astype(np.float64)


def _masks(maps: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    large = resample(maps, shape)
    low, high = (reduce(large, axis=(1, 2), keepdims=True) for reduce in (np.min, np.max))
    return np.divide(large - low, high - low, out=np.zeros_like(large), where=high != low).astype(np.float32)


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return score_cam(evidence, classes, int(parameters[CHANNELS.name]))


EXPLAINER = Explainer(
    name="scorecam",
    title="Score-CAM",
    needs=Needs.PASSES,
    maps=_maps,
    parameters=(CHANNELS,),
    formula=r"L^c = \mathrm{ReLU}\Big(\sum_k w_k^c A^k\Big), \quad "
    r"w^c = \mathrm{softmax}_k\, y^c\big(X \circ s(\mathrm{Up}(A^k))\big), \quad "
    r"s(M) = \frac{M - \min M}{\max M - \min M}",
    source="Wang et al., CVPR Workshops 2020, arXiv 1910.01279; the choice of channels is Faster Score-CAM's",
    says="What the network itself scores high when it sees the image through one channel at a time: no gradients, but "
    "one forward pass per channel. What a mask hides becomes grey, and networks may never have seen such images. The "
    "softmax lets channels of high score decide nearly alone where scores lie far apart.",
)
