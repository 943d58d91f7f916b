"""What every network that can be explained offers, whatever it is made of; and the one door by which all are loaded."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.preprocessing import grey, prepared, rows_and_columns
from explain.models.quiet_stderr import held_back_unless_failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.models.head import Head
    from explain.models.specification import ModelSpec

ONEDNN_VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


@dataclass(frozen=True)
class ForwardPass:
    """What one forward pass gives.

    Attributes
    ----------
    activations : ndarray of float32, shape (n, h, w, c)
        Output of the feature layer.
    logits : ndarray of float32, shape (n, classes)
        Scores before softmax.
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]


class Network(ABC):
    """A loaded classifier: forward passes, and gradients where what runs it can differentiate.

    Made by :func:`load_network`.

    Attributes
    ----------
    spec : ModelSpec
    head : Head or None
        The dense layer after global average pooling, where the network ends in *feature layer -> global
        average pooling -> one linear layer*, as found by inspection: gradients then have a closed form. None where it
        does not, and only :meth:`gradients` gives them.
    scores : {"softmax", "sigmoid"}
        What turns its logits into probabilities: :func:`explain.models.head.probabilities`.
    differentiable : bool
        Whether :meth:`gradients` and :meth:`pixel_gradients` can be had.
    wants_full_batches : bool
        Whether it is made ready for a number of images at a time, so that it is quickest if that never changes.
    """

    differentiable = True
    wants_full_batches = True

    def __init__(self, spec: ModelSpec, channels: int, head: Head | None, scores: str) -> None:
        self.spec, self.head, self.scores = spec, head, scores
        self._channels = channels

    @property
    def channels(self) -> int:
        """Of its input: 3 for colour, 1 for grey."""
        return self._channels

    def to_onnx(self) -> bytes:
        """Convert the network to an ONNX file that takes preprocessed images and gives the feature map and the logits.

        Raises
        ------
        ExplainError
            If it holds what cannot be converted, or what converts is not installed.
        """
        raise ExplainError(f"{self.spec.title} cannot be converted to ONNX here: only networks of Keras can.")

    def forward(self, pixels: ArrayLike) -> ForwardPass:
        """Run images through the network once.

        Parameters
        ----------
        pixels : array of uint8, shape (n, height, width, 3)
            RGB images at the network's input size, not preprocessed.
        """
        return ForwardPass(*self._run(self.preprocess(pixels)))

    def predict(self, prepared: ArrayLike) -> NDArray[np.float32]:
        """Give the logits of preprocessed images, and nothing else.

        Parameters
        ----------
        prepared : array of float32, shape (n, height, width, channels)
            What :meth:`preprocess` gives, possibly perturbed.

        Returns
        -------
        ndarray of float32, shape (n, classes)
        """
        return self._run(np.asarray(prepared, np.float32))[1]

    def preprocess(self, pixels: ArrayLike) -> NDArray[np.float32]:
        """Turn pixels into what the network was trained on: grey where it takes one channel, and scaled.

        Parameters
        ----------
        pixels : array of uint8, shape (n, height, width, 3)

        Returns
        -------
        ndarray of float32, shape (n, height, width, channels)
        """
        height, width = rows_and_columns(self.spec.input_size)
        images = np.asarray(pixels)
        if images.ndim != 4 or images.shape[1:] != (height, width, 3):
            raise ValueError(f"pixels have shape {images.shape}: expected (n, {height}, {width}, 3)")
        return prepared(grey(images) if self._channels == 1 else images, self.spec.preprocessing)

    @abstractmethod
    def gradients(
        self, prepared: ArrayLike, class_indices: Sequence[int], layer: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Differentiate class scores, taken before softmax, at a layer.

        Parameters
        ----------
        prepared : array of float32, shape (n, height, width, channels)
            What :meth:`preprocess` gives.
        class_indices : sequence of int, length n
            The class of each image's score.
        layer : str, optional
            The specification's feature layer by default.

        Returns
        -------
        activations, gradients : ndarray of float32, shape (n, h, w, c)

        Raises
        ------
        ExplainError
            If the layer does not exist or gives no feature map.
        UnavailableError
            If the network is not differentiable.
        """

    @abstractmethod
    def pixel_gradients(self, prepared: ArrayLike, class_indices: Sequence[int]) -> NDArray[np.float32]:
        """Differentiate class scores, taken before softmax, at the input.

        Parameters
        ----------
        prepared : array of float32, shape (n, height, width, channels)

        Returns
        -------
        ndarray of float32, shape (n, height, width, channels)

        Raises
        ------
        UnavailableError
            If the network is not differentiable.
        """

    @abstractmethod
    def randomised(self, seed: int, share: float = 1.0, images: ArrayLike | None = None) -> Network:
        """Give the same network without what its top has learnt: the values of each of its weight arrays permuted.

        Parameters
        ----------
        share : float
            Of the layers that have weights, counted from the scores back; 1 is the whole network.
        images : array of float32, shape (n, height, width, channels), optional
            What :meth:`preprocess` gives, on which the mean and variance of every batch normalisation are estimated
            anew, where what runs the network can do that. With those of the trained network, or shuffled ones, what
            reaches the last layers hardly depends on the image, and the maps of all images are nearly the same.

        Returns
        -------
        Network
            Each array keeps the distribution of its values; this network stays as it is.

        References
        ----------
        Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3 (cascading randomisation).
        """

    @abstractmethod
    def _run(self, images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give activations and logits of preprocessed images."""

    def arithmetic_offset(self) -> tuple[float, float] | None:
        """Tell by strides and paddings alone where the feature layer's cells look, in pixels down and right.

        Returns
        -------
        (float, float) or None
            Beyond the middles of the cells' shares of the image; None where arithmetic cannot follow the network.
        """
        return None


def onednn() -> str:
    """Tell whether networks run on oneDNN's kernels: always, unless ``TF_ENABLE_ONEDNN_OPTS`` says otherwise.

    TensorFlow leaves them off on processors without AVX-512, where they are faster as well. They add in another
    order, so that results differ in the last digits.

    Returns
    -------
    str
        The variable's value, "1" by default.
    """
    return os.environ.get(ONEDNN_VARIABLE, "1")


def load_network(spec: ModelSpec) -> Network:
    """Load a classifier as its specification says.

    Raises
    ------
    ExplainError
        If the file or the weights are not there or cannot be read safely, a layer does not exist, or the
        number of classes does not fit.
    """
    if spec.is_onnx:
        from explain.models.onnx_network import load_onnx

        return load_onnx(spec)
    from explain.models.keras_network import KerasNetwork
    from explain.models.loading import load_model

    return KerasNetwork(spec, load_model(import_keras(), spec))


def limit_threads(count: int) -> None:
    """Let each of TensorFlow's operations have so many threads, in this process from now on.

    Passes that run beside each other then do not wait for each other. Where TensorFlow was at work before, it keeps the
    threads that it has: they cannot be changed any more.
    """
    import_keras()
    import tensorflow as tf

    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(count)


def import_keras() -> Any:
    """Import Keras on TensorFlow, without what they print.

    Raises
    ------
    ExplainError
        If Keras was told to run on something else.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault(ONEDNN_VARIABLE, onednn())
    with held_back_unless_failed():  # TensorFlow logs a few lines before it reads the level that was set
        import keras

    if keras.backend.backend() != "tensorflow":
        raise ExplainError(
            f"Keras runs on {keras.backend.backend()!r} here; expected 'tensorflow'. Unset KERAS_BACKEND."
        )
    return keras
