"""The size of the whole image, which validation images settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_softmax

from explain.compact.architectures import CLASSES, STRIDE, build
from explain.compact.calibration import OFFSETS, logits_of
from explain.compact.photographs import BROWN_BEAR, OTHER, Photograph

if TYPE_CHECKING:
    import keras

SIZES = tuple(range(160, 241, STRIDE))


@dataclass(frozen=True)
class Outcome:
    """How a size does on the validation images that have a label of their own (brown bears have none).

    Attributes
    ----------
    size
        Side of the image in pixels.
    recall
        Mean share of right answers over the classes.
    cross_entropy
        Mean over the classes of the mean negative log probability of the label.
    """

    size: int
    recall: float
    cross_entropy: float


def size_outcomes(model: keras.Model, photographs: Sequence[Photograph], sizes: Sequence[int] = SIZES) -> list[Outcome]:
    """Measure a network at several sizes of the whole image, each with the best bias of `other`.

    Parameters
    ----------
    model
        A compact network; its weights fit any size.
    photographs
        Training images; only those kept from training are looked at, brown bears apart.
    sizes
        Sides in pixels, multiples of 16.

    Returns
    -------
    list of Outcome
    """
    asked = [p for p in photographs if p.validation and p.group != BROWN_BEAR]
    targets = np.array([p.target for p in asked])
    found = []
    for size in sizes:
        resized = build(model.name, size)
        resized.set_weights(model.get_weights())
        logits = logits_of(resized, [p.pixels for p in asked])
        shifted = (logits - offset * np.eye(len(CLASSES))[OTHER] for offset in OFFSETS)
        found.append(max((_outcome(size, x, targets) for x in shifted), key=lambda outcome: outcome.recall))
    return found


def _outcome(size: int, logits: np.ndarray, targets: np.ndarray) -> Outcome:
    right = logits.argmax(1) == targets
    entropies = -log_softmax(logits, axis=1)[np.arange(len(targets)), targets]
    classes = range(len(CLASSES))
    return Outcome(
        size,
        float(np.mean([right[targets == k].mean() for k in classes])),
        float(np.mean([entropies[targets == k].mean() for k in classes])),
    )
