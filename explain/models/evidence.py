"""What a network and pixels offer explainers: the calls of :class:`explain.explainers.contract.Evidence`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.explainers.contract import Needs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from explain.models.network import Network

HALF, SINGLE = "float16", "float32"
"""Precisions in which activations are kept."""

_BEYOND_HALF = 65520.0
"""The least number that float16 rounds to infinity: half a step above its largest, 65,504."""


def rounded(activations: NDArray[np.float32], precision: str = HALF) -> NDArray[np.float32]:
    """Round activations as a store keeps them, so that a map is the same from the network and from the store.

    Parameters
    ----------
    precision : {"float16", "float32"}

    Raises
    ------
    OverflowError
        If a value leaves float16's range (65,504): the model's activations are then kept as float32.
    """
    if precision == SINGLE:
        return activations
    if max(float(activations.max(initial=0)), -float(activations.min(initial=0))) >= _BEYOND_HALF:
        raise OverflowError("activations leave float16's range")
    return _to_half(activations)


def _to_half(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round to the nearest float16, ties to even, as ``astype`` does; on its bits, which takes a seventh of the time.

    A float16 keeps 10 of a float32's 23 fraction bits. Adding half of what is cut off, less one where the last kept
    bit is even, and cutting gives the nearest; numbers below float16's normal range lie on a grid of 2**-24 instead.
    """
    found = np.ascontiguousarray(values, np.float32).copy()
    for image in found.reshape(len(found), -1) if found.ndim > 1 else found[None]:  # one at a time stays in the cache
        tiny = np.abs(image) < np.float32(2**-14)
        tiny &= image != 0
        below = np.rint(image[tiny] * np.float32(2**24)) * np.float32(2**-24) if tiny.any() else None
        bits = image.view(np.uint32)
        odd = bits >> np.uint32(13)
        odd &= np.uint32(1)
        bits += odd
        bits += np.uint32(0xFFF)
        bits &= np.uint32(0xFFFFE000)
        if below is not None:
            image[tiny] = below
    return found


class NetworkEvidence:
    """A network's evidence on some images; the forward pass is made once, when it is first asked for.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, size, size, 3)
        RGB at the network's input size, not preprocessed.
    batch_size : int, optional
        Every call of the network is filled up to it with zeros, so that it is compiled for one shape, unless the
        network does without; `n` by default.
    precision : {"float16", "float32"}
        What the activations are rounded to; see :func:`rounded`.
    layer : str, optional
        Where to look; the specification's feature layer by default. At any other layer the head is not linear.
    """

    def __init__(
        self,
        network: Network,
        pixels: NDArray[np.uint8],
        *,
        batch_size: int | None = None,
        precision: str = HALF,
        layer: str | None = None,
    ) -> None:
        self._network, self._pixels, self._precision, self._layer = network, pixels, precision, layer
        self._batch_size = batch_size or len(pixels)
        # Kept by hand: until Python 3.12, functools.cached_property makes every instance wait for the one at work, and
        # two batches would not run beside each other.
        self._inputs: NDArray[np.float32] | None = None
        self._passed: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @property
    def activations(self) -> NDArray[np.float32]:
        """Output of the feature layer, rounded as a store rounds it; see :func:`rounded` for what is raised."""
        return self._forward()[0]

    @property
    def logits(self) -> NDArray[np.float32]:
        """Scores before softmax."""
        return self._forward()[1]

    @property
    def inputs(self) -> NDArray[np.float32]:
        """The images as the network takes them."""
        if self._inputs is None:
            self._inputs = self._network.preprocess(self._pixels)
        return self._inputs

    @property
    def differentiable(self) -> bool:
        """Whether the network has gradients beyond those in closed form."""
        return self._network.differentiable

    @property
    def linear_head(self) -> bool:
        """Whether the network ends in *feature layer -> global average pooling -> dense*."""
        return self._layer is None and self._network.head is not None

    def offers(self, needs: Needs) -> bool:
        """Tell that everything can be asked of a network, but for gradients where nothing differentiates it."""
        by_differentiation = needs == Needs.PIXEL_GRADIENTS or (needs == Needs.GRADIENTS and not self.linear_head)
        return self.differentiable or not by_differentiation

    def gradients(self, classes: Sequence[int]) -> NDArray[np.float32]:
        """Give the gradient of class scores at the feature layer: in closed form where the head is linear."""
        head = self._network.head
        if self._layer is None and head is not None:
            return head.gradients(classes, self.activations.shape[1] * self.activations.shape[2])
        return self._in_batches(
            lambda some, of: self._network.gradients(some, of, self._layer)[1], self.inputs, classes
        )

    def pixel_gradients(self, classes: Sequence[int], inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the gradient of class scores at inputs of the caller's."""
        return self._in_batches(self._network.pixel_gradients, inputs, classes)

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the logits of inputs of the caller's, in any number."""
        return self._in_batches(lambda some, _: self._network.predict(some), inputs, [0] * len(inputs))

    def _forward(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if self._passed is None:
            self._passed = self._pass()
        return self._passed

    def _pass(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        count = len(self._pixels)
        if self._layer is not None:
            found = self._network.gradients(self.inputs, [0] * count, self._layer)[0]
            return rounded(found, self._precision), self._network.predict(self.inputs)
        rows = max(self._batch_size, count) if self._network.wants_full_batches else count
        filled = np.zeros((rows, *self._pixels.shape[1:]), np.uint8)
        filled[:count] = self._pixels
        result = self._network.forward(filled)
        activations, logits = result.activations[:count], result.logits[:count]
        if not (np.isfinite(activations).all() and np.isfinite(logits).all()):
            raise ExplainError(
                f"{self._network.spec.title} gives values that are no finite numbers (NaN or infinity): its weights or "
                "its preprocessing are damaged. Nothing was stored; look at the file that the weights come from."
            )
        return rounded(activations, self._precision), logits

    def _in_batches(
        self, call: Callable[[Any, list[int]], NDArray[np.float32]], inputs: NDArray[np.float32], classes: Sequence[int]
    ) -> NDArray[np.float32]:
        found, size = [], self._batch_size
        for start in range(0, len(inputs), size):
            some, of = inputs[start : start + size], list(classes[start : start + size])
            filled = np.zeros((size if self._network.wants_full_batches else len(some), *inputs.shape[1:]), np.float32)
            filled[: len(some)] = some
            found.append(call(filled, of + [0] * (len(filled) - len(of)))[: len(some)])
        return np.concatenate(found)
