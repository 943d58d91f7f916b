"""What a Keras graph is made of: its layers by name, the scores before softmax, the dense layer behind pooling.

Keras is not imported here: its layers come in, and are known by the names of Keras' classes among their ancestors.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.head import Head

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec

_IDENTITIES_AT_INFERENCE = ("Dropout", "GaussianNoise")


def find_layer(model: Any, name: str, spec: ModelSpec) -> Any:
    """Find a layer by name.

    Parameters
    ----------
    model : keras.Model
    name : str
    spec : ModelSpec
        Named in errors.

    Returns
    -------
    keras.Layer

    Raises
    ------
    ExplainError
        If there is no such layer, or it lies inside a nested model.
    """
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


def logits_tensor(head_layer: Any) -> Any:
    """Give the head's scores before any softmax; the layer's own activation is undone by rebuilding it linear.

    Parameters
    ----------
    head_layer : keras.Layer

    Returns
    -------
    keras.KerasTensor, shape (None, classes)

    Raises
    ------
    ExplainError
        If the layer has an activation and is no dense layer.
    """
    activation = getattr(head_layer, "activation", None)
    name = getattr(activation, "__name__", type(activation).__name__)  # a function, or a layer
    if activation is None or name == "linear":
        return head_layer.output
    dense = _keras_class(head_layer, "Dense")
    if dense is None:
        raise ExplainError(
            f"Layer {head_layer.name!r} has the activation {name!r} and is no Dense layer; name the "
            "layer that gives the scores before softmax as head_layer."
        )
    linear = dense(head_layer.units, use_bias=head_layer.use_bias, name=f"{head_layer.name}_logits")
    logits = linear(head_layer.input)
    linear.set_weights(head_layer.get_weights())
    return logits


def closed_form_head(feature_layer: Any, head_layer: Any) -> Head | None:
    """Inspect whether the network ends in *feature layer -> global average pooling -> dense*.

    Parameters
    ----------
    feature_layer, head_layer : keras.Layer

    Returns
    -------
    Head or None
        None where it does not.
    """
    if not _keras_class(head_layer, "Dense"):
        return None
    pooled = head_layer.input
    while _keras_class(pooled._keras_history.operation, *_IDENTITIES_AT_INFERENCE):
        pooled = pooled._keras_history.operation.input
    pooling = pooled._keras_history.operation
    if not _keras_class(pooling, "GlobalAveragePooling2D") or pooling.keepdims:
        return None
    if pooling.input is not feature_layer.output:
        return None
    weights = head_layer.get_weights()
    bias = weights[1] if head_layer.use_bias else np.zeros(head_layer.units)
    return Head(np.asarray(weights[0], np.float32), np.asarray(bias, np.float32))


def _keras_class(layer: Any, *names: str) -> Any:
    """Find the class of Keras, of one of these names, that a layer is of or descends from; None where there is none."""
    for kind in type(layer).__mro__:
        if kind.__name__ in names and kind.__module__.startswith("keras."):
            return kind
    return None
