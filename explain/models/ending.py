"""How a network ends: the scores before softmax or sigmoid, and the linear head behind pooling, found by inspection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.head import SIGMOID, SOFTMAX, Head, head_of_two_classes
from explain.models.layer_classes import activation_name, keras_class

if TYPE_CHECKING:
    from explain.models.unnesting import Call, Graph

_POOLINGS = ("GlobalAveragePooling2D", "AveragePooling2D")
_RESHAPING = ("Flatten", "Reshape")


@dataclass(frozen=True)
class Ending:
    """The end of a network.

    Attributes
    ----------
    logits : keras.KerasTensor, shape (None, classes)
        Scores before softmax or sigmoid. A network with one output z tells two classes apart, and gets the logits
        (-z/2, z/2): their softmax is (1 - sigmoid(z), sigmoid(z)), and what speaks for one speaks against the other.
    scores : {"softmax", "sigmoid"}
        What turns the logits into probabilities.
    one_output : bool
        Whether the network itself has one output.
    last : Call
        What gives the network's own scores, linear, with any activation of its own taken off.
    """

    logits: Any
    scores: str
    one_output: bool
    last: Call


def find_ending(graph: Graph, head_layer: str, model: str, scores: str | None = None) -> Ending:
    """Find the scores before softmax or sigmoid.

    Parameters
    ----------
    head_layer : str
        The layer that gives them, with or without the activation in it, or the activation behind it.
    model : str
        Named in errors.
    scores : {"softmax", "sigmoid"}, optional
        What the specification says; needed only where the network leaves softmax or sigmoid to its loss.

    Raises
    ------
    ExplainError
        If the layer gives no scores of classes, or the specification contradicts it.
    """
    call = graph.find(head_layer, model)
    call = graph.maker(call.output) or call  # what does nothing stands for what comes before it
    found = activation_name(call.layer)
    if found in (SOFTMAX, SIGMOID) and not _linear_layer(call):
        maker = graph.maker(call.inputs[0])  # softmax as a layer of its own
        if maker is None:
            raise ExplainError(f"Model {model!r}: layer {head_layer!r} has no layer before it that gives scores.")
        call, own = maker, activation_name(maker.layer)
        if own not in (None, "linear"):
            raise ExplainError(_unfit(model, call.path, own))
        tensor = call.output
    elif found in (SOFTMAX, SIGMOID):
        tensor = _without_activation(call)
    elif found in (None, "linear"):
        call, tensor = _down_to_a_row(graph, call)
        found = next((name for user in graph.users(tensor) if (name := activation_name(user.layer))), None)
    else:
        raise ExplainError(_unfit(model, call.path, found))
    if len(tensor.shape) == 4 and tensor.shape[1:3] == (1, 1):
        import keras

        tensor = keras.ops.reshape(tensor, (-1, tensor.shape[-1]))
    if len(tensor.shape) != 2 or tensor.shape[-1] is None:
        raise ExplainError(
            f"Model {model!r}: layer {head_layer!r} gives shape {tuple(tensor.shape)}; expected scores (images, "
            "classes). Name the layer that gives the scores before softmax as head_layer."
        )
    found = found if found in (SOFTMAX, SIGMOID) else None
    if scores is not None and found is not None and scores != found:
        raise ExplainError(
            f"Model {model!r}: the specification says scores = {scores!r}, but the network ends in {found}. "
            "Leave the key out."
        )
    return _ended(tensor, call, scores or found)


def linear_head(graph: Graph, ending: Ending, features: Any) -> Head | None:
    """Inspect whether the network ends in *feature layer -> global average pooling -> one linear layer*.

    A 1 x 1 convolution is a linear layer too, before the pooling or behind it: the mean of a linear function is the
    function of the mean.

    Parameters
    ----------
    features : keras.KerasTensor
        Output of the feature layer.

    Returns
    -------
    Head or None
        None where it does not.
    """
    weights: tuple[Any, Any] | None = None
    pooled, call = False, ending.last
    while True:
        if len(call.inputs) != 1:
            return None
        (tensor,) = call.inputs
        if weights is None and _linear_layer(call) and (call is ending.last or _ends_linear(call)):
            weights = _weights(call.layer)
        elif not pooled and _averages_everything(call):
            pooled = True
        elif not (keras_class(call.layer, *_RESHAPING) and _one_position(tensor)):
            return None
        if pooled and weights is not None and tensor is features:
            return head_of_two_classes(Head(*weights)) if ending.one_output else Head(*weights)
        before = graph.maker(tensor)
        if before is None:
            return None
        call = before


def _ended(tensor: Any, last: Call, scores: str | None) -> Ending:
    if int(tensor.shape[-1]) > 1:
        return Ending(tensor, scores or SOFTMAX, False, last)
    import keras

    both = keras.ops.concatenate([-tensor / 2, tensor / 2], axis=-1)
    return Ending(both, SOFTMAX, True, last)


def _down_to_a_row(graph: Graph, call: Call) -> tuple[Call, Any]:
    """Follow a convolution that scores every position to where its scores are pooled into one row."""
    while len(call.output.shape) == 4:
        following = [each for each in graph.users(call.output) if keras_class(each.layer, *_POOLINGS, *_RESHAPING)]
        if len(following) != 1:
            break
        call = following[0]
    return call, call.output


def _without_activation(call: Call) -> Any:
    """Call a dense layer or a 1 x 1 convolution once more without its activation, in single precision."""
    layer = call.layer
    config = {**layer.get_config(), "name": f"{layer.name}_logits", "activation": None, "dtype": "float32"}
    linear = type(layer).from_config(config)
    logits = linear(call.inputs[0])
    linear.set_weights(layer.get_weights())
    return logits


def _linear_layer(call: Call) -> bool:
    """Tell whether a layer is, but for its activation, one product with a matrix at every position by itself."""
    layer = call.layer
    if keras_class(layer, "Dense"):
        return True
    if not keras_class(layer, "Conv2D") or keras_class(layer, "DepthwiseConv2D", "SeparableConv2D"):
        return False
    return bool(tuple(layer.kernel_size) == (1, 1) and tuple(layer.strides) == (1, 1) and layer.groups == 1)


def _ends_linear(call: Call) -> bool:
    return activation_name(call.layer) in (None, "linear")


def _weights(layer: Any) -> tuple[Any, Any]:
    kernel, *bias = layer.get_weights()
    kernel = np.asarray(kernel, np.float32).reshape(kernel.shape[-2:])
    return kernel, np.asarray(bias[0] if layer.use_bias else np.zeros(kernel.shape[-1]), np.float32)


def _averages_everything(call: Call) -> bool:
    if keras_class(call.layer, "GlobalAveragePooling2D"):
        return True
    if not keras_class(call.layer, "AveragePooling2D"):
        return False
    return tuple(call.layer.pool_size) == tuple(call.inputs[0].shape[1:3]) and _one_position(call.output)


def _one_position(tensor: Any) -> bool:
    return len(tensor.shape) == 2 or tuple(tensor.shape[1:3]) == (1, 1)


def _unfit(model: str, layer: str, activation: str | None) -> str:
    return (
        f"Model {model!r}: layer {layer!r} ends in {activation!r}; expected scores that are linear, or go through "
        "softmax or sigmoid. Name the layer that gives the scores before softmax as head_layer."
    )
