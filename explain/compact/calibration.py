"""Set the bias of `other` so that each class is recognised equally well, by validation images alone.

Training draws the classes in fixed shares, which need not be where errors balance. A bias moves no saliency
map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.compact.architectures import CLASSES, HEAD_LAYER
from explain.compact.photographs import BROWN_BEAR, OTHER, Photograph, squashed

if TYPE_CHECKING:
    import keras

# Training draws `other` more often than each animal, so that its logit may be too high by far more than 1.
OFFSETS = np.linspace(0, 2, 81)


@dataclass(frozen=True)
class Calibration:
    """By how much the bias of `other` was lowered, and the confusion on validation images thereafter.

    Attributes
    ----------
    offset
        What was subtracted.
    confusion
        For each of `CLASSES`, how many validation images were called each of `CLASSES`.
    brown_bears
        How many brown bears, which do not count for the offset, were called each of `CLASSES`.
    """

    offset: float
    confusion: list[list[int]]
    brown_bears: list[int]


def calibrate(model: keras.Model, photographs: Sequence[Photograph], batch_size: int = 32) -> Calibration:
    """Lower the bias of `other` to where the mean recall over the classes is highest on validation images.

    Parameters
    ----------
    model
        A compact network; its last bias is changed.
    photographs
        Training images; only those kept from training are looked at.
    batch_size
        Images per forward pass.

    Returns
    -------
    Calibration
    """
    held_out = [p for p in photographs if p.validation]
    logits = logits_of(model, [p.pixels for p in held_out], batch_size)
    brown = np.array([p.group == BROWN_BEAR for p in held_out])
    targets = np.array([p.target for p in held_out])
    offset = best_offset(logits[~brown], targets[~brown])
    kernel, bias = model.get_layer(HEAD_LAYER).get_weights()
    bias[OTHER] -= offset
    model.get_layer(HEAD_LAYER).set_weights([kernel, bias])
    called = (logits - offset * np.eye(len(CLASSES))[OTHER]).argmax(1)
    groups = [~brown & (targets == k) for k in range(len(CLASSES))] + [brown]
    *confusion, brown_bears = [np.bincount(called[g], minlength=len(CLASSES)).tolist() for g in groups]
    return Calibration(offset, confusion, brown_bears)


def logits_of(model: keras.Model, images: Sequence[np.ndarray], batch_size: int = 32) -> np.ndarray:
    """Return the logits (n, classes) of whole images: uint8 RGB of shape (h, w, 3), of any sizes."""
    starts, size = range(0, len(images), batch_size), model.input_shape[1]
    return np.concatenate([model.predict_on_batch(squashed(images[i : i + batch_size], size)) for i in starts])


def best_offset(logits: np.ndarray, targets: np.ndarray) -> float:
    """Return what to subtract from the logit of `other` for the highest mean recall over the classes.

    Parameters
    ----------
    logits
        Array of shape (n, classes).
    targets
        Integers of shape (n,); each class occurs.

    Returns
    -------
    float
        One of `OFFSETS`; of several that do equally well, the middle one.
    """
    recalls = []
    for offset in OFFSETS:
        called = (logits - offset * np.eye(len(CLASSES))[OTHER]).argmax(1)
        recalls.append(np.mean([(called[targets == k] == k).mean() for k in range(len(CLASSES))]))
    best = np.flatnonzero(np.isclose(recalls, np.max(recalls)))
    return float(OFFSETS[best[len(best) // 2]])
