"""What a large network says of each picture that is learnt from, as a whole: pooled features and logits.

A thousand elephants are few to learn from by labels alone. The teacher (Xception, Chollet 2017, with ImageNet
features) is run once over every view; a student then learns to predict from its own pooled features the teacher's, in
the coordinates of their principal components ("FitNets", Romero et al., 2015, but after pooling: nothing
says where in the picture anything is), and the teacher's logits (Hinton et al., 2015). Only these outputs are used:
no weight of the teacher is copied.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explain.compact.softmax import fitted_head
from explain.compact.views import VIEW_SIZE, Views

COMPONENTS = 128
# Its head is fitted anew on the views, since the one it came with takes rendered bears for `other`.
PENALTY = 0.005
# Views asked about between two notes on disk, so that a killed run goes on.
NOTED_EVERY = 256


@dataclass(frozen=True)
class Lesson:
    """What the teacher says of all views, in their order.

    Attributes
    ----------
    features
        float32 (v, components): principal components of the pooled features, scaled so that their mean square
        is 1.
    logits
        float32 (v, classes).
    """

    features: np.ndarray
    logits: np.ndarray


def teach(
    views: Views, teacher: Path, cache: Path, batch_size: int = 16, report: Callable[[str], None] = print
) -> Lesson:
    """Run the teacher over all views once; later calls read the lesson from the cache.

    Parameters
    ----------
    views
        The pictures.
    teacher
        A ``.keras`` file of an Xception that ends in pooling and one dense layer.
    cache
        Folder for ``pooled.npy`` and the ``lesson.npz`` made of it.
    batch_size
        Pictures per forward pass.
    report
        Called with a line of progress now and then.

    Returns
    -------
    Lesson

    Raises
    ------
    ValueError
        If the cache belongs to other views.
    """
    made, stored = cache / "lesson.npz", cache / "pooled.npy"
    if made.is_file():
        with np.load(made) as arrays:
            lesson = Lesson(arrays["features"], arrays["logits"])
    else:
        if not stored.is_file():
            _ask(views, teacher, stored, batch_size, report)
        lesson = lesson_of(np.load(stored).astype(np.float32), views.targets)
        np.savez(made.with_suffix(".partial.npz"), features=lesson.features, logits=lesson.logits)
        os.replace(made.with_suffix(".partial.npz"), made)
    if len(lesson.features) != len(views.pixels):
        raise ValueError(f"{made} belongs to other views; delete it and {stored.name}, and the teacher runs again.")
    return lesson


def _ask(views: Views, teacher: Path, stored: Path, batch_size: int, report: Callable[[str], None]) -> None:
    import keras

    # The same layers for views of another size: features before pooling do not depend on it.
    model = keras.saving.load_model(teacher, compile=False, safe_mode=True)
    sides = (VIEW_SIZE, VIEW_SIZE, 3)
    backbone = keras.applications.Xception(weights=None, include_top=False, input_shape=sides, pooling="avg")
    backbone.set_weights(model.get_weights()[: len(backbone.weights)])
    partial, count = stored.with_suffix(".partial.npy"), len(views.pixels)
    if partial.is_file():
        pooled = np.lib.format.open_memmap(partial, "r+")
    else:
        pooled = np.lib.format.open_memmap(partial, "w+", np.float16, (count, backbone.output_shape[-1]))
    # A picture of an animal excites some feature, so that a row of zeros has not been asked about yet.
    first = int(np.argmin(pooled.any(1))) if not pooled.any(1).all() else count
    for start in range(first, count, batch_size):
        batch = views.pixels[start : start + batch_size].astype(np.float32) / 127.5 - 1
        pooled[start : start + len(batch)] = backbone.predict_on_batch(batch)
        if start // batch_size % (NOTED_EVERY // batch_size) == 0:
            pooled.flush()
            report(f"teacher {start} of {count}")
    pooled.flush()
    os.replace(partial, stored)


def lesson_of(pooled: np.ndarray, targets: np.ndarray) -> Lesson:
    """Make a lesson of pooled features (v, c): their leading components, and a head fitted on the labels (v,)."""
    centred = pooled - pooled.mean(0)
    variances, axes = np.linalg.eigh(np.cov(centred, rowvar=False))
    leading = np.argsort(variances)[::-1][:COMPONENTS]
    components = centred @ axes[:, leading].astype(np.float32)
    features = components / np.sqrt((components**2).mean())
    standard = np.column_stack([centred / (pooled.std(0) + 1e-3), np.ones(len(pooled))])
    logits = standard @ fitted_head(standard, targets, PENALTY)
    return Lesson(features.astype(np.float32), logits.astype(np.float32))
