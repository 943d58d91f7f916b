"""How a network in ONNX ends: scores before softmax or sigmoid, the linear head after pooling, the last feature map."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.head import SIGMOID, SOFTMAX, Head, head_of_two_classes
from explain.models.onnx_graph import CHANNELS_FIRST, CHANNELS_LAST, RESHAPING, SAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.models.onnx_graph import Node, OnnxGraph

_ACTIVATIONS = {"Softmax": SOFTMAX, "LogSoftmax": SOFTMAX, "Sigmoid": SIGMOID}
_POOLING = ("AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "MaxPool", "Pad", "ReduceMax", "ReduceMean")
_MIXES_TOKENS = ("Attention", "Einsum", "GroupQueryAttention", "MultiHeadAttention")


@dataclass(frozen=True)
class OnnxEnding:
    """The end of a network.

    Attributes
    ----------
    logits : str
        The tensor of scores before softmax or sigmoid.
    scores : {"softmax", "sigmoid"}
        What turns them into probabilities.
    outputs : int
        How many scores the tensor holds. One, z, tells two classes apart, as in :class:`explain.models.ending.Ending`.
    """

    logits: str
    scores: str
    outputs: int

    @property
    def one_output(self) -> bool:
        """Whether the network itself has one score."""
        return self.outputs == 1

    @property
    def classes(self) -> int:
        """How many classes are told apart."""
        return 2 if self.one_output else self.outputs


def find_ending(graph: OnnxGraph, head_layer: str, scores: str | None = None) -> OnnxEnding:
    """Find the scores before softmax or sigmoid.

    Parameters
    ----------
    head_layer : str
        The tensor of scores, or what softmax or sigmoid makes of it.
    scores : {"softmax", "sigmoid"}, optional
        What the specification says; needed only where the network leaves softmax or sigmoid to its loss.

    Raises
    ------
    ExplainError
        If there are no scores of classes, or the specification contradicts the network.
    """
    tensor = graph.same(graph.find(head_layer))
    made = graph.maker(tensor)
    found = _ACTIVATIONS.get(made.operation) if made else None
    if made is not None and found is not None:
        tensor = graph.same(made.inputs[0])
    else:
        found = _activation_behind(graph, tensor)
    shape = graph.shapes.get(tensor, (None,))
    outputs = [side for side in shape[1:] if side != 1]
    if len(shape) < 2 or len(outputs) > 1 or None in outputs:
        raise ExplainError(
            f"Model {graph.name!r}: layer {head_layer!r} gives shape {shape}; expected scores (images, classes). "
            "Name the tensor that holds the scores before softmax as head_layer."
        )
    if scores is not None and found is not None and scores != found:
        raise ExplainError(
            f"Model {graph.name!r}: the specification says scores = {scores!r}, but the network ends in {found}. "
            "Leave the key out."
        )
    number = prod(side or 1 for side in outputs)
    return OnnxEnding(tensor, SOFTMAX if number == 1 else scores or found or SOFTMAX, number)


def linear_head(graph: OnnxGraph, ending: OnnxEnding) -> tuple[Head, str] | None:
    """Inspect whether the network ends in *feature map -> global average pooling -> one linear layer*.

    A 1 x 1 convolution is a linear layer too, before the pooling or behind it: the mean of a linear function is the
    function of the mean.

    Returns
    -------
    (Head, str) or None
        With the tensor that holds the feature map. None where the network ends otherwise, or its weights are no
        constants.
    """
    kernel: NDArray[np.float32] | None = None
    bias: Any = np.float32(0)
    pooled, tensor = False, ending.logits
    while (node := graph.maker(tensor)) is not None:
        operand = node.inputs[0]
        if node.operation in SAME:
            pass
        elif not pooled and node.operation in (*RESHAPING, "Transpose"):
            pass  # of one position; that there is one, the pooling before it shows
        elif kernel is None and node.operation == "Add" and (added := _one_constant(graph, node)) is not None:
            operand, value = added
            bias = bias + value
        elif kernel is None and (linear := _linear(graph, node)) is not None:
            kernel, own = linear
            bias = bias + own
        elif not pooled and _averages_everything(graph, node):
            pooled = True
        else:
            return None
        tensor = operand
        if pooled and kernel is not None:
            break
    if not pooled or kernel is None or kernel.shape != (_channels(graph, tensor), ending.outputs):
        return None
    if np.size(bias) not in (1, ending.outputs):
        return None
    head = Head(np.ascontiguousarray(kernel), np.broadcast_to(bias, ending.outputs).astype(np.float32))
    return (head_of_two_classes(head) if ending.one_output else head), _upright(graph, tensor)


def is_same_map(graph: OnnxGraph, one: str, other: str) -> bool:
    """Tell whether two tensors hold the same feature map, but for the order of its axes."""
    return _upright(graph, one) == _upright(graph, other)


def last_feature_map(graph: OnnxGraph, ending: OnnxEnding) -> tuple[str | None, str]:
    """Find the last feature map that the scores come from.

    Pooling is gone back through, as a map is finer before it, and so is what follows it.

    Returns
    -------
    (str or None, str)
        The tensor; where there is none, why.
    """
    waiting, seen, found = [ending.logits], set(), set()
    while waiting:
        tensor = waiting.pop()
        node = graph.maker(tensor)
        if node is None or tensor in seen:
            continue
        seen.add(tensor)
        scores_positions = node.operation == "Conv" and _channels(graph, tensor) == ending.outputs
        passed = node.operation in (*_POOLING, *SAME, "Transpose") or scores_positions
        if graph.sides(tensor) is not None and not (passed and graph.sides(node.inputs[0]) is not None):
            found.add(tensor)
            continue
        products = node.operation == "MatMul" and all(graph.constant(each) is None for each in node.inputs)
        if products or node.operation in _MIXES_TOKENS:
            return None, (
                "its scores come from tokens that attend to each other (a transformer), not from a feature map, and "
                "the methods here explain feature maps; a tensor (images, channels, rows, columns) can be named."
            )
        waiting.extend(each for each in node.inputs if each)
    if len(found) != 1:
        return None, "its scores do not come from one feature map; name the tensor to look at."
    return found.pop(), ""


def _activation_behind(graph: OnnxGraph, tensor: str) -> str | None:
    while len(users := graph.users(tensor)) == 1:
        (node,) = users
        if node.operation in _ACTIVATIONS:
            return _ACTIVATIONS[node.operation]
        if node.operation not in (*SAME, *RESHAPING):
            return None
        tensor = node.outputs[0]
    return None


def _one_constant(graph: OnnxGraph, node: Node) -> tuple[str, NDArray[np.float32]] | None:
    """Give the other operand, and the constant as a row."""
    for one, other in (node.inputs, node.inputs[::-1]):
        if (value := graph.constant(other)) is not None and value.size == max(value.shape, default=1):
            return one, value.astype(np.float32).ravel()
    return None


def _linear(graph: OnnxGraph, node: Node) -> tuple[NDArray[np.float32], Any] | None:
    """Give kernel (inputs, outputs) and bias of a linear layer; None of anything else."""
    given = [graph.constant(each) if each else None for each in node.inputs[1:]]
    if node.operation not in ("Gemm", "MatMul", "Conv") or not given or any(each is None for each in given):
        return None
    weights, *rest = (np.asarray(each, np.float32) for each in given)
    bias = rest[0].ravel() if rest else np.float32(0)
    options = node.attributes
    if node.operation == "Conv":
        plain = set(options.get("strides", (1,))) == {1} and options.get("group", 1) == 1
        plain = plain and not any(options.get("pads", ())) and options.get("auto_pad", b"NOTSET") != b"SAME_LOWER"
        return (weights[:, :, 0, 0].T, bias) if plain and weights.shape[2:] == (1, 1) else None
    if weights.ndim != 2 or options.get("transA"):
        return None
    kernel = weights.T if options.get("transB") else weights
    return kernel * np.float32(options.get("alpha", 1)), bias * np.float32(options.get("beta", 1))


def _averages_everything(graph: OnnxGraph, node: Node) -> bool:
    if node.operation == "GlobalAveragePool":
        return True
    shape = graph.shapes.get(node.inputs[0], ())
    if len(shape) != 4:
        return False
    if node.operation == "AveragePool":
        return tuple(node.attributes["kernel_shape"]) == shape[2:] and not any(node.attributes.get("pads", ()))
    if node.operation != "ReduceMean":
        return False
    spatial = _reduced(graph, node)
    layout = graph.layouts.get(node.inputs[0])
    if layout is None:
        return spatial in ([2, 3], [1, 2])
    return spatial == sorted((layout.index("h"), layout.index("w")))


def _reduced(graph: OnnxGraph, node: Node) -> list[int]:
    """Give the axes, of four, that an operation reduces; an input since version 18 of ONNX' operations."""
    axes = node.attributes.get("axes") or (graph.constant(node.inputs[1]) if len(node.inputs) > 1 else None)
    return sorted(int(axis) % 4 for axis in (() if axes is None else np.ravel(axes)))


def _channels(graph: OnnxGraph, tensor: str) -> int | None:
    shape, layout = graph.shapes.get(tensor, ()), graph.layouts.get(tensor)
    if layout is None:
        for node in graph.users(tensor):  # a mean over rows and columns says where they are
            if node.operation == "ReduceMean" and len(shape) == 4:
                layout = CHANNELS_LAST if _reduced(graph, node) == [1, 2] else CHANNELS_FIRST
    return shape[layout.index("c")] if layout and len(shape) == 4 else None


def _upright(graph: OnnxGraph, tensor: str) -> str:
    while (node := graph.maker(tensor)) is not None and node.operation in (*SAME, "Transpose"):
        tensor = node.inputs[0]
    return tensor
