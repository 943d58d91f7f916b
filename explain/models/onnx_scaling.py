"""What a network in ONNX does with pixels before its first weights, so that nothing scales them a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.models.onnx_graph import SAME
from explain.models.scaling import pixels_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.models.onnx_graph import Node, OnnxGraph

_GEOMETRY = (*SAME, "Crop", "Gather", "Pad", "Resize", "Slice", "Transpose")


def own_preprocessing(graph: OnnxGraph) -> tuple[str, str] | None:
    """Tell which pixels a network takes, where its first operations say it.

    Their constants are put together to one line, scale times pixel plus offset, channel by channel.

    Returns
    -------
    (str, str) or None
        The preprocessing that a specification must name, and the tensor that is scaled. None where the first operations
        do not scale: how the images of such a network's training were scaled stands nowhere in its file.
    """
    scale, offset = np.ones(1), np.zeros(1)
    tensor, scaled = graph.image, ""
    while len(users := graph.users(tensor)) == 1:
        (node,) = users
        if node.operation not in _GEOMETRY:
            step = _line(graph, node, tensor)
            if step is None:
                break
            scale, offset = step[0] * scale, step[0] * offset + step[1]
            scaled = node.outputs[0]
        tensor = node.outputs[0]
    if not scaled:
        return None
    found = pixels_for(float(np.abs(scale).max()), float(offset[np.abs(offset).argmax()]))
    return (found, scaled) if found else None


def _line(graph: OnnxGraph, node: Node, tensor: str) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Give scale and offset of one arithmetic operation with constants; None of anything else."""
    if node.operation not in ("Add", "Div", "Mul", "Sub"):
        return None
    first = node.inputs[0] == tensor
    found = graph.constant(node.inputs[1] if first else node.inputs[0])
    if found is None or found.size not in (1, graph.channels) or (node.operation == "Div" and not first):
        return None
    value = np.asarray(found, np.float64).ravel()
    if node.operation == "Mul":
        return value, np.zeros(1)
    if node.operation == "Div":
        return (1 / value, np.zeros(1)) if value.all() else None
    if node.operation == "Add":
        return np.ones(1), value
    return (np.ones(1), -value) if first else (-np.ones(1), value)
