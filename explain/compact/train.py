"""Train a compact network, from scratch or on from an earlier one, by labels, masks and a large network's maps.

The loss has five terms: the label's cross-entropy; the teacher's features and its evidence per class,
regressed at each position; and, where the animal's place is known, two that ask for Grad-CAM and FEM to lie
on it, because a network made to be explained should have something to show. The weights that count are an
exponential moving average.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.compact.architectures import (
    EARLY_SIZE,
    FEATURE_LAYER,
    FIRST_LAYERS_END,
    HEAD_LAYER,
    TRAINING_SIZE,
    build,
)
from explain.compact.augmentation import Batches, Example
from explain.compact.calibration import logits_of
from explain.compact.photographs import BEAR, ELEPHANT, Photograph
from explain.compact.teacher import COMPONENTS, Lesson

if TYPE_CHECKING:
    import keras
# How much more the mean of an image's features counts than a position's.
POOLED = 4.0
# Batches that the projector of a network that is trained on is fitted to.
PROJECTOR_BATCHES = 12

Report = Callable[[str], None]


@dataclass(frozen=True)
class Schedule:
    """How long and how hard to train.

    The learning rate follows a cosine of the progress, which is the larger of two shares: of `steps`, and of
    `minutes`. A schedule in steps can be repeated exactly; one in minutes ends in time on a machine whose
    speed is unknown. Up to `early_share` of the progress, images are smaller.
    """

    steps: int = 12_000
    minutes: float = float("inf")
    batch_size: int = 32
    learning_rate: float = 2e-3
    warm_up: int = 100
    weight_decay: float = 0.02
    averaging: float = 0.998
    early_share: float = 0.6
    seed: int = 0
    checkpoint_every: int = 250


@dataclass(frozen=True)
class LossWeights:
    """What each term of the loss counts."""

    label: float = 1.0
    features: float = 1.0
    evidence: float = 1.0
    gradcam_inside: float = 0.3
    fem_inside: float = 0.2
    smoothing: float = 0.05


def train(
    name: str,
    photographs: list[Photograph],
    lesson: Lesson,
    folder: Path,
    schedule: Schedule,
    weights: LossWeights | None = None,
    start: Path | None = None,
    report: Report = print,
) -> keras.Model:
    """Train one network, resuming from its last checkpoint if there is one.

    Parameters
    ----------
    name
        ``"compact-resnet"`` or ``"compact-xception"``.
    photographs, lesson
        The training images and what the teacher says of them, in the same order.
    folder
        Where ``<name>.checkpoint.npz`` is kept.
    schedule, weights
        Hyper-parameters.
    start
        A network of this name (``.keras``) to go on from, if there is no checkpoint; its first layers stay as they
        are. Without it, fresh weights.
    report
        Called with a line of progress now and then.

    Returns
    -------
    keras.Model
        The network with averaged weights.
    """
    weights = weights or LossWeights()
    import keras

    keras.utils.set_random_seed(schedule.seed)
    student = build(name, None)
    if start is not None:
        student.set_weights(keras.saving.load_model(start, compile=False, safe_mode=True).get_weights())
    trainer = _Trainer(student, schedule, weights, FIRST_LAYERS_END[name] if start else None)
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{name}.checkpoint.npz"
    batches = Batches(photographs, lesson, schedule.batch_size, schedule.seed)
    step, elapsed = 0, 0.0
    if checkpoint.is_file():
        step, elapsed = trainer.restore(checkpoint)
    elif start is not None:
        trainer.fit_projector([batches.batch(i, TRAINING_SIZE) for i in range(PROJECTOR_BATCHES)])
    started = time.monotonic() - elapsed

    def progress_at(step: int) -> float:
        return max(step / schedule.steps, (time.monotonic() - started) / 60 / schedule.minutes)

    def drawn(number: int) -> Example:
        early = progress_at(number) < schedule.early_share
        return batches.batch(number, EARLY_SIZE if early else TRAINING_SIZE)

    losses: list[np.ndarray] = []
    for example in _prefetched(drawn, step):
        elapsed = time.monotonic() - started
        progress = progress_at(step)
        if progress >= 1:
            break
        losses.append(trainer.step(example, _rate(schedule, step, progress), step))
        step += 1
        if step % schedule.checkpoint_every == 0:
            trainer.save(checkpoint, step, time.monotonic() - started)
            terms = " ".join(f"{value:.3f}" for value in np.mean(losses, 0))
            losses.clear()
            line = f"{name} step {step} progress {progress:.2f} loss {terms}"
            if step % (4 * schedule.checkpoint_every) == 0:
                line += f" | {validation_line(trainer.averaged_model(), photographs)}"
            report(line)
    trainer.save(checkpoint, step, elapsed)
    return trainer.averaged_model()


def restored(name: str, folder: Path) -> tuple[keras.Model, int]:
    """Return the network with its last checkpoint's averaged weights, and the steps behind it."""
    checkpoint = folder / f"{name}.checkpoint.npz"
    if not checkpoint.is_file():
        raise FileNotFoundError(
            f"There is no checkpoint {checkpoint}; train {name} first, or name its folder."
        )
    model = build(name)
    with np.load(checkpoint) as stored:
        model.set_weights([stored[f"average{i}"] for i in range(len(model.weights))])
        return model, int(stored["step"])


def validation_line(model: keras.Model, photographs: list[Photograph]) -> str:
    """Describe in one line how the network does on the images kept from training: right answers per group."""
    held_out = [p for p in photographs if p.validation]
    called = logits_of(model, [p.pixels for p in held_out]).argmax(1)
    groups = np.array([p.group for p in held_out])
    parts = []
    for group in dict.fromkeys(groups.tolist()):
        answers = np.bincount(called[groups == group], minlength=3)
        parts.append(f"{group} {'/'.join(map(str, answers))}")
    return ", ".join(parts)


class _Trainer:
    """The student, its projector to the teacher's features, the optimiser and the averaged weights."""

    def __init__(
        self, student: keras.Model, schedule: Schedule, weights: LossWeights, first_layers_end: str | None
    ) -> None:
        import keras
        import tensorflow as tf

        self._student = student
        outputs = [student.get_layer(FEATURE_LAYER).output, student.output]
        between = student.get_layer(first_layers_end).output if first_layers_end else student.input
        self._first_layers = keras.Model(student.input, between) if first_layers_end else None
        self._network = keras.Model(between, outputs)
        self._projector = keras.layers.Conv2D(COMPONENTS, 1, name="projector")
        self._projector.build(outputs[0].shape)
        self._trainable = self._network.trainable_variables + self._projector.trainable_variables
        self._optimizer = keras.optimizers.AdamW(
            schedule.learning_rate, weight_decay=schedule.weight_decay, global_clipnorm=5.0
        )
        self._optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        self._optimizer.build(self._trainable)
        self._average = [tf.Variable(w.value) for w in student.weights]
        self._weights = weights
        self._averaging = schedule.averaging
        self._compiled = tf.function(self._update)

    def fit_projector(self, examples: list[Example]) -> None:
        """Set the projector by least squares, so that a student that can see does not unlearn it at first."""
        import tensorflow as tf

        gram, product = 0.0, 0.0
        for example in examples:
            image = tf.constant(example.image)
            if self._first_layers is not None:
                image = self._first_layers(image, training=False)
            activations = np.asarray(self._network(image, training=False)[0])
            seen = activations.reshape(-1, activations.shape[-1]).astype(np.float64)
            seen = np.column_stack([seen, np.ones(len(seen))])
            gram = gram + seen.T @ seen
            product = product + seen.T @ example.features.reshape(len(seen), -1)
        solved = np.linalg.solve(gram + 1e-2 * np.trace(gram) / len(gram) * np.eye(len(gram)), product)
        self._projector.set_weights([solved[None, None, :-1], solved[-1]])

    def step(self, example: Example, learning_rate: float, number: int) -> np.ndarray:
        import tensorflow as tf

        self._optimizer.learning_rate = learning_rate
        keep = min(self._averaging, (1 + number) / (10 + number))
        return self._compiled(*map(tf.constant, astuple(example)), tf.constant(keep, tf.float32)).numpy()

    def _update(
        self, image: Any, label: Any, features: Any, evidence: Any, trust: Any, animal: Any, keep: Any
    ) -> Any:
        import tensorflow as tf

        if self._first_layers is not None:
            image = self._first_layers(image, training=False)
        with tf.GradientTape() as tape:
            activations, logits = self._network(image, training=True)
            kernel = self._student.get_layer(HEAD_LAYER).kernel
            seen = tf.einsum("nhwc,ck->nhwk", activations, kernel - tf.reduce_mean(kernel, 1, keepdims=True))
            labelled = tf.reduce_sum(label, 1)
            smooth = label * (1 - self._weights.smoothing) + self._weights.smoothing / label.shape[1]
            entropies = tf.nn.softmax_cross_entropy_with_logits(smooth, logits) * labelled
            difference = tf.abs(seen - evidence) / 5
            huber = tf.where(difference < 1, 0.5 * difference**2, difference - 0.5)
            terms = tf.stack(
                [
                    tf.reduce_sum(entropies) / (tf.reduce_sum(labelled) + 1e-6),
                    feature_loss(self._projector(activations), features),
                    tf.reduce_mean(huber * trust[..., None]),
                    *inside_losses(activations, seen, label, animal),
                ]
            )
            w = self._weights
            total = tf.tensordot(terms, [w.label, w.features, w.evidence, w.gradcam_inside, w.fem_inside], 1)
        self._optimizer.apply_gradients(
            zip(tape.gradient(total, self._trainable), self._trainable, strict=True)
        )
        for mean, variable in zip(self._average, self._student.weights, strict=True):
            mean.assign(keep * mean + (1 - keep) * variable)
        return terms

    def averaged_model(self) -> keras.Model:
        """Return the network at the size that it is used at."""
        model = build(self._student.name)
        model.set_weights([mean.numpy() for mean in self._average])
        return model

    def save(self, path: Path, step: int, elapsed: float) -> None:
        arrays: dict[str, Any] = {"step": step, "elapsed": elapsed}
        for key, variables in self._stored().items():
            arrays |= {f"{key}{i}": np.asarray(variable) for i, variable in enumerate(variables)}
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **arrays)
        os.replace(partial, path)

    def restore(self, path: Path) -> tuple[int, float]:
        with np.load(path) as stored:
            for key, variables in self._stored().items():
                for i, variable in enumerate(variables):
                    variable.assign(stored[f"{key}{i}"])
            return int(stored["step"]), float(stored["elapsed"])

    def _stored(self) -> dict[str, list[Any]]:
        return {
            "weight": self._student.weights,
            "projector": self._projector.weights,
            "optimizer": self._optimizer.variables,
            "average": self._average,
        }


def feature_loss(projected: Any, features: Any) -> Any:
    """Mean squared distance of features (n, h, w, c): at each position, and between the means over positions.

    The second is what the whole image is of. It varies far less than its positions do, and it is what a student
    can learn first; hence its own place, at the weight that its smaller variance asks for.
    """
    import tensorflow as tf

    difference = projected - features
    return tf.reduce_mean(difference**2) + POOLED * tf.reduce_mean(tf.reduce_mean(difference, (1, 2)) ** 2)


def inside_losses(activations: Any, seen: Any, label: Any, animal: Any) -> tuple[Any, Any]:
    """How far the explanations stray from the animal, averaged over the images whose animal's place is known.

    Parameters
    ----------
    activations
        Tensor (n, h, w, c): the last activation.
    seen
        Tensor (n, h, w, classes): evidence per class and position.
    label
        Tensor (n, classes).
    animal
        Tensor (n, h, w): the share of each position that the labelled animal covers.

    Returns
    -------
    tuple of tensors
        The negative log share inside of: the labelled class's evidence under a spatial softmax (so that the
        peak counts most); a smooth FEM, in which a sigmoid stands for the step at two standard deviations.
    """
    import tensorflow as tf

    known = tf.cast(tf.reduce_sum(animal, (1, 2)) > 0.5, tf.float32)
    inside = animal / (tf.reduce_max(animal, (1, 2), keepdims=True) + 1e-6)
    count = tf.reduce_sum(known) + 1e-6
    elephant = label[:, ELEPHANT] >= label[:, BEAR]
    target = tf.where(elephant[:, None, None], seen[..., ELEPHANT], seen[..., BEAR])
    spread = tf.reshape(tf.nn.softmax(tf.reshape(target, (tf.shape(target)[0], -1)) / 2), tf.shape(target))
    mean, variance = tf.nn.moments(activations, (1, 2), keepdims=True)
    deviation = tf.sqrt(variance + 1e-6)
    passing = tf.sigmoid((activations - mean - 2 * deviation) / (0.3 * deviation))
    fem = tf.reduce_sum(tf.stop_gradient(mean) * passing, 3)
    fem = fem / (tf.reduce_sum(fem, (1, 2), keepdims=True) + 1e-6)
    losses = [-tf.math.log(tf.reduce_sum(x * inside, (1, 2)) + 1e-3) * known for x in (spread, fem)]
    return tf.reduce_sum(losses[0]) / count, tf.reduce_sum(losses[1]) / count


def _rate(schedule: Schedule, step: int, progress: float) -> float:
    warm_up = min(1.0, (step + 1) / schedule.warm_up)
    return schedule.learning_rate * warm_up * max(0.01, 0.5 * (1 + np.cos(np.pi * progress)))


def _prefetched(drawn: Callable[[int], Example], first: int) -> Iterator[Example]:
    """Yield batches from number `first` on, the next ones being drawn while one is learnt from."""
    with ThreadPoolExecutor(1) as worker:
        pending = [worker.submit(drawn, first + i) for i in range(3)]
        number = first + len(pending)
        try:
            while True:
                yield pending.pop(0).result()
                pending.append(worker.submit(drawn, number))
                number += 1
        finally:
            for waiting in pending:
                waiting.cancel()
