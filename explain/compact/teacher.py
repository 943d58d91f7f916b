"""Distillation targets: what a large Xception sees at each place of each training image.

Three hundred elephants are too few to learn from by labels alone. The teacher (Xception, Chollet 2017, with
ImageNet features) is run once over every training image; a student then learns to predict, at each position,
the teacher's features in the coordinates of their principal components ("FitNets", Romero et al., 2015) and
the teacher's evidence per class. Only these outputs are used: no weight of the teacher is copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explain.compact.photographs import Photograph, squashed

COMPONENTS = 64
SAMPLED_POSITIONS = 40_000
LAST_ACTIVATION = "block14_sepconv2_act"


@dataclass(frozen=True)
class Lesson:
    """What the teacher says of all training images, in their order.

    Attributes
    ----------
    features
        float16 of shape (n, h, w, components): principal components, scaled so that a position's mean square
        is 1.
    evidence
        float32 of shape (n, h, w, classes): the class scores' share of each position, without bias and
        centred over the classes; its mean over positions is the logit, up to bias and a common shift.
    """

    features: np.ndarray
    evidence: np.ndarray


def teach(photographs: Sequence[Photograph], teacher: Path, cache: Path, batch_size: int = 16) -> Lesson:
    """Run the teacher over all images once; later calls read the result from the cache.

    Parameters
    ----------
    photographs
        The training images.
    teacher
        A ``.keras`` file of an Xception with layers ``block14_sepconv2_act`` and ``predictions`` (linear,
        classes in this package's order).
    cache
        Folder for the teacher's maps (about 2 GB) and the lesson made from them.
    batch_size
        Images per forward pass.

    Returns
    -------
    Lesson
    """
    stored = cache / "lesson.npz"
    if not stored.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        maps, head = _maps(photographs, teacher, cache / "maps.npy", batch_size)
        lesson = _lesson(maps, head)
        np.savez(stored, features=lesson.features, evidence=lesson.evidence)
        return lesson
    with np.load(stored) as arrays:
        if len(arrays["features"]) != len(photographs):
            raise ValueError(f"{stored} belongs to other training images; delete it, and the teacher runs again.")
        return Lesson(arrays["features"], arrays["evidence"])


def _maps(
    photographs: Sequence[Photograph], teacher: Path, stored: Path, batch_size: int
) -> tuple[np.ndarray, np.ndarray]:
    import keras

    model = keras.saving.load_model(teacher, compile=False, safe_mode=True)
    head = model.get_layer("predictions").get_weights()[0]
    if stored.is_file():
        return np.load(stored, mmap_mode="r"), head
    backbone = keras.Model(model.input, model.get_layer(LAST_ACTIVATION).output)
    shape = (len(photographs), *backbone.output_shape[1:])
    partial = stored.with_suffix(".partial.npy")
    maps = np.lib.format.open_memmap(partial, "w+", np.float16, shape)
    for start in range(0, len(photographs), batch_size):
        batch = [photograph.pixels for photograph in photographs[start : start + batch_size]]
        maps[start : start + len(batch)] = backbone.predict_on_batch(squashed(batch, model.input_shape[1]))
    maps.flush()
    partial.replace(stored)
    return maps, head


def _lesson(maps: np.ndarray, head: np.ndarray) -> Lesson:
    """Project maps (n, h, w, c) on principal components and on the centred head."""
    n, height, width, channels = maps.shape
    rng = np.random.default_rng(0)
    images = rng.integers(n, size=SAMPLED_POSITIONS // (height * width))
    sample = np.concatenate([np.asarray(maps[i], np.float32).reshape(-1, channels) for i in images])
    mean = sample.mean(0)
    variances, axes = np.linalg.eigh(np.cov(sample - mean, rowvar=False))
    leading = np.argsort(variances)[::-1][:COMPONENTS]
    # No whitening: a small student learns the coarse distinctions, and half-whitened it learnt none of the fine.
    axes = axes[:, leading]
    axes = (axes / np.sqrt(np.sum(((sample - mean) @ axes).var(0)) / COMPONENTS)).astype(np.float32)
    centred = (head - head.mean(1, keepdims=True)).astype(np.float32)
    features = np.empty((n, height, width, COMPONENTS), np.float16)
    evidence = np.empty((n, height, width, head.shape[1]), np.float32)
    for i in range(n):
        activations = np.asarray(maps[i], np.float32)
        features[i] = (activations - mean) @ axes
        evidence[i] = activations @ centred
    return Lesson(features, evidence)
