"""One step of training after another: the student, its optimiser, its averaged weights, and their checkpoint."""

from __future__ import annotations

import os
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.compact.architectures import POOLING_LAYER, build
from explain.compact.augmentation import Example
from explain.compact.losses import LossWeights, feature_loss, label_loss, logit_loss
from explain.compact.normalisation import with_fused_normalisation
from explain.compact.schedule import Schedule
from explain.compact.teacher import COMPONENTS

if TYPE_CHECKING:
    import keras


class Trainer:
    """The student, its projector to the teacher's features, the optimiser and the averaged weights.

    Parameters
    ----------
    student
        A compact network, of any input size.
    schedule, weights
        Hyper-parameters.
    """

    def __init__(self, student: keras.Model, schedule: Schedule, weights: LossWeights) -> None:
        import keras
        import tensorflow as tf

        self._student = with_fused_normalisation(student)
        pooled = self._student.get_layer(POOLING_LAYER).output
        self._network = keras.Model(self._student.input, [pooled, self._student.output])
        self._projector = keras.layers.Dense(COMPONENTS, name="projector")
        self._projector.build(pooled.shape)
        self._trainable = self._network.trainable_variables + self._projector.trainable_variables
        self._optimizer = keras.optimizers.AdamW(
            schedule.learning_rate, weight_decay=schedule.weight_decay, global_clipnorm=5.0
        )
        self._optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        self._optimizer.build(self._trainable)
        self._average = [tf.Variable(w.value) for w in self._student.weights]
        self._weights = weights
        self._averaging = schedule.averaging
        self._compiled = tf.function(self._update)

    def step(self, example: Example, learning_rate: float, number: int) -> np.ndarray:
        """Learn from a batch; `number` counts from 0. Returns the three terms of the loss."""
        import tensorflow as tf

        self._optimizer.learning_rate = learning_rate
        keep = min(self._averaging, (1 + number) / (10 + number))
        return self._compiled(*map(tf.constant, astuple(example)), tf.constant(keep, tf.float32)).numpy()

    def _update(self, image: Any, label: Any, features: Any, answers: Any, taught: Any, keep: Any) -> Any:
        import tensorflow as tf

        w = self._weights
        with tf.GradientTape() as tape:
            pooled, logits = self._network(image, training=True)
            terms = tf.stack(
                [
                    label_loss(logits, label, w.smoothing),
                    feature_loss(self._projector(pooled), features, taught),
                    logit_loss(logits, answers, taught, w.temperature),
                ]
            )
            total = tf.tensordot(terms, [w.label, w.features, w.logits], 1)
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
