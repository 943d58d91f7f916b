"""The networks: the one module that imports TensorFlow, and only when a network is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.graph import closed_form_head, find_layer, logits_tensor
from explain.models.loading import load_model
from explain.models.quiet_stderr import held_back_unless_failed
from explain.models.runtimes import ONNXRUNTIME, onnx_pass

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
        average pooling -> dense*, as found by inspection: gradients then have a closed form. None where it does
        not, and only :meth:`gradients` gives them.
    """

    def __init__(self, spec: ModelSpec, model: Any) -> None:
        self.spec = spec
        self._model = model
        self._feature_layer = find_layer(model, spec.feature_layer, spec)
        head_layer = find_layer(model, spec.head_layer, spec)
        self._logits = logits_tensor(head_layer)
        classes = int(self._logits.shape[-1])
        if classes != len(spec.classes):
            raise ExplainError(
                f"Model {spec.name!r}: layer {spec.head_layer!r} has {classes} outputs, but the specification "
                f"names {len(spec.classes)} classes. Give as many class names as there are outputs, in their order."
            )
        if len(self._feature_layer.output.shape) != 4:
            raise ExplainError(
                f"Model {spec.name!r}: the output of layer {spec.feature_layer!r} has shape "
                f"{tuple(self._feature_layer.output.shape)}; expected a feature map (images, rows, columns, channels)."
            )
        self.head = closed_form_head(self._feature_layer, head_layer)
        self._forward = _forward_pass(spec, model, self._feature_layer.output, self._logits)
        self._gradients: dict[str, Any] = {}

    def forward(self, pixels: ArrayLike) -> ForwardPass:
        """Run images through the network once.

        Parameters
        ----------
        pixels : array of uint8, shape (n, size, size, 3)
            RGB images at the network's input size, not preprocessed.

        Returns
        -------
        ForwardPass
        """
        return ForwardPass(*self._forward(self._preprocess(pixels)))

    def predict(self, prepared: ArrayLike) -> NDArray[np.float32]:
        """Give the logits of preprocessed images, and nothing else.

        Parameters
        ----------
        prepared : array of float32, shape (n, size, size, 3)
            What :meth:`preprocess` gives, possibly perturbed.

        Returns
        -------
        ndarray of float32, shape (n, classes)
        """
        return self._forward(np.asarray(prepared, np.float32))[1]

    def preprocess(self, pixels: ArrayLike) -> NDArray[np.float32]:
        """Turn pixels into what the network was trained on, by ``keras.applications.imagenet_utils``.

        Parameters
        ----------
        pixels : array of uint8, shape (n, size, size, 3)

        Returns
        -------
        ndarray of float32, same shape
        """
        return np.asarray(self._preprocess(pixels), np.float32)

    def gradients(
        self, prepared: ArrayLike, class_indices: Sequence[int], layer: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Differentiate class scores, taken before softmax, at a layer: automatic, so for any network.

        Parameters
        ----------
        prepared : array of float32, shape (n, size, size, 3)
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
            output = find_layer(self._model, name, self.spec).output
            if len(output.shape) != 4:
                raise ExplainError(
                    f"Layer {name!r} of model {self.spec.name!r} gives shape {tuple(output.shape)}; gradients are "
                    "taken at a feature map (images, rows, columns, channels)."
                )
            self._gradients[name] = _compiled_gradients(self._model, output, self._logits)
        return _differentiated(self._gradients[name], prepared, class_indices)

    def pixel_gradients(self, prepared: ArrayLike, class_indices: Sequence[int]) -> NDArray[np.float32]:
        """Differentiate class scores, taken before softmax, at the input.

        Parameters
        ----------
        prepared : array of float32, shape (n, size, size, 3)
        class_indices : sequence of int, length n

        Returns
        -------
        ndarray of float32, shape (n, size, size, 3)
        """
        if "" not in self._gradients:
            self._gradients[""] = _compiled_gradients(self._model, None, self._logits)
        return _differentiated(self._gradients[""], prepared, class_indices)[1]

    def randomised(self, seed: int) -> Network:
        """Give the same network with nothing of what it has learnt: the values of each weight array permuted.

        Parameters
        ----------
        seed : int

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

    def _preprocess(self, pixels: ArrayLike) -> Any:
        from keras.applications import imagenet_utils

        size = self.spec.input_size
        images = np.asarray(pixels)
        if images.ndim != 4 or images.shape[1:] != (size, size, 3):
            raise ValueError(f"pixels have shape {images.shape}: expected (n, {size}, {size}, 3)")
        return imagenet_utils.preprocess_input(
            images.astype(np.float32), data_format="channels_last", mode=self.spec.preprocessing
        )


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

    Parameters
    ----------
    spec : ModelSpec

    Returns
    -------
    Network

    Raises
    ------
    ExplainError
        If the file or the weights are not there or cannot be read safely, a layer does not exist, or the
        number of classes does not fit.
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
    return Network(spec, load_model(keras, spec))


def _forward_pass(spec: ModelSpec, model: Any, features: Any, logits: Any) -> Pass:
    import keras

    (image,) = model.inputs
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


def _compiled_gradients(model: Any, features: Any, logits: Any) -> Any:
    """Compile the gradient of class scores at a layer's output; at the input where no layer is given."""
    import keras
    import tensorflow as tf

    network = keras.Model(model.inputs, logits if features is None else [features, logits])

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
