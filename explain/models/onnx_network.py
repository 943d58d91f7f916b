"""A network in ONNX, from whatever framework: run forward only, by ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from explain.errors import ExplainError
from explain.explainers.contract import UnavailableError
from explain.models.fit import check_classes, check_input
from explain.models.network import Network
from explain.models.onnx_archive import read_onnx
from explain.models.onnx_ending import find_ending, is_same_map, linear_head
from explain.models.onnx_graph import OnnxGraph
from explain.models.onnx_scaling import own_preprocessing
from explain.models.onnx_weights import shuffle_weights
from explain.models.preprocessing import rows_and_columns
from explain.models.runtimes import onnx_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.models.specification import ModelSpec

_CHANNELS_LAST = "nhwc"


def load_onnx(spec: ModelSpec) -> OnnxNetwork:
    """Load the ``.onnx`` file that a specification names.

    Raises
    ------
    ExplainError
        If it is not there, cannot be read safely, or does not fit the specification.
    """
    if spec.file is None or not spec.file.exists():
        raise ExplainError(f"Model {spec.name!r}: the file {spec.file} is not there.")
    return OnnxNetwork(spec, read_onnx(spec.file))


class OnnxNetwork(Network):
    """A graph of ONNX as a network that can be explained, without gradients.

    Images are run one at a time, or as many as the graph was made for: so what is found of an image depends on no other
    that is asked about beside it.

    Parameters
    ----------
    model : onnx.ModelProto
        As :func:`explain.models.onnx_archive.read_onnx` gives it; it is changed.
    """

    differentiable = False
    wants_full_batches = False

    def __init__(self, spec: ModelSpec, model: Any) -> None:
        graph = OnnxGraph(model, spec.name, rows_and_columns(spec.input_size))
        check_input(spec, graph.takes, graph.channels, own_preprocessing(graph))
        ending = find_ending(graph, spec.head_layer, spec.scores)
        check_classes(spec, ending.classes, ending.one_output)
        features = graph.find(spec.feature_layer)
        self._axes_of_map = _axes_of_map(graph, features, spec.feature_layer)
        found = linear_head(graph, ending)
        head = found[0] if found is not None and is_same_map(graph, found[1], features) else None
        super().__init__(spec, graph.channels, head, ending.scores)
        self._image, self._axes_of_image = graph.image, graph.layouts[graph.image]
        self._wanted, self._one_output = [features, ending.logits], ending.one_output
        self._together = graph.batch or 1
        self._type = _type_of_image(graph)
        self._session = onnx_session(_giving(model, self._wanted), spec)

    def gradients(
        self, prepared: ArrayLike, class_indices: Sequence[int], layer: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Refuse: ONNX Runtime does not differentiate."""
        self._refuse()

    def pixel_gradients(self, prepared: ArrayLike, class_indices: Sequence[int]) -> NDArray[np.float32]:
        """Refuse: ONNX Runtime does not differentiate."""
        self._refuse()

    def randomised(self, seed: int, share: float = 1.0, images: ArrayLike | None = None) -> OnnxNetwork:
        """Permute the values of arrays of weights, in a copy; batch normalisation stays as it was exported."""
        assert self.spec.file is not None
        model = read_onnx(self.spec.file)
        shuffle_weights(model, seed, share)
        return OnnxNetwork(self.spec, model)

    def _refuse(self) -> NoReturn:
        raise UnavailableError(
            f"{self.spec.title} is a network in ONNX, which is run forward only: it has no gradients."
        )

    def _run(self, images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        found = [
            self._run_some(images[start : start + self._together]) for start in range(0, len(images), self._together)
        ]
        activations, logits = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return activations, logits

    def _run_some(self, images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        given = np.zeros((self._together, *images.shape[1:]), np.float32)
        given[: len(images)] = images
        given = given.transpose([_CHANNELS_LAST.index(axis) for axis in self._axes_of_image])
        if self._type == np.uint8:
            given = np.clip(np.rint(given), 0, 255)
        features, scores = self._session.run(self._wanted, {self._image: np.ascontiguousarray(given, self._type)})
        activations = np.ascontiguousarray(features.transpose(self._axes_of_map)[: len(images)], np.float32)
        logits = scores.reshape(self._together, -1)[: len(images)].astype(np.float32)
        return activations, np.concatenate([-logits / 2, logits / 2], axis=1) if self._one_output else logits


def _axes_of_map(graph: OnnxGraph, tensor: str, layer: str) -> list[int]:
    """Tell how a feature map's axes are turned to images, rows, columns, channels."""
    layout = graph.layouts.get(tensor)
    if layout is None:
        raise ExplainError(
            f"Model {graph.name!r}: the output of layer {layer!r} has shape {graph.shapes.get(tensor, 'unknown')}; "
            "expected a feature map (images, channels, rows, columns), or one with channels last."
        )
    return [layout.index(axis) for axis in _CHANNELS_LAST]


def _type_of_image(graph: OnnxGraph) -> np.dtype[Any]:
    from onnx import helper

    kind = np.dtype(helper.tensor_dtype_to_np_dtype(graph.element_type))
    if kind not in (np.float32, np.float16, np.float64, np.uint8):
        raise ExplainError(
            f"Model {graph.name!r} takes numbers of the type {kind.name}; expected floating-point numbers or uint8."
        )
    return kind


def _giving(model: Any, tensors: Sequence[str]) -> bytes:
    """Write a network with other outputs; what they do not need is left out when it is made ready."""
    import onnx

    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors)
    return bytes(model.SerializeToString())
