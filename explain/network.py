"""The networks: the one module that imports TensorFlow, and only when a network is loaded."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.saliency import Head, weighted_sum
from explain.weights import WEIGHTS_VARIABLE, find_weights, weights_folders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.specification import ModelSpec


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
    """A loaded classifier: forward passes, and Grad-CAM by automatic differentiation.

    Made by :func:`load_network`.

    Attributes
    ----------
    spec : ModelSpec
    head : Head or None
        The dense layer after global average pooling, where the network ends in *feature layer -> global
        average pooling -> dense*, as found by inspection; None where it does not, and Grad-CAM needs
        :meth:`grad_cam`.
    """

    def __init__(self, spec: ModelSpec, model: Any) -> None:
        self.spec = spec
        self._model = model
        self._feature_layer = _find_layer(model, spec.feature_layer, spec)
        head_layer = _find_layer(model, spec.head_layer, spec)
        self._logits = _logits_tensor(head_layer)
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
        self.head = _closed_form_head(self._feature_layer, head_layer)
        self._forward = _compiled_forward(model, self._feature_layer.output, self._logits)
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
        activations, logits = self._forward(self._preprocess(pixels))
        return ForwardPass(activations.numpy(), logits.numpy())

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
        return self._forward(np.asarray(prepared, np.float32))[1].numpy()

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

    def grad_cam(
        self, pixels: ArrayLike, class_indices: Sequence[int], layer: str | None = None
    ) -> NDArray[np.float32]:
        """Grad-CAM by automatic differentiation, for any network and any layer that gives a feature map.

        Parameters
        ----------
        pixels : array of uint8, shape (n, size, size, 3)
        class_indices : sequence of int, length n
            Target class of each image.
        layer : str, optional
            Where to look; the specification's feature layer by default.

        Returns
        -------
        ndarray of float32, shape (n, h, w)
            Raw maps at that layer's resolution.

        Raises
        ------
        ExplainError
            If the layer does not exist or gives no feature map.

        References
        ----------
        Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2; the score is taken before softmax.
        """
        import tensorflow as tf

        name = layer or self.spec.feature_layer
        if name not in self._gradients:
            output = _find_layer(self._model, name, self.spec).output
            if len(output.shape) != 4:
                raise ExplainError(
                    f"Layer {name!r} of model {self.spec.name!r} gives shape {tuple(output.shape)}; Grad-CAM needs "
                    "a feature map (images, rows, columns, channels)."
                )
            self._gradients[name] = _compiled_gradients(self._model, output, self._logits)
        activations, alpha = self._gradients[name](
            self._preprocess(pixels), tf.constant(np.asarray(class_indices, np.int32))
        )
        return weighted_sum(activations.numpy(), alpha.numpy())

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
    with _quiet_start():
        import keras

    if keras.backend.backend() != "tensorflow":
        raise ExplainError(
            f"Keras runs on {keras.backend.backend()!r} here; expected 'tensorflow'. Unset KERAS_BACKEND."
        )
    model = _load_application(spec) if spec.application else _load_file(spec)
    return Network(spec, model)


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Hold back what libraries write to standard error while they are imported, unless the import fails.

    TensorFlow logs a few lines before it reads the level that was set, so that no setting silences them.
    """
    import tempfile

    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _load_file(spec: ModelSpec) -> Any:
    import keras

    if spec.file is None or not spec.file.is_file():
        raise ExplainError(f"Model {spec.name!r}: the file {spec.file} is not there.")
    try:
        model = keras.saving.load_model(spec.file, compile=False, safe_mode=True)
    except Exception as error:  # whatever a damaged or foreign file makes the loader raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ExplainError(
            f"Model {spec.name!r}: {spec.file.name} cannot be loaded in safe mode: {reason[:300]}"
        ) from error
    if not hasattr(model, "inputs") or len(model.inputs) != 1 or len(model.inputs[0].shape) != 4:
        raise ExplainError(f"Model {spec.name!r}: expected a functional Keras model with one image input.")
    size = model.inputs[0].shape[1]
    if size not in (None, spec.input_size):
        raise ExplainError(
            f"Model {spec.name!r}: the network takes {size} pixels, but the specification says input_size = "
            f"{spec.input_size}."
        )
    return model


def _load_application(spec: ModelSpec) -> Any:
    import keras

    build = getattr(keras.applications, str(spec.application), None)
    if build is None or not callable(build):
        raise ExplainError(f"Model {spec.name!r}: keras.applications has no {spec.application!r}.")
    shape = (spec.input_size, spec.input_size, 3)
    file = find_weights(spec)
    try:
        if file is None:
            return build(weights="imagenet", input_shape=shape, classifier_activation=None)
        model = build(weights=None, input_shape=shape, classifier_activation=None)
        model.load_weights(file)
    except Exception as error:  # no network, a damaged file, another network's weights
        tried = ", ".join(str(folder) for folder in weights_folders())
        what = f"{file.name} does not fit" if file else "the download failed"
        raise ExplainError(
            f"No weights for {spec.title}: {what} ({type(error).__name__}); looked in {tried}.\n"
            f"Connect to a network once, or set {WEIGHTS_VARIABLE} to a folder that holds Keras' file "
            f"{str(spec.application).lower()}_weights_tf_dim_ordering_tf_kernels.h5."
        ) from error
    return model


def _find_layer(model: Any, name: str, spec: ModelSpec) -> Any:
    layers = {layer.name: layer for layer in model.layers}
    if name in layers:
        return layers[name]
    for layer in model.layers:
        if any(inner.name == name for inner in getattr(layer, "layers", ())):
            raise ExplainError(
                f"Model {spec.name!r}: layer {name!r} lies inside the nested model {layer.name!r}. Rebuild the "
                "network flat (apply the backbone's layers to the outer input), so that its outputs can be reached."
            )
    near = difflib.get_close_matches(name, layers, n=3) or [layer.name for layer in model.layers[-4:]]
    raise ExplainError(f"Model {spec.name!r} has no layer {name!r}. Near it: {', '.join(near)}.")


def _logits_tensor(head_layer: Any) -> Any:
    """Give the head's scores before any softmax; the layer's own activation is undone by rebuilding it linear."""
    import keras

    activation = getattr(head_layer, "activation", keras.activations.linear)
    if activation is keras.activations.linear:
        return head_layer.output
    if not isinstance(head_layer, keras.layers.Dense):
        raise ExplainError(
            f"Layer {head_layer.name!r} has the activation {activation.__name__!r} and is no Dense layer; name the "
            "layer that gives the scores before softmax as head_layer."
        )
    linear = keras.layers.Dense(head_layer.units, use_bias=head_layer.use_bias, name=f"{head_layer.name}_logits")
    logits = linear(head_layer.input)
    linear.set_weights(head_layer.get_weights())
    return logits


def _closed_form_head(feature_layer: Any, head_layer: Any) -> Head | None:
    """Inspect whether the network ends in feature layer -> global average pooling -> dense."""
    import keras

    if not isinstance(head_layer, keras.layers.Dense):
        return None
    passing = (keras.layers.Dropout, keras.layers.GaussianNoise)  # identities at inference
    pooled = head_layer.input
    while isinstance(pooled._keras_history.operation, passing):
        pooled = pooled._keras_history.operation.input
    pooling = pooled._keras_history.operation
    if not isinstance(pooling, keras.layers.GlobalAveragePooling2D) or pooling.keepdims:
        return None
    if pooling.input is not feature_layer.output:
        return None
    weights = head_layer.get_weights()
    bias = weights[1] if head_layer.use_bias else np.zeros(head_layer.units)
    return Head(np.asarray(weights[0], np.float32), np.asarray(bias, np.float32))


def _compiled_forward(model: Any, features: Any, logits: Any) -> Any:
    import keras
    import tensorflow as tf

    both = keras.Model(model.inputs, [features, logits])

    @tf.function(reduce_retracing=True)
    def forward(images: Any) -> Any:
        activations, scores = both(images, training=False)
        return tf.cast(activations, tf.float32), tf.cast(scores, tf.float32)

    return forward


def _compiled_gradients(model: Any, features: Any, logits: Any) -> Any:
    import keras
    import tensorflow as tf

    both = keras.Model(model.inputs, [features, logits])

    @tf.function(reduce_retracing=True)
    def gradients(images: Any, classes: Any) -> Any:
        with tf.GradientTape() as tape:
            images = tf.convert_to_tensor(images)
            tape.watch(images)  # a network without trainable weights must be taped as well
            activations, scores = both(images, training=False)
            # Images do not influence each other, so the gradient of the sum is each image's own gradient.
            score = tf.reduce_sum(tf.gather(scores, classes, batch_dims=1))
        alpha = tf.reduce_mean(tape.gradient(score, activations), axis=(1, 2))
        return tf.cast(activations, tf.float32), tf.cast(alpha, tf.float32)

    return gradients
