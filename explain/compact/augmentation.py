"""Training batches: crops, mirrors, new backgrounds, collages and bad cameras, with targets that follow.

Whatever moves pixels moves the teacher's maps and the masks along with them; whatever only spoils the picture
(colour, blur, noise, compression, cut-out) leaves the targets alone, so that the student learns to see
through it. Resolution is spoilt at random in every class, since in the training data it differs between
classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from PIL import Image

from explain.compact.architectures import CLASSES, STRIDE
from explain.compact.camera import LEVELS, spoilt
from explain.compact.photographs import BEAR, ELEPHANT, OTHER, Photograph
from explain.compact.teacher import Lesson

# How often each group is drawn. Renderings are few but half of what the networks are for.
SHARES = {
    "elephant": 0.21,
    "black_bear": 0.17,
    "other": 0.37,
    "brown_bear": 0.07,
    "African_elephant": 0.08,
    "American_black_bear": 0.10,
}
# How often an animal whose place is known is put, as large or smaller, before an image of something else.
NEW_BACKGROUND = {"elephant": 0.4, "black_bear": 0.25, "African_elephant": 0.4, "American_black_bear": 0.4}
# How often such an animal alone is lightened or darkened.
RETONED = 0.3
# The teacher's evidence at a position counts as "on the animal" from this share of its maximum on.
EVIDENCE_SHARE = 0.3
# The teacher takes brown bears and half of the rendered bears for `other`: its evidence does not locate them.
TRUSTED_EVIDENCE = {"elephant", "black_bear", "other", "African_elephant"}


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
        float32 (h, w, components): the teacher's features.
    evidence
        float32 (h, w, classes): the teacher's evidence.
    trust
        float32 (h, w): 1 where the evidence is to be learnt, else 0.
    animal
        float32 (h, w): the share of each position that the labelled animal covers; zeros where unknown.
    """

    image: np.ndarray
    label: np.ndarray
    features: np.ndarray
    evidence: np.ndarray
    trust: np.ndarray
    animal: np.ndarray


class Batches:
    """Draws training batches; the same seed and number give the same batch, whatever was drawn before."""

    def __init__(self, photographs: Sequence[Photograph], lesson: Lesson, batch_size: int, seed: int) -> None:
        self._photographs = photographs
        self._lesson = lesson
        self._batch_size = batch_size
        self._seed = seed
        groups = np.array(["" if p.validation else p.group for p in photographs])
        self._members = {group: np.flatnonzero(groups == group) for group in SHARES}

    def batch(self, number: int, size: int) -> Example:
        """Return batch `number`: an `Example` whose arrays have one more axis, first; images in [-1, 1]."""
        rng = np.random.default_rng([self._seed, number])
        examples = [self._example(size // STRIDE, rng) for _ in range(self._batch_size)]
        for i in range(1, len(examples), 4):  # every fourth lends a part of itself to its neighbour
            examples[i] = _collage(examples[i], examples[i - 1], rng)
        stacked = {f.name: np.stack([getattr(e, f.name) for e in examples]) for f in fields(Example)}
        stacked["image"] = np.stack([spoilt(e.image, rng) for e in examples]) / np.float32(127.5) - 1
        return Example(**stacked)

    def _example(self, grid: int, rng: np.random.Generator) -> Example:
        group = rng.choice(list(SHARES), p=list(SHARES.values()))
        index = int(rng.choice(self._members[group]))
        if rng.random() >= NEW_BACKGROUND.get(group, 0):
            example, mask = self._crop(index, grid, rng)
            return example if mask is None else _retoned(example, mask, rng)
        cells = int(rng.integers(max(3, grid * 2 // 5), grid + 1))
        example, mask = self._crop(index, cells, rng)
        if mask is None:
            raise ValueError(f"The place of the animal is not known in {self._photographs[index].path}.")
        background, _ = self._crop(int(rng.choice(self._members["other"])), grid, rng)
        top, left = rng.integers(0, grid - cells + 1, 2)
        return _placed(_retoned(example, mask, rng), mask, background, int(top), int(left))

    def _crop(self, index: int, cells: int, rng: np.random.Generator) -> tuple[Example, np.ndarray | None]:
        """Cut a random part of one image, perhaps mirrored, to `cells` positions a side.

        Also its mask at image size, in [0, 1]: exact for renderings; for photographs of the animals from the
        teacher's evidence, hence soft; None where neither is known.
        """
        photograph, size = self._photographs[index], cells * STRIDE
        for _ in range(4):
            box = random_box(rng)
            mask = None
            if photograph.mask is None:
                break
            mask = _resized(photograph.mask.astype(np.uint8) * 255, box, size) / np.float32(255)
            if mask.mean() > 0.25 * photograph.mask.mean() and mask.mean() > 0.01:  # still there
                break
        image = _resized(photograph.pixels, box, size)
        features = cropped_map(self._lesson.features[index], box, cells)
        evidence = cropped_map(self._lesson.evidence[index], box, cells)
        label = np.zeros(len(CLASSES), np.float32)
        label[photograph.target] = 1
        trust = np.full((cells, cells), photograph.group in TRUSTED_EVIDENCE, np.float32)
        animal = np.zeros_like(trust)
        if mask is not None:
            animal = mask.reshape(cells, STRIDE, cells, STRIDE).mean((1, 3))
        elif photograph.target in (ELEPHANT, BEAR) and photograph.group in TRUSTED_EVIDENCE:
            seen = evidence[..., photograph.target]
            share = seen / max(seen.max(), 1e-3)
            animal = (share > EVIDENCE_SHARE).astype(np.float32)
            soft = np.clip(0.5 + (share - EVIDENCE_SHARE) / EVIDENCE_SHARE, 0, 1) * np.float32(255)
            mask = _resized(soft.astype(np.uint8), (0, 0, 1, 1), size) / np.float32(255)
        example = Example(image, label, features, evidence, trust, animal)
        if rng.random() < 0.5:
            maps = {f.name: getattr(example, f.name)[:, ::-1] for f in fields(Example) if f.name != "label"}
            example, mask = Example(label=label, **maps), None if mask is None else mask[:, ::-1]
        return example, mask


def random_box(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Draw a part of the image: x0, y0, x1, y1 as shares of its sides; now and then the whole."""
    if rng.random() < 0.2:
        return 0.0, 0.0, 1.0, 1.0
    area = rng.uniform(0.3, 1.0)
    stretch = np.exp(rng.uniform(-0.3, 0.3))
    width, height = min(1.0, np.sqrt(area) * stretch), min(1.0, np.sqrt(area) / stretch)
    x, y = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return x, y, x + width, y + height


def cropped_map(values: np.ndarray, box: tuple[float, float, float, float], size: int) -> np.ndarray:
    """Resample a part of a map bilinearly, cell centres at half-integers, edges repeated.

    Parameters
    ----------
    values
        Array of shape (h, w, c).
    box
        x0, y0, x1, y1 as shares of the map's sides.
    size
        Side of the result.

    Returns
    -------
    numpy.ndarray
        float32 of shape (size, size, c).
    """
    across = _interpolation(box[0], box[2], values.shape[1], size)
    down = _interpolation(box[1], box[3], values.shape[0], size)
    rows = np.tensordot(down, values.astype(np.float32), (1, 0))
    return np.matmul(across, rows)


def _retoned(example: Example, mask: np.ndarray, rng: np.random.Generator) -> Example:
    """Now and then lighten or darken the animal alone: elephants are not always grey, nor bears black."""
    if rng.random() >= RETONED:
        return example
    toned = (LEVELS ** np.float32(np.exp(rng.uniform(-0.7, 0.7))) * np.float32(255))[example.image]
    return replace(example, image=_blended(toned, example.image, mask))


def _placed(animal: Example, mask: np.ndarray, background: Example, top: int, left: int) -> Example:
    """Put the masked animal before another image, from a position on; targets blend by how much it covers."""
    cells = len(animal.trust)
    where = (slice(top, top + cells), slice(left, left + cells))
    pixels = tuple(slice(s.start * STRIDE, s.stop * STRIDE) for s in where)
    share = mask.reshape(cells, STRIDE, cells, STRIDE).mean((1, 3))[..., None]
    image, features, evidence, trust = (
        np.array(x) for x in (background.image, background.features, background.evidence, background.trust)
    )
    image[pixels] = _blended(animal.image, image[pixels], mask)
    features[where] += share * (animal.features - features[where])
    evidence[where] += share * (animal.evidence - evidence[where])
    trust[where] = np.where(share[..., 0] > 0, animal.trust, trust[where])
    located = np.zeros_like(trust)
    located[where] = animal.animal
    return Example(image, animal.label, features, evidence, trust, located)


def _blended(near: np.ndarray, far: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return (far + mask[..., None] * (near - far.astype(np.float32))).astype(np.uint8)


def _collage(base: Example, guest: Example, rng: np.random.Generator) -> Example:
    """Replace a rectangle of positions by the guest's (CutMix, Yun et al., 2019); labels mix by area."""
    grid = base.trust.shape[0]
    height, width = rng.integers(grid // 3, grid * 7 // 10 + 1, 2)
    top, left = rng.integers(0, grid - height + 1), rng.integers(0, grid - width + 1)
    cells = (slice(top, top + height), slice(left, left + width))
    pixels = (slice(top * STRIDE, (top + height) * STRIDE), slice(left * STRIDE, (left + width) * STRIDE))
    mixed = {f.name: getattr(base, f.name).copy() for f in fields(Example) if f.name != "label"}
    for name, array in mixed.items():
        where = pixels if name == "image" else cells
        array[where] = getattr(guest, name)[where]
    share = height * width / grid**2
    label = (1 - share) * base.label + share * guest.label
    same = base.label.argmax() == guest.label.argmax()
    if not same and base.label.argmax() != OTHER and guest.label.argmax() != OTHER:
        mixed["animal"][:] = 0  # two animals: no single place is right
    elif not same and mixed["animal"].sum() < 3:
        mixed["animal"][:] = 0
    return Example(label=label.astype(np.float32), **mixed)


def _resized(pixels: np.ndarray, box: tuple[float, float, float, float], size: int) -> np.ndarray:
    height, width = pixels.shape[:2]
    corners = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    return np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR, box=corners))


def _interpolation(start: float, stop: float, cells: int, size: int) -> np.ndarray:
    """Return the (size, cells) matrix that samples `size` points between two shares of an axis."""
    position = np.clip((start + (np.arange(size) + 0.5) / size * (stop - start)) * cells - 0.5, 0, cells - 1)
    below = np.minimum(position.astype(int), cells - 2)
    weights = np.zeros((size, cells), np.float32)
    weights[np.arange(size), below] = 1 - (position - below)
    weights[np.arange(size), below + 1] = position - below
    return weights
