"""Train a compact network from scratch, by labels and by what a large network says of whole pictures.

The loss has three terms, none about where the network looks: the label's cross-entropy; the teacher's pooled
features, regressed from the student's; and the teacher's logits. The weights that count are an exponential moving
average.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explain.compact.architectures import EARLY_SIZE, TRAINING_SIZE, build
from explain.compact.augmentation import Batches, Example
from explain.compact.calibration import logits_of
from explain.compact.losses import LossWeights
from explain.compact.photographs import OTHER, Photograph
from explain.compact.schedule import Schedule
from explain.compact.teacher import Lesson
from explain.compact.trainer import Trainer
from explain.compact.views import Views

if TYPE_CHECKING:
    import keras

# On the way, validation looks at every animal and at one in so many of the others, who are many.
ONE_OTHER_IN = 6

Report = Callable[[str], None]


def train(
    name: str,
    views: Views,
    lesson: Lesson,
    validation: Sequence[Photograph],
    folder: Path,
    schedule: Schedule,
    weights: LossWeights | None = None,
    report: Report = print,
    batches: Batches | None = None,
    start: Callable[[keras.Model], None] | None = None,
) -> keras.Model:
    """Train one network, resuming from its last checkpoint if there is one.

    Parameters
    ----------
    name
        One of ``architectures.BUILDERS``.
    views, lesson
        The pictures and what the teacher says of them, in the same order.
    validation
        Images for the lines of progress; nothing is chosen by them here.
    folder
        Where the checkpoint is kept, by name and seed.
    schedule, weights
        Hyper-parameters.
    report
        Called with a line of progress now and then.
    batches
        What is drawn of the views; by default as they are, with the schedule's seed.
    start
        Sets weights of the fresh network before the first step.

    Returns
    -------
    keras.Model
        The network with averaged weights.
    """
    import keras

    keras.utils.set_random_seed(schedule.seed)
    student = build(name, None)
    if start is not None:
        start(student)
    trainer = Trainer(student, schedule, weights or LossWeights())
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = checkpoint_of(name, schedule.seed, folder)
    batches = batches or Batches(views, lesson, schedule.batch_size, schedule.seed)
    step, elapsed = trainer.restore(checkpoint) if checkpoint.is_file() else (0, 0.0)
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
            if step % (6 * schedule.checkpoint_every) == 0:
                line += f" | {validation_line(trainer.averaged_model(), validation)}"
            report(line)
    trainer.save(checkpoint, step, elapsed)
    return trainer.averaged_model()


def checkpoint_of(name: str, seed: int, folder: Path) -> Path:
    """Where the checkpoint of a network and seed is kept."""
    return folder / f"{name}-{seed}.checkpoint.npz"


def restored(name: str, seed: int, folder: Path) -> tuple[keras.Model, int, float]:
    """Return the network with its last checkpoint's averaged weights, and the steps and seconds behind it."""
    checkpoint = checkpoint_of(name, seed, folder)
    if not checkpoint.is_file():
        raise FileNotFoundError(f"There is no checkpoint {checkpoint}; train {name} first, or name its folder.")
    model = build(name)
    with np.load(checkpoint) as stored:
        model.set_weights([stored[f"average{i}"] for i in range(len(model.weights))])
        return model, int(stored["step"]), float(stored["elapsed"])


def validation_line(model: keras.Model, validation: Sequence[Photograph]) -> str:
    """Describe in one line how the network does on validation images: answers per group."""
    others = [p for p in validation if p.target == OTHER]
    held_out = [p for p in validation if p.target != OTHER] + others[::ONE_OTHER_IN]
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
