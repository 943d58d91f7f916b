"""What lies in an ``.onnx`` file, looked at before anything runs it: a network from elsewhere is untrusted input."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

from explain.errors import ExplainError
from explain.models.runtimes import ONNXRUNTIME, runtime_versions

LARGEST = (2 << 30) - (1 << 20)
"""Bytes of a network with its weights: what one protocol buffer can hold, and a little less."""

_MOST_OPERATIONS = 100_000
_LONGEST_NAME = 1000
_DOMAINS = ("", "ai.onnx", "com.microsoft")
"""Whose operations ONNX Runtime brings itself."""

_DRAWS = ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")
_EXPORT_IN_EVALUATION = "Export it as it is used: model.eval() before torch.onnx.export(...)."


def read_onnx(file: Path) -> Any:
    """Read a network after a look at what lies in it, with weights that are kept in files beside it.

    Parameters
    ----------
    file : Path
        A ``.onnx`` file.

    Returns
    -------
    onnx.ModelProto
        Complete, of ONNX Runtime's own operations, without control flow, random numbers or files left to read.

    Raises
    ------
    ExplainError
        If it is none, or a package that reads it is not installed; one sentence says what to do.
    """
    model = _parsed(file)
    _check_graph(file, model)
    _load_weights_beside(file, model)
    _check_format(file, model)
    return model


def files_beside(file: Path) -> tuple[Path, ...]:
    """List the files beside a network in which it keeps weights, as ``torch.onnx.export`` does by default.

    Raises
    ------
    ExplainError
        If it cannot be read, or names files that are not beside it.
    """
    model = _parsed(file)
    return tuple(sorted({_place(file, tensor)[0] for tensor in _tensors(model) if _lies_outside(tensor)}))


def _parsed(file: Path) -> Any:
    runtime_versions(ONNXRUNTIME, converts=False)  # or a sentence that says what to install
    import onnx

    if file.is_dir():
        raise ExplainError(f"{file.name} is a folder; expected an .onnx file.")
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise ExplainError(f"{file.name} was not opened: it has {size} bytes; expected {LARGEST} at most.")
        model = onnx.ModelProto()
        model.ParseFromString(file.read_bytes())
    except OSError as error:
        raise ExplainError(f"{file.name} cannot be read: {error.strerror or error}.") from error
    except ExplainError:
        raise
    except Exception as error:  # whatever a damaged protocol buffer makes the parser raise
        raise ExplainError(
            f"{file.name} is no .onnx file that can be read ({type(error).__name__}). Export the network anew."
        ) from error
    if not model.graph.node:
        raise ExplainError(f"{file.name} is no .onnx file that can be read: it holds no network.")
    return model


def _check_graph(file: Path, model: Any) -> None:
    graph = model.graph
    if len(graph.node) > _MOST_OPERATIONS:
        raise ExplainError(
            f"{file.name} was not opened: it has {len(graph.node)} operations; expected {_MOST_OPERATIONS} at most."
        )
    if model.functions:
        raise ExplainError(
            f"{file.name} holds functions of its own ({model.functions[0].name[:80]!r}), which are not looked into. "
            "Write it flat: onnx.save(onnx.inliner.inline_local_functions(onnx.load(name)), new_name)."
        )
    if graph.sparse_initializer:
        raise ExplainError(f"{file.name} holds sparse weights, which are not read. Export the network with full ones.")
    for name in _names(graph):
        if not isinstance(name, str) or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise ExplainError(f"{file.name} holds a name that is no line of text: {name[:80]!r}. Export it anew.")
    for node in graph.node:
        _check_node(file, node)


def _check_node(file: Path, node: Any) -> None:
    import onnx

    named = f"{node.op_type[:80]!r} ({node.name[:80] or 'without a name'})"
    if node.domain not in _DOMAINS:
        raise ExplainError(
            f"{file.name} holds the operation {named} of {node.domain[:80]!r}, which is not ONNX' own, so that its "
            "code is not here. Export the network with ONNX' operations alone."
        )
    training = any(each.name == "training_mode" and each.i for each in node.attribute)
    if training and node.op_type == "BatchNormalization":
        raise ExplainError(f"{file.name} was exported in training ({named}). {_EXPORT_IN_EVALUATION}")
    if node.op_type in _DRAWS:
        raise ExplainError(f"{file.name} draws random numbers ({named}). {_EXPORT_IN_EVALUATION}")
    for each in node.attribute:
        if each.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS):
            raise ExplainError(
                f"{file.name} holds control flow ({named}), so that what is computed depends on the image. "
                "Export the network without conditions and loops."
            )
        if each.type in (onnx.AttributeProto.SPARSE_TENSOR, onnx.AttributeProto.SPARSE_TENSORS):
            raise ExplainError(f"{file.name} holds sparse numbers ({named}), which are not read.")


def _names(graph: Any) -> Iterator[str | bytes]:
    """Give every name in a graph; bytes where one is no UTF-8."""
    for node in graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
    for each in (*graph.input, *graph.output):
        yield each.name


def _tensors(model: Any) -> Iterator[Any]:
    yield from model.graph.initializer
    for node in model.graph.node:
        for attribute in node.attribute:
            yield from attribute.tensors
            if attribute.HasField("t"):
                yield attribute.t


def _lies_outside(tensor: Any) -> bool:
    import onnx

    return bool(tensor.data_location == onnx.TensorProto.EXTERNAL)


def _load_weights_beside(file: Path, model: Any) -> None:
    """Read weights from files beside the network, and make sure that all weights together stay within bounds."""
    import onnx

    total = 0
    for tensor in _tensors(model):
        size = _size(file, tensor)
        total += size
        if total > LARGEST:
            raise ExplainError(f"{file.name} was not opened: its weights unpack to more than {LARGEST} bytes.")
        if _lies_outside(tensor):
            path, offset, length = _place(file, tensor)
            if length not in (None, size):
                raise ExplainError(f"{file.name}: the weights {tensor.name[:80]!r} have {length} bytes, not {size}.")
            with path.open("rb") as stored:
                stored.seek(offset)
                tensor.raw_data = stored.read(size)
            del tensor.external_data[:]
            tensor.data_location = onnx.TensorProto.DEFAULT
        if tensor.HasField("raw_data") and len(tensor.raw_data) != size:
            raise ExplainError(
                f"{file.name}: of the weights {tensor.name[:80]!r}, {len(tensor.raw_data)} of {size} bytes are there. "
                "Copy the file, and what lies beside it, once more."
            )


def _size(file: Path, tensor: Any) -> int:
    """Give the bytes of an array of numbers in its packed form."""
    import numpy as np
    import onnx

    try:
        bits = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize * 8
        four = ("INT4", "UINT4", "FLOAT4E2M1")
        if onnx.TensorProto.DataType.Name(tensor.data_type) in four:
            bits = 4
    except (KeyError, ValueError, TypeError) as error:
        raise ExplainError(f"{file.name}: the weights {tensor.name[:80]!r} are of no known type.") from error
    if any(side < 0 for side in tensor.dims):
        raise ExplainError(f"{file.name}: the weights {tensor.name[:80]!r} have a negative size.")
    return (prod(tensor.dims) * bits + 7) // 8


def _place(file: Path, tensor: Any) -> tuple[Path, int, int | None]:
    """Tell where weights lie that are not in the network's own file: path, offset and length in bytes."""
    told = {each.key: each.value for each in tensor.external_data}
    name = told.get("location", "")
    try:
        offset, length = int(told.get("offset") or 0), told.get("length")
        size = None if length is None else int(length)
        path = (file.parent / name).resolve()
        inside = bool(name) and offset >= 0 and path.is_relative_to(file.parent.resolve())
        there = inside and path.is_file()
    except (OSError, ValueError, RuntimeError):
        inside = there = False
    if not inside:
        raise ExplainError(
            f"{file.name} was not opened: it wants weights from {name[:80]!r}, which is not in its own folder."
        )
    if not there:
        raise ExplainError(
            f"{file.name} keeps its weights in {name[:80]!r}, which is not beside it. Put it there, or export into one "
            "file: torch.onnx.export(..., external_data=False)."
        )
    return path, offset, size


def _check_format(file: Path, model: Any) -> None:
    import onnx

    try:
        onnx.checker.check_model(model)
    except Exception as error:  # a kind of its own, or whatever damaged content makes the checker raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ExplainError(
            f"{file.name} is no valid ONNX: {reason[:300].rstrip('.')}. Export the network anew."
        ) from error
