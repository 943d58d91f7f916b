"""The graph of a network in ONNX: its operations, the constants among them, and which axis of a tensor is which."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shape = tuple[int | None, ...]

CHANNELS_FIRST, CHANNELS_LAST = "nchw", "nhwc"
"""Axes of a tensor in their order: images, channels, rows, columns; or channels last."""

SAME = ("Identity", "Dropout", "Cast")
"""Operations that change no value when a network is used."""

RESHAPING = ("Flatten", "Reshape", "Squeeze", "Unsqueeze")

_SPATIAL = (
    "AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace", "FusedConv", "GlobalAveragePool",
    "GlobalMaxPool", "GroupNormalization", "InstanceNormalization", "LRN", "LpPool", "MaxPool", "QLinearConv",
    "QLinearAveragePool", "QLinearGlobalAveragePool", "SpaceToDepth",
)  # fmt: skip
"""Operations that ONNX defines for channels first."""

_FOLDED = ("Cast", "DequantizeLinear", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")
"""What is computed where a constant is asked for: exporters leave it between weights and their use."""

_SMALL = 4096
"""Bytes of a constant that the shape of something may follow from."""
_MOST_VALUES = 1 << 28


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes
    ----------
    operation : str
        Its kind: ``Conv``, ``Relu``.
    name : str
        May be empty.
    inputs, outputs : tuple of str
        Names of tensors; empty for an optional one that is left out.
    attributes : mapping of str to object
    """

    operation: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


class OnnxGraph:
    """A network's operations from its one image to its outputs.

    Parameters
    ----------
    model : onnx.ModelProto
        As :func:`explain.models.onnx_archive.read_onnx` gives it.
    name : str
        Of the network, for errors.
    sides : (int, int), optional
        Height and width of the image, where the network leaves them open.

    Attributes
    ----------
    nodes : tuple of Node
        In an order in which they can run, without those that only hold a constant.
    image : str
        The input.
    takes : (int or None, int or None)
        Its rows and columns; None where any will do.
    batch : int or None
        How many images at a time; None where any number will do.
    channels : int
    outputs : tuple of str
    shapes : mapping of str to tuple of int or None
        Of every tensor whose shape is known, for one image.
    layouts : mapping of str to str
        Axes of tensors with four: :data:`CHANNELS_FIRST`, :data:`CHANNELS_LAST`, or any other order.

    Raises
    ------
    ExplainError
        If the network takes anything but one image.
    """

    def __init__(self, model: Any, name: str, sides: tuple[int, int] | None = None) -> None:
        from onnx import helper

        graph, self.name = model.graph, name
        self._constants = {each.name: each for each in graph.initializer}
        nodes = []
        for node in graph.node:
            attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
            if node.op_type == "Constant" and "value" in attributes:
                self._constants[node.output[0]] = attributes["value"]
            else:
                made = Node(node.op_type, node.name, tuple(node.input), tuple(node.output), attributes)
                nodes.append(made)
        self.nodes = tuple(nodes)
        self._makers = {output: node for node in nodes for output in node.outputs if output}
        self._users: dict[str, list[Node]] = {}
        for node in nodes:
            for each in set(node.inputs):
                self._users.setdefault(each, []).append(node)
        self.outputs = tuple(each.name for each in graph.output)
        images = [each for each in graph.input if each.name not in self._constants]
        if len(images) != 1 or len(images[0].type.tensor_type.shape.dim) != 4:
            told = ", ".join(f"{each.name!r} with {len(each.type.tensor_type.shape.dim)} axes" for each in images)
            raise ExplainError(
                f"Model {name!r} takes {told or 'nothing'}; expected one input with four axes: images, colours, rows, "
                "columns, or with colours last."
            )
        self.image = images[0].name
        self.element_type = int(images[0].type.tensor_type.elem_type)
        dims: Shape = tuple(
            dim.dim_value if dim.dim_value > 0 else None for dim in images[0].type.tensor_type.shape.dim
        )
        layout = self._layout_of_image(dims)
        self.batch = dims[0]
        self.takes = (dims[layout.index("h")], dims[layout.index("w")])
        wanted: dict[str, int | None] = dict(zip("nhw", (self.batch or 1, *(sides or (None, None))), strict=True))
        given = [dim or wanted.get(axis) for axis, dim in zip(layout, dims, strict=True)]
        self.shapes = _inferred(model, self.image, given)
        self._check_sizes()
        self.layouts = self._layouts(layout)
        self.channels = self._channels(layout, dims)

    def maker(self, tensor: str) -> Node | None:
        """Give the operation that made a tensor; None for the image and for constants."""
        return self._makers.get(tensor)

    def users(self, tensor: str) -> list[Node]:
        """Give the operations that take a tensor."""
        return self._users.get(tensor, [])

    def constant(self, tensor: str) -> NDArray[Any] | None:
        """Give a tensor's values where they do not depend on the image."""
        from onnx import numpy_helper
        from onnx.reference import ReferenceEvaluator

        if tensor in self._constants:
            return np.asarray(numpy_helper.to_array(self._constants[tensor]))
        node = self.maker(tensor)
        if node is None or node.operation not in _FOLDED:
            return None
        given = {each: self.constant(each) for each in node.inputs if each}
        if any(value is None for value in given.values()):
            return None
        try:
            found: Any = ReferenceEvaluator(_alone(node)).run(None, given)
            return np.asarray(found[0])
        except Exception:  # of no kind in common; what is not understood is no constant
            return None

    def same(self, tensor: str) -> str:
        """Give the earliest tensor that has the same values."""
        while (node := self.maker(tensor)) is not None and node.operation in SAME:
            tensor = node.inputs[0]
        return tensor

    def sides(self, tensor: str) -> tuple[int | None, int | None] | None:
        """Give a feature map's rows and columns; None of what is no feature map."""
        shape, layout = self.shapes.get(tensor), self.layouts.get(tensor)
        if shape is None or layout is None:
            return None
        rows, columns = shape[layout.index("h")], shape[layout.index("w")]
        return None if (rows, columns) == (1, 1) else (rows, columns)

    def find(self, name: str) -> str:
        """Find a tensor by its name, or by that of the operation which makes it.

        Raises
        ------
        ExplainError
            If there is none; those near it are named.
        """
        if name in self._makers:
            return name
        found = [node for node in self.nodes if node.name == name]
        if len(found) == 1:
            return found[0].outputs[0]
        names = [*self._makers, *(node.name for node in self.nodes if node.name)]
        near = difflib.get_close_matches(name, names, n=3) or list(self._makers)[-4:]
        raise ExplainError(
            f"Model {self.name!r} has no layer {name!r}: in ONNX that is the name of a tensor, or of the operation "
            f"which makes it. Near it: {', '.join(near)}."
        )

    @cached_property
    def learns_from(self) -> int:
        """Number of the first operation with weights; before it, pixels are scaled at most."""
        for number, node in enumerate(self.nodes):
            weighing = node.operation in ("Conv", "Gemm", "MatMul", "QLinearConv", "FusedConv", "ConvInteger")
            if weighing:
                return number
        return len(self.nodes)

    def _layout_of_image(self, dims: Shape) -> str:
        first, last = dims[1] in (1, 3), dims[3] in (1, 3)
        if first != last:
            return CHANNELS_FIRST if first else CHANNELS_LAST
        for node in self.nodes:  # the first convolution sees channels first: what turned the image for it?
            if node.operation == "Transpose" and node.inputs[0] == self.image:
                return CHANNELS_LAST if list(node.attributes.get("perm", ())) == [0, 3, 1, 2] else CHANNELS_FIRST
        return CHANNELS_FIRST

    def _layouts(self, of_image: str) -> dict[str, str]:
        found = {self.image: of_image}
        for node in self.nodes:
            axes = next((found[each] for each in node.inputs if each in found), None)
            if node.operation in _SPATIAL:
                axes = CHANNELS_FIRST
            elif node.operation == "Transpose" and axes is not None:
                perm = node.attributes.get("perm", (3, 2, 1, 0))
                axes = "".join(axes[each] for each in perm) if len(perm) == 4 else None
            elif node.operation in RESHAPING:
                axes = None
            for output in node.outputs:
                if axes is not None and len(self.shapes.get(output, ())) == 4:
                    found[output] = axes
        return found

    def _channels(self, layout: str, dims: Shape) -> int:
        channels = dims[layout.index("c")]
        for node in self.nodes if channels is None else ():
            if node.operation == "Conv" and (kernel := self.constant(node.inputs[1])) is not None:
                channels = int(kernel.shape[1]) * int(node.attributes.get("group", 1))
                break
        if channels not in (1, 3):
            raise ExplainError(
                f"Model {self.name!r} takes {channels or 'an unknown number of'} channels (input {self.image!r} of "
                f"shape {dims}); expected three colours, or one for grey."
            )
        return int(channels)

    def _check_sizes(self) -> None:
        for tensor, shape in self.shapes.items():
            values = 1
            for side in shape:
                values *= side or 1
            if values > _MOST_VALUES:
                raise ExplainError(
                    f"Model {self.name!r} was not opened: its tensor {tensor!r} would hold {values} values for one "
                    f"image; expected {_MOST_VALUES} at most."
                )


def _inferred(model: Any, image: str, given: list[int | None]) -> dict[str, Shape]:
    """Infer the shapes of all tensors for an image of a given shape; the weights are not copied for it."""
    import onnx
    from onnx import helper

    light = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    graph, light.graph.name = light.graph, "shapes"
    graph.node.extend(model.graph.node)
    graph.output.extend(model.graph.output)
    graph.value_info.extend(model.graph.value_info)
    constants = {each.name for each in model.graph.initializer}
    for each in model.graph.initializer:
        if len(each.raw_data) > _SMALL:
            graph.input.append(helper.make_tensor_value_info(each.name, each.data_type, list(each.dims)))
        else:
            graph.initializer.append(each)
    (only,) = (each for each in model.graph.input if each.name == image and each.name not in constants)
    graph.input.append(helper.make_tensor_value_info(image, only.type.tensor_type.elem_type, given))
    try:
        found = onnx.shape_inference.infer_shapes(light, check_type=False, strict_mode=False, data_prop=True).graph
    except Exception:  # of no kind in common; shapes that are not known are asked for where they are needed
        found = graph
    return {
        each.name: tuple(dim.dim_value if dim.dim_value > 0 else None for dim in each.type.tensor_type.shape.dim)
        for each in (*found.input, *found.value_info, *found.output)
        if each.type.tensor_type.HasField("shape")
    }


def _alone(node: Node) -> Any:
    from onnx import helper

    return helper.make_node(node.operation, list(node.inputs), list(node.outputs), **node.attributes)
