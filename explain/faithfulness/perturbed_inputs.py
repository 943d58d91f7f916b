"""What a network is asked about one image, and how the questions of many images fill batches of one size."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.faithfulness.perturbation import blurred, masked, pixel_order, replaced
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.response import fractions_of
from explain.models.head import SOFTMAX, probabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Image = NDArray[np.float32]


@dataclass(frozen=True)
class Answers:
    """Probabilities of each image's target class under the perturbations of one map.

    Attributes
    ----------
    original, masked : ndarray of float64, shape (n,)
        Of the image, and of the image times its map.
    deletion, insertion : ndarray of float64, shape (n, steps + 1)
    """

    original: NDArray[np.float64]
    masked: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]


@dataclass(frozen=True)
class Probes:
    """The questions about one image and one map of it, in their order: the ends of the curves, then what lies between.

    Attributes
    ----------
    steps : int
        Of each curve.
    alignment : Alignment
        Where the map's cells lie on the image.
    """

    steps: int
    alignment: Alignment = CENTRED

    @property
    def count(self) -> int:
        """Images that the network sees for one map."""
        return 4 + 2 * (self.steps - 1)

    def images(self, image: Image, saliency: NDArray[np.float32]) -> Iterator[Image]:
        """Make the perturbed images.

        Parameters
        ----------
        image : ndarray of float32, shape (rows, columns, c)
            Preprocessed.
        saliency : ndarray, shape (h, w)
            The raw map; of a signed one the positive part counts.

        Yields
        ------
        ndarray of float32, shape (rows, columns, c)
            `count` of them; the array may change afterwards, so copy it before the next.
        """
        nothing, soft = np.zeros_like(image), blurred(image)
        yield from (image, nothing, soft)
        between = fractions_of(self.steps)[1:-1]
        positive = np.maximum(saliency, 0)
        order = pixel_order(positive, (image.shape[0], image.shape[1]), self.alignment)
        yield masked(image, positive, self.alignment)
        yield from replaced(image, nothing, order, between)
        yield from replaced(soft, image, order, between)

    def answers(self, probabilities: NDArray[np.float64]) -> Answers:
        """Sort answers by what was asked.

        Parameters
        ----------
        probabilities : ndarray of float64, shape (n, count)
            In the order of :meth:`images`.
        """
        original, nothing, soft = probabilities[:, 0:1], probabilities[:, 1:2], probabilities[:, 2:3]
        product, deleted, inserted = np.split(probabilities[:, 3:], [1, self.steps], axis=1)
        return Answers(
            original[:, 0],
            product[:, 0],
            np.hstack([original, deleted, nothing]),
            np.hstack([soft, inserted, original]),
        )


def probabilities_of(
    predict: Callable[[Image], NDArray[np.float32]],
    questions: Iterable[tuple[Image, int]],
    batch_size: int,
    scores: str = SOFTMAX,
) -> Iterator[float]:
    """Ask a network about many images, in batches that are filled in a thread while the network runs.

    Parameters
    ----------
    predict : callable
        Preprocessed images (n, size, size, 3) to logits (n, classes); always called with `batch_size` images.
    questions : iterable of (ndarray of float32, int)
        A preprocessed image and its target class. Drawn lazily, at most two batches ahead; each image is
        copied before the next is drawn.
    scores : {"softmax", "sigmoid"}
        What turns logits into probabilities.

    Yields
    ------
    float
        Probability of the target class, for each question in turn.
    """
    batches = _batches(iter(questions), batch_size)
    with ThreadPoolExecutor(max_workers=1) as pool:
        ahead = pool.submit(next, batches, None)
        while (batch := ahead.result()) is not None:
            ahead = pool.submit(next, batches, None)
            images, targets = batch
            found = probabilities(predict(images), scores)
            yield from found[np.arange(len(targets)), targets]


def _batches(questions: Iterator[tuple[Image, int]], batch_size: int) -> Iterator[tuple[Image, list[int]]]:
    """Fill batches; the last one is filled up with zeros, so that every call of the network has one shape."""
    for image, target in questions:
        images = np.zeros((batch_size, *image.shape), np.float32)
        images[0] = image
        targets = [target]
        for following, its_target in itertools.islice(questions, batch_size - 1):
            images[len(targets)] = following
            targets.append(its_target)
        yield images, targets
