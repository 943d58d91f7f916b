"""What runs a network's forward pass: TensorFlow itself, or ONNX Runtime."""

from __future__ import annotations

import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.preprocessing import rows_and_columns
from explain.models.quiet_stderr import held_back_unless_failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from explain.models.specification import ModelSpec

    Pass = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.float32]]]

TENSORFLOW, ONNXRUNTIME = "tensorflow", "onnxruntime"
_LIBRARIES: dict[str, tuple[str, ...]] = {TENSORFLOW: (), ONNXRUNTIME: ("onnxruntime", "onnx", "tf2onnx")}
_FATAL = 4
_CONVERTERS = ("tf2onnx",)

RUNTIMES = tuple(_LIBRARIES)
"""Names of the runtimes, as they stand on the command line."""


def runtime_versions(name: str, *, converts: bool = True) -> dict[str, str]:
    """Give the versions of what a runtime needs beside the project's requirements.

    Parameters
    ----------
    name : {"tensorflow", "onnxruntime"}
    converts : bool
        Whether networks are of Keras, so that they must be converted first.

    Returns
    -------
    dict of str to str
        Empty for TensorFlow.

    Raises
    ------
    ExplainError
        If there is no such runtime, or what it needs is not installed.
    """
    if name not in _LIBRARIES:
        raise ExplainError(f"There is no runtime {name!r}; known are {', '.join(RUNTIMES)}.")
    try:
        return {each: version(each) for each in _LIBRARIES[name] if converts or each not in _CONVERTERS}
    except PackageNotFoundError as error:
        raise ExplainError(
            f"The runtime {name!r} needs {error.name}, which is not installed. "
            "In the project's folder run: pip install '.[onnx]'"
        ) from error


def onnx_pass(model: Any, spec: ModelSpec) -> Pass:
    """Convert a network to ONNX and make it ready to run.

    Parameters
    ----------
    model : keras.Model
        Gives activations and logits.
    spec : ModelSpec
        Of the network.

    Returns
    -------
    callable
        From preprocessed images, float32 of shape (n, height, width, channels), to activations of shape
        (n, h, w, c) and logits of shape (n, classes), both float32. They differ from TensorFlow's in the last
        digits, because the runtime merges layers and adds in another order.

    Raises
    ------
    ExplainError
        If the network holds what cannot be converted.
    """
    converted = onnx_bytes(model, spec)
    try:
        session = _session(converted)
    except Exception as error:
        raise _inconvertible(spec, error) from error
    (image,) = session.get_inputs()
    activations, logits = (output.name for output in session.get_outputs())

    def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        found = session.run([activations, logits], {image.name: images})
        return found[0], found[1]

    return run


def onnx_session(network: bytes, spec: ModelSpec) -> Any:
    """Make a network in ONNX ready to run.

    Parameters
    ----------
    network : bytes
        A whole network, which reads no other file.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    ExplainError
        If ONNX Runtime cannot run it.
    """
    try:
        return _session(network)
    except Exception as error:  # of no kind in common: whatever the graph holds
        raise ExplainError(
            f"Model {spec.name!r}: ONNX Runtime cannot run the network: {_first_line(error)}. Export it anew, with the "
            "newest version of operations (opset) that your exporter and ONNX Runtime have in common."
        ) from error


def onnx_bytes(model: Any, spec: ModelSpec) -> bytes:
    """Convert a network to ONNX, through a temporary file.

    Returns
    -------
    bytes
        Of a file with one input, preprocessed images of shape (n, height, width, channels), and the model's outputs.

    Raises
    ------
    ExplainError
        If the network holds what cannot be converted, or what converts is not installed.
    """
    runtime_versions(ONNXRUNTIME)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        try:
            with held_back_unless_failed():  # the converter logs through TensorFlow and by itself
                model(
                    np.zeros((1, *rows_and_columns(spec.input_size), model.inputs[0].shape[-1]), np.float32)
                )  # export wants a called model
                model.export(file, format="onnx", verbose=False)
        except Exception as error:  # whatever a layer without a counterpart makes the converter raise
            raise _inconvertible(spec, error) from error
        return file.read_bytes()


def _inconvertible(spec: ModelSpec, error: Exception) -> ExplainError:
    return ExplainError(
        f"Model {spec.name!r}: the network cannot be converted to ONNX: {_first_line(error)}. "
        f"Use the runtime {TENSORFLOW!r}."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def _session(network: bytes) -> Any:
    import onnxruntime

    with held_back_unless_failed():  # it writes about devices that are not there
        return onnxruntime.InferenceSession(network, _options(onnxruntime), ["CPUExecutionProvider"])


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL  # what goes wrong is raised as well
    # Threads that wait in a loop take the processor from those that decode images and write results.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
