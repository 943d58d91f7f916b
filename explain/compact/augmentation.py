"""Training batches: parts of views, mirrored, with bad cameras and collages, and what they should say as a whole.

What the teacher said of a view is taught with it, since a part that leaves nearly all of it says nearly the same, and
what only spoils the picture (colour, blur, noise, compression, cut-out) is what the student is to see through. A
collage is another picture than the two it is made of: it carries labels alone. Resolution is spoilt at random in every
class, since in the training data it differs between classes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from explain.compact.architectures import CLASSES
from explain.compact.camera import spoilt
from explain.compact.teacher import Lesson
from explain.compact.views import Views, resized

# How often each group is drawn. Renderings are few but half of what the networks are for.
SHARES = {
    "elephant": 0.24,
    "black_bear": 0.19,
    "other": 0.35,
    "brown_bear": 0.06,
    "African_elephant": 0.08,
    "American_black_bear": 0.08,
}
# The least share of a view's side that is shown.
LEAST_SIDE = 0.8
# Every so many examples, one lends a part of itself to its neighbour.
COLLAGE_EVERY = 6


@dataclass(frozen=True)
class Example:
    """One image as the student sees it, and what it should say; stacked along a new first axis, a batch.

    Attributes
    ----------
    image
        uint8 (s, s, 3); in a batch float32, -1 to 1.
    label
        float32 (classes,): shares that sum to 1.
    features
        float32 (components,): the teacher's pooled features.
    logits
        float32 (classes,): the teacher's logits.
    taught
        float32 scalar: 1 where the teacher was asked about this picture and named what it shows, else 0.
    """

    image: np.ndarray
    label: np.ndarray
    features: np.ndarray
    logits: np.ndarray
    taught: np.ndarray | np.float32


class Batches:
    """Draws training batches; the same seed and number give the same batch, whatever was drawn before."""

    def __init__(self, views: Views, lesson: Lesson, batch_size: int, seed: int) -> None:
        self._views = views
        self._lesson = lesson
        self._batch_size = batch_size
        self._seed = seed
        self._members = {group: np.flatnonzero(views.groups == group) for group in SHARES}

    def batch(self, number: int, size: int) -> Example:
        """Return batch `number`: an `Example` whose arrays have one more axis, first; images in [-1, 1]."""
        rng = np.random.default_rng([self._seed, number])
        examples = [self._example(size, rng) for _ in range(self._batch_size)]
        for i in range(1, len(examples), COLLAGE_EVERY):
            examples[i] = _collage(examples[i], examples[i - 1], rng)
        stacked = {f.name: np.stack([getattr(e, f.name) for e in examples]) for f in fields(Example)}
        stacked["image"] = np.stack([spoilt(e.image, rng) for e in examples]) / np.float32(127.5) - 1
        return Example(**stacked)

    def _example(self, size: int, rng: np.random.Generator) -> Example:
        group = rng.choice(list(SHARES), p=list(SHARES.values()))
        index = int(rng.choice(self._members[group]))
        width, height = rng.uniform(LEAST_SIDE, 1, 2)
        x, y = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
        image = resized(self._views.pixels[index], (x, y, x + width, y + height), size)
        if rng.random() < 0.5:
            image = image[:, ::-1]
        image = self._finished(image, index, rng)
        target, logits = self._views.targets[index], self._lesson.logits[index]
        label = np.eye(len(CLASSES), dtype=np.float32)[target]
        # Of an animal before another, the teacher may speak of the other.
        taught = np.float32(logits.argmax() == target)
        return Example(image, label, self._lesson.features[index], logits, taught)

    def _finished(self, image: np.ndarray, index: int, rng: np.random.Generator) -> np.ndarray:
        """Do what comes last to a part of view `index`, before cameras and collages: nothing."""
        return image


def _collage(base: Example, guest: Example, rng: np.random.Generator) -> Example:
    """Replace a rectangle by the guest's (CutMix, Yun et al., 2019); labels mix by area."""
    size = len(base.image)
    height, width = rng.integers(size // 3, size * 7 // 10 + 1, 2)
    top, left = rng.integers(0, size - height + 1), rng.integers(0, size - width + 1)
    where = (slice(top, top + height), slice(left, left + width))
    image = base.image.copy()
    image[where] = guest.image[where]
    share = np.float32(height * width / size**2)
    return Example(image, (1 - share) * base.label + share * guest.label, base.features, base.logits, np.float32(0))
