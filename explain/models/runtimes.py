"""What runs a network's forward pass: TensorFlow itself, or ONNX Runtime, which is faster on processors."""

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

RUNTIMES = tuple(_LIBRARIES)
"""Names of the runtimes, as they stand on the command line."""


def runtime_versions(name: str) -> dict[str, str]:
    """Give the versions of what a runtime needs beside the project's requirements.

    Parameters
    ----------
    name : {"tensorflow", "onnxruntime"}

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
        return {library: version(library) for library in _LIBRARIES[name]}
    except PackageNotFoundError as error:
        raise ExplainError(
            f"The runtime {name!r} needs {error.name}, which is not installed. "
            "In the project's folder run: pip install '.[onnx]'"
        ) from error


def onnx_pass(model: Any, spec: ModelSpec) -> Pass:
    """Convert a network to ONNX, in memory but for a temporary file, and make it ready to run.

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
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        try:
            with held_back_unless_failed():  # the converter logs through TensorFlow and by itself
                model(
                    np.zeros((1, *rows_and_columns(spec.input_size), model.inputs[0].shape[-1]), np.float32)
                )  # export wants a called model
                model.export(file, format="onnx", verbose=False)
                session = onnxruntime.InferenceSession(file, _options(onnxruntime), ["CPUExecutionProvider"])
        except Exception as error:  # whatever a layer without a counterpart makes the converter raise
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ExplainError(
                f"Model {spec.name!r}: the network cannot be converted to ONNX: {reason[:300]}. "
                f"Use the runtime {TENSORFLOW!r}."
            ) from error
    (image,) = session.get_inputs()
    activations, logits = (output.name for output in session.get_outputs())

    def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        found = session.run([activations, logits], {image.name: images})
        return found[0], found[1]

    return run


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    # Threads that wait in a loop take the processor from those that decode images and write results.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
