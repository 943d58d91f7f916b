"""Two choices that validation images settled: what brown bears count as, and the size of the whole image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from explain.compact.architectures import CLASSES, INPUT_SIZE, POOLING_LAYER, STRIDE, build
from explain.compact.calibration import OFFSETS
from explain.compact.photographs import BEAR, BROWN_BEAR, OTHER, Photograph, squashed

if TYPE_CHECKING:
    import keras

BROWN_BEAR_TARGETS = {"left out": None, "black bear": BEAR, "other": OTHER}
SIZES = tuple(range(160, 225, STRIDE))
PENALTY = 0.1


@dataclass(frozen=True)
class Outcome:
    """How a choice does on the validation images that have a label of their own (brown bears have none).

    Attributes
    ----------
    choice
        What was chosen.
    recall
        Mean share of right answers over the classes.
    cross_entropy
        Mean over the classes of the mean negative log probability of the label.
    """

    choice: str
    recall: float
    cross_entropy: float


def brown_bear_outcomes(
    model: keras.Model, photographs: Sequence[Photograph], penalty: float = PENALTY
) -> list[Outcome]:
    """Fit the last layer anew with brown bears left out, as black bears, and as `other`.

    The rest of the network stays, so that the choice is compared in minutes; classes weigh the same.

    Parameters
    ----------
    model
        A compact network.
    photographs
        Training images, validation images among them.
    penalty
        Weight of half the squared norm of the kernel, over standardised features.

    Returns
    -------
    list of Outcome
        In the order of `BROWN_BEAR_TARGETS`.
    """
    import keras

    resized = build(model.name)
    resized.set_weights(model.get_weights())
    pooling = keras.Model(resized.input, resized.get_layer(POOLING_LAYER).output)
    features = _outputs(pooling, photographs, INPUT_SIZE)
    validation = np.array([p.validation for p in photographs])
    brown = np.array([p.group == BROWN_BEAR for p in photographs])
    targets = np.array([p.target for p in photographs])
    mean, deviation = features[~validation].mean(0), features[~validation].std(0) + 1e-3
    features = np.column_stack([(features - mean) / deviation, np.ones(len(features))])
    found = []
    for choice, target in BROWN_BEAR_TARGETS.items():
        chosen = np.where(brown, -1 if target is None else target, targets)
        learnt = ~validation & (chosen >= 0)
        head = fitted_head(features[learnt], chosen[learnt], penalty)
        asked = validation & ~brown
        found.append(_outcome(choice, features[asked] @ head, targets[asked]))
    return found


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
        logits = _outputs(resized, asked, size)
        shifted = (logits - offset * np.eye(len(CLASSES))[OTHER] for offset in OFFSETS)
        found.append(max((_outcome(str(size), x, targets) for x in shifted), key=lambda outcome: outcome.recall))
    return found


def fitted_head(features: np.ndarray, targets: np.ndarray, penalty: float) -> np.ndarray:
    """Fit a linear softmax classifier in which every class weighs the same, by L-BFGS.

    Parameters
    ----------
    features
        Array of shape (n, c); the last column is ones and is not penalised.
    targets
        Integers of shape (n,); each class occurs.
    penalty
        Weight of half the squared norm.

    Returns
    -------
    numpy.ndarray
        float64 of shape (c, classes).
    """
    labels = np.eye(len(CLASSES))[targets]
    weights = labels @ (1 / labels.sum(0)) / len(CLASSES)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        kernel = flat.reshape(features.shape[1], len(CLASSES))
        penalised = kernel.copy()
        penalised[-1] = 0
        logs = log_softmax(features @ kernel, axis=1)
        value = -float(weights @ (logs * labels).sum(1)) + penalty / 2 * float((penalised**2).sum())
        gradient = features.T @ ((np.exp(logs) - labels) * weights[:, None]) + penalty * penalised
        return value, gradient.ravel()

    start = np.zeros(features.shape[1] * len(CLASSES))
    return minimize(loss, start, jac=True, method="L-BFGS-B").x.reshape(-1, len(CLASSES))


def _outputs(network: keras.Model, photographs: Sequence[Photograph], size: int) -> np.ndarray:
    return np.concatenate(
        [network.predict_on_batch(squashed(batch, size)) for batch in _batches([p.pixels for p in photographs])]
    )


def _batches(images: Sequence[np.ndarray], batch_size: int = 32) -> Iterator[Sequence[np.ndarray]]:
    for start in range(0, len(images), batch_size):
        yield images[start : start + batch_size]


def _outcome(choice: str, logits: np.ndarray, targets: np.ndarray) -> Outcome:
    right = logits.argmax(1) == targets
    entropies = -log_softmax(logits, axis=1)[np.arange(len(targets)), targets]
    classes = range(len(CLASSES))
    return Outcome(
        choice,
        float(np.mean([right[targets == k].mean() for k in classes])),
        float(np.mean([entropies[targets == k].mean() for k in classes])),
    )
