"""One step of training after another: the student, its optimiser, its averaged weights, and their checkpoint."""

from __future__ import annotations

import os
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.compact.architectures import FEATURE_LAYER, HEAD_LAYER, build
from explain.compact.augmentation import Example
from explain.compact.losses import LossWeights, feature_loss, inside_losses
from explain.compact.schedule import Schedule
from explain.compact.teacher import COMPONENTS

if TYPE_CHECKING:
    import keras


class Trainer:
    """The student, its projector to the teacher's features, the optimiser and the averaged weights.

    Parameters
    ----------
    student
        A compact network.
    schedule, weights
        Hyper-parameters.
    first_layers_end
        Name of the last of the layers that stay as they are; None where all are trained.
    """

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

        width = self._network.output_shape[0][-1] + 1
        gram, product = np.zeros((width, width)), np.zeros((width, COMPONENTS))
        for example in examples:
            image = tf.constant(example.image)
            if self._first_layers is not None:
                image = self._first_layers(image, training=False)
            activations = np.asarray(self._network(image, training=False)[0])
            seen = activations.reshape(-1, activations.shape[-1]).astype(np.float64)
            seen = np.column_stack([seen, np.ones(len(seen))])
            gram += seen.T @ seen
            product += seen.T @ example.features.reshape(len(seen), -1)
        solved = np.linalg.solve(gram + 1e-2 * np.trace(gram) / len(gram) * np.eye(len(gram)), product)
        self._projector.set_weights([solved[None, None, :-1], solved[-1]])

    def step(self, example: Example, learning_rate: float, number: int) -> np.ndarray:
        """Learn from a batch; `number` counts from 0. Returns the five terms of the loss."""
        import tensorflow as tf

        self._optimizer.learning_rate = learning_rate
        keep = min(self._averaging, (1 + number) / (10 + number))
        return self._compiled(*map(tf.constant, astuple(example)), tf.constant(keep, tf.float32)).numpy()

    def _update(self, image: Any, label: Any, features: Any, evidence: Any, trust: Any, animal: Any, keep: Any) -> Any:
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
        self._optimizer.apply_gradients(zip(tape.gradient(total, self._trainable), self._trainable, strict=True))
        for mean, variable in zip(self._average, self._student.weights, strict=True):
            mean.assign(keep * mean + (1 - keep) * variable)
        return terms

    def averaged_model(self) -> keras.Model:
        """Return the network at the size that it is used at."""
        model = build(self._student.name)
        model.set_weights([mean.numpy() for mean in self._average])
        return model

    def save(self, path: Path, step: int, elapsed: float) -> None:
        """Write a checkpoint after `step` steps and `elapsed` seconds; a killed write leaves the one before."""
        arrays: dict[str, Any] = {"step": step, "elapsed": elapsed}
        for key, variables in self._stored().items():
            arrays |= {f"{key}{i}": np.asarray(variable) for i, variable in enumerate(variables)}
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **arrays)
        os.replace(partial, path)

    def restore(self, path: Path) -> tuple[int, float]:
        """Go back to a checkpoint; returns its steps and seconds."""
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
