"""What a network in ONNX is, found by looking at its graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.models.feature_maps import AFTER, BEFORE, BRANCHES, FeatureMap
from explain.models.inspection import Inspection, choose_classes, choose_preprocessing, choose_size
from explain.models.onnx_archive import read_onnx
from explain.models.onnx_ending import find_ending, last_feature_map, linear_head
from explain.models.onnx_graph import SAME, OnnxGraph
from explain.models.onnx_scaling import own_preprocessing

if TYPE_CHECKING:
    from explain.models.onnx_graph import Node

_USUAL_SIDE = 224
"""What shapes are told for where a network takes images of any size."""

_ACTIVATIONS = (
    "Celu", "Clip", "Elu", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Mish", "PRelu", "QuickGelu", "Relu",
    "Selu", "Sigmoid", "Softplus", "Softsign", "Swish", "Tanh", "ThresholdedRelu",
)  # fmt: skip


def inspect_onnx(file: Path) -> Inspection:
    """Look at a ``.onnx`` file.

    Raises
    ------
    ExplainError
        If it cannot be read safely, or is no network that can be explained.
    """
    graph = OnnxGraph(read_onnx(file), file.stem, (_USUAL_SIDE, _USUAL_SIDE))
    choices: dict[str, Any] = {"file": str(file)}
    left: dict[str, str] = {}
    choose_size(graph.takes, choices, left)
    scaling = choose_preprocessing(own_preprocessing(graph), choices, left)
    scores, classes, closed, features = "", 0, False, None
    rows = [each for each in graph.outputs if _holds_scores(graph, each)]
    if len(rows) == 1:
        ending = find_ending(graph, rows[0])
        choices["head_layer"], scores, classes = ending.logits, ending.scores, ending.classes
        head = linear_head(graph, ending)
        closed = head is not None
        features, reason = (head[1], "") if head else last_feature_map(graph, ending)
        if features is None:
            left["feature_layer"] = reason
        else:
            choices["feature_layer"] = features
    else:
        left["head_layer"] = (
            f"it has several outputs, or none with scores ({', '.join(graph.outputs)}); name the one that gives them."
        )
    choose_classes(classes, choices, left)
    maps = _feature_maps(graph, features)
    return Inspection(
        file.name, choices, left, graph.channels, scaling, maps, classes, scores, closed, differentiable=False
    )


def _holds_scores(graph: OnnxGraph, tensor: str) -> bool:
    """Tell whether a tensor holds a row of numbers for each image."""
    sides = graph.shapes.get(tensor, ())[1:]
    return bool(sides) and None not in sides and sum(side != 1 for side in sides) <= 1


def _feature_maps(graph: OnnxGraph, chosen: str | None) -> tuple[FeatureMap, ...]:
    """List the last feature map of each resolution, and what is chosen."""
    last: dict[tuple[int | None, int | None], Node] = {}
    for node in graph.nodes[graph.learns_from :]:
        sides = graph.sides(node.outputs[0])
        if sides is None or node.operation in (*SAME, "Pad", "Transpose"):
            continue
        if chosen is None or last.get(sides) is not graph.maker(chosen):
            last[sides] = node
    found = []
    for sides, node in last.items():
        tensor, layout = node.outputs[0], graph.layouts[node.outputs[0]]
        shown = sides if None not in graph.takes else (None, None)
        channels = graph.shapes[tensor][layout.index("c")]
        found.append(FeatureMap(tensor, (*shown, channels), _stage(graph, node), tensor == chosen))
    return tuple(found)


def _stage(graph: OnnxGraph, node: Node) -> str:
    gates = [made.operation for each in node.inputs if (made := graph.maker(each)) and node.operation == "Mul"]
    if node.operation in _ACTIVATIONS or any(each in ("Sigmoid", "HardSigmoid", "Softplus") for each in gates):
        return AFTER
    branches = [each for each in node.inputs if graph.sides(each) is not None]
    return BRANCHES if len(branches) > 1 else BEFORE
