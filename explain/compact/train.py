"""Train a compact network, from scratch or on from an earlier one, by labels, masks and a large network's maps.

The loss has five terms: the label's cross-entropy; the teacher's features and its evidence per class,
regressed at each position; and, where the animal's place is known, two that ask for Grad-CAM and FEM to lie
on it, because a network made to be explained should have something to show. The weights that count are an
exponential moving average.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explain.compact.architectures import (
    EARLY_SIZE,
    FIRST_LAYERS_END,
    TRAINING_SIZE,
    build,
)
from explain.compact.augmentation import Batches, Example
from explain.compact.calibration import logits_of
from explain.compact.losses import LossWeights
from explain.compact.photographs import Photograph
from explain.compact.schedule import Schedule
from explain.compact.teacher import Lesson
from explain.compact.trainer import Trainer

if TYPE_CHECKING:
    import keras

# Batches that the projector of a network that is trained on is fitted to.
PROJECTOR_BATCHES = 12

Report = Callable[[str], None]


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
    trainer = Trainer(student, schedule, weights, FIRST_LAYERS_END[name] if start else None)
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
        losses.append(trainer.step(example, schedule.rate(step, progress), step))
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
        raise FileNotFoundError(f"There is no checkpoint {checkpoint}; train {name} first, or name its folder.")
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
