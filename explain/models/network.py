"""The networks: the one module that imports TensorFlow, and only when a network is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.ending import find_ending, linear_head
from explain.models.fit import check_classes, check_input
from explain.models.loading import load_model
from explain.models.preprocessing import grey, prepared, rows_and_columns
from explain.models.quiet_stderr import held_back_unless_failed
from explain.models.runtimes import ONNXRUNTIME, onnx_pass
from explain.models.unnesting import unnest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.models.runtimes import Pass
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


class Network:
    """A loaded classifier: forward passes, and gradients by automatic differentiation, which are TensorFlow's always.

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
    """

    def __init__(self, spec: ModelSpec, model: Any) -> None:
        self.spec = spec
        self._model = model  # as it was saved, for a copy with other weights
        self._graph = graph = unnest(model, spec.name)
        self._channels = int(graph.image.shape[-1])
        check_input(graph, spec)
        ending = find_ending(graph, spec.head_layer, spec.name, spec.scores)
        self._logits, self.scores = ending.logits, ending.scores
        check_classes(ending, spec)
        features = self._feature_map(spec.feature_layer)
        self.head = linear_head(graph, ending, features)
        self._forward = _forward_pass(spec, graph.image, features, self._logits)
        self._gradients: dict[str, Any] = {}

    def forward(self, pixels: ArrayLike) -> ForwardPass:
        """Run images through the network once.

        Parameters
        ----------
        pixels : array of uint8, shape (n, height, width, 3)
            RGB images at the network's input size, not preprocessed.
        """
        return ForwardPass(*self._forward(self.preprocess(pixels)))

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
        return self._forward(np.asarray(prepared, np.float32))[1]

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

    def gradients(
        self, prepared: ArrayLike, class_indices: Sequence[int], layer: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Differentiate class scores, taken before softmax, at a layer: automatic, so for any network.

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
        """
        name = layer or self.spec.feature_layer
        if name not in self._gradients:
            features = self._feature_map(name)
            self._gradients[name] = _compiled_gradients(self._graph.image, features, self._logits)
        return _differentiated(self._gradients[name], prepared, class_indices)

    def pixel_gradients(self, prepared: ArrayLike, class_indices: Sequence[int]) -> NDArray[np.float32]:
        """Differentiate class scores, taken before softmax, at the input.

        Parameters
        ----------
        prepared : array of float32, shape (n, height, width, channels)

        Returns
        -------
        ndarray of float32, shape (n, height, width, channels)
        """
        if "" not in self._gradients:
            self._gradients[""] = _compiled_gradients(self._graph.image, None, self._logits)
        return _differentiated(self._gradients[""], prepared, class_indices)[1]

    def randomised(self, seed: int) -> Network:
        """Give the same network with nothing of what it has learnt: the values of each weight array permuted.

        Returns
        -------
        Network
            Each array keeps the distribution of its values; this network stays as it is.

        References
        ----------
        Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3 (all layers at once).
        """
        import keras

        rng = np.random.default_rng(seed)
        model = keras.models.clone_model(self._model)
        shuffled = [rng.permutation(values.ravel()).reshape(values.shape) for values in self._model.get_weights()]
        model.set_weights(shuffled)
        return Network(self.spec, model)

    def _feature_map(self, name: str) -> Any:
        output = self._graph.find(name, self.spec.name).output
        if len(output.shape) != 4:
            raise ExplainError(
                f"Model {self.spec.name!r}: the output of layer {name!r} has shape {tuple(output.shape)}; expected a "
                "feature map (images, rows, columns, channels)."
            )
        return output


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
    return Network(spec, load_model(import_keras(), spec))


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


def _forward_pass(spec: ModelSpec, image: Any, features: Any, logits: Any) -> Pass:
    import keras

    both = keras.Model(image, [features, logits])
    return onnx_pass(both, spec) if spec.runtime == ONNXRUNTIME else _compiled_forward(both)


def _compiled_forward(both: Any) -> Pass:
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def forward(images: Any) -> Any:
        activations, scores = both(images, training=False)
        return tf.cast(activations, tf.float32), tf.cast(scores, tf.float32)

    def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        activations, scores = forward(images)
        return activations.numpy(), scores.numpy()

    return run


def _compiled_gradients(image: Any, features: Any, logits: Any) -> Any:
    """Compile the gradient of class scores at a layer's output; at the input where no layer is given."""
    import keras
    import tensorflow as tf

    network = keras.Model(image, logits if features is None else [features, logits])

    @tf.function(reduce_retracing=True)
    def gradients(images: Any, classes: Any) -> Any:
        with tf.GradientTape() as tape:
            images = tf.convert_to_tensor(images)
            tape.watch(images)  # a network without trainable weights must be taped as well
            values, scores = (
                (images, network(images, training=False)) if features is None else network(images, training=False)
            )
            # Images do not influence each other, so the gradient of the sum is each image's own gradient.
            score = tf.reduce_sum(tf.gather(scores, classes, batch_dims=1))
        return tf.cast(values, tf.float32), tf.cast(tape.gradient(score, values), tf.float32)

    return gradients


def _differentiated(
    gradients: Any, prepared: ArrayLike, class_indices: Sequence[int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    import tensorflow as tf

    values, found = gradients(
        tf.constant(np.asarray(prepared, np.float32)), tf.constant(np.asarray(class_indices, np.int32))
    )
    return values.numpy(), found.numpy()
