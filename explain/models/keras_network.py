"""A network of Keras, run by TensorFlow or ONNX Runtime; its gradients are TensorFlow's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.ending import find_ending, linear_head
from explain.models.fit import check_classes, check_input
from explain.models.layer_classes import keras_class
from explain.models.network import Network
from explain.models.preprocessing import rows_and_columns
from explain.models.receptive_field import receptive_field
from explain.models.runtimes import ONNXRUNTIME, onnx_bytes, onnx_pass
from explain.models.scaling import own_preprocessing
from explain.models.unnesting import function_of, unnest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.models.runtimes import Pass
    from explain.models.specification import ModelSpec
    from explain.models.unnesting import Graph


class KerasNetwork(Network):
    """A Keras model as a network that can be explained.

    Parameters
    ----------
    model : keras.Model
        As :func:`explain.models.loading.load_model` gives it.
    """

    def __init__(self, spec: ModelSpec, model: Any) -> None:
        self._model = model  # as it was saved, for a copy with other weights
        self._graph = graph = unnest(model, spec.name)
        rows, columns, channels = graph.image.shape[1:]
        check_input(spec, (rows, columns), int(channels), own_preprocessing(graph))
        ending = find_ending(graph, spec.head_layer, spec.name, spec.scores)
        check_classes(spec, int(ending.logits.shape[-1]), ending.one_output)
        self._logits = ending.logits
        features = self._feature_map(spec, spec.feature_layer)
        self._features = features
        super().__init__(spec, int(channels), linear_head(graph, ending, features), ending.scores)
        self._both = _features_and_logits(graph.image, features, self._logits)
        self._forward = onnx_pass(self._both, spec) if spec.runtime == ONNXRUNTIME else _compiled_forward(self._both)
        self._gradients: dict[str, Any] = {}

    def gradients(
        self, prepared: ArrayLike, class_indices: Sequence[int], layer: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Differentiate class scores at a layer, automatically, so for any network of Keras."""
        name = layer or self.spec.feature_layer
        if name not in self._gradients:
            features = self._feature_map(self.spec, name)
            self._gradients[name] = _compiled_gradients(self._graph.image, features, self._logits)
        return _differentiated(self._gradients[name], prepared, class_indices)

    def pixel_gradients(self, prepared: ArrayLike, class_indices: Sequence[int]) -> NDArray[np.float32]:
        """Differentiate class scores at the input, automatically."""
        if "" not in self._gradients:
            self._gradients[""] = _compiled_gradients(self._graph.image, None, self._logits)
        return _differentiated(self._gradients[""], prepared, class_indices)[1]

    def to_onnx(self) -> bytes:
        """Convert the network to an ONNX file."""
        return onnx_bytes(self._both, self.spec)

    def randomised(self, seed: int, share: float = 1.0, images: ArrayLike | None = None) -> KerasNetwork:
        """Permute the values of arrays of weights, in a copy."""
        import keras

        rng = np.random.default_rng(seed)
        model = keras.models.clone_model(self._model)
        model.set_weights(self._model.get_weights())
        layers = _layers_with_weights(unnest(model, self.spec.name))
        for layer in layers[len(layers) - round(share * len(layers)) :]:
            layer.set_weights([rng.permutation(values.ravel()).reshape(values.shape) for values in layer.get_weights()])
        if images is not None:
            _normalise_anew(model, np.asarray(images, np.float32))
        return KerasNetwork(self.spec, model)

    def arithmetic_offset(self) -> tuple[float, float] | None:
        """Follow strides and paddings from the image to the feature layer."""
        sides = rows_and_columns(self.spec.input_size)
        found = receptive_field(self._graph, self._features, sides)
        return None if found is None else (found[0].offset(sides[0]), found[1].offset(sides[1]))

    def _run(self, images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self._forward(images)

    def _feature_map(self, spec: ModelSpec, name: str) -> Any:
        output = self._graph.find(name, spec.name).output
        if len(output.shape) != 4:
            raise ExplainError(
                f"Model {spec.name!r}: the output of layer {name!r} has shape {tuple(output.shape)}; expected a "
                "feature map (images, rows, columns, channels)."
            )
        return output


def _layers_with_weights(graph: Graph) -> list[Any]:
    """List a network's layers from the image on, each once; inner models stand for nothing but their layers."""
    layers = {id(call.layer): call.layer for call in graph.calls if function_of(call.layer) is None}
    return [layer for layer in layers.values() if getattr(layer, "weights", ())]


def _normalise_anew(model: Any, images: NDArray[np.float32]) -> None:
    """Estimate mean and variance of every batch normalisation on images, each behind those before it."""
    found = [each for each in model._flatten_layers() if keras_class(each, "BatchNormalization")]
    for layer in found:
        layer.trainable, layer.momentum = True, 0.0
    if found:
        model(images, training=True)


def _features_and_logits(image: Any, features: Any, logits: Any) -> Any:
    import keras

    return keras.Model(image, [features, logits])


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
