"""From a specification to a Keras model: a file of one's own in safe mode, or an application with its weights."""

from __future__ import annotations

import difflib
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.errors import ExplainError
from explain.models.applications import application_names, download_answered_by, layers_counted_anew
from explain.models.archive import check_archive
from explain.models.preprocessing import rows_and_columns
from explain.models.weights import WEIGHTS_VARIABLE, find_weights, weights_folders

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec

_OTHER_WITH_PUBLISHED_WEIGHTS = ".efficientnet"
"""The module of ``keras.applications`` whose networks differ where they ask for their published weights."""


def load_model(keras: Any, spec: ModelSpec) -> Any:
    """Load the model that a specification names.

    Parameters
    ----------
    keras : module
        Given, so that :mod:`explain.models.network` stays the one module that imports it.

    Raises
    ------
    ExplainError
        If the file or the weights are not there, or cannot be read safely.
    """
    return _load_application(keras, spec) if spec.application else _load_file(keras, spec)


def _load_file(keras: Any, spec: ModelSpec) -> Any:
    if spec.file is None or not spec.file.exists():
        raise ExplainError(f"Model {spec.name!r}: the file {spec.file} is not there.")
    return read_network(keras, spec.file)


def read_network(keras: Any, file: Path) -> Any:
    """Read a ``.keras`` file in safe mode, after a look at what lies in it.

    Raises
    ------
    ExplainError
        If it cannot be read safely, or its weights are stored as 8-bit numbers.
    """
    check_archive(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the optimiser, which is not wanted
            model = keras.saving.load_model(file, compile=False, safe_mode=True)
    except (Exception, RecursionError) as error:  # whatever a damaged or foreign file makes the loader raise
        raise ExplainError(f"{file.name} cannot be loaded in safe mode: {_reason(error)}") from error
    refuse_quantised(model, file.name)
    return model


def refuse_quantised(model: Any, name: str) -> None:
    """Make sure that a network's weights are numbers that have gradients.

    Raises
    ------
    ExplainError
        If Keras quantised them.
    """
    quantised = [layer.name for layer in model._flatten_layers() if getattr(layer, "quantization_mode", None)]
    if quantised:
        raise ExplainError(
            f"{name} holds quantised weights (layer {quantised[0]!r} and {len(quantised) - 1} more), which have "
            "no gradients. Explain the network as it was before model.quantize(...)."
        )


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:300]


def _load_application(keras: Any, spec: ModelSpec) -> Any:
    build = getattr(keras.applications, str(spec.application), None)
    if build is None or not callable(build):
        near = difflib.get_close_matches(str(spec.application), application_names(), n=3)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise ExplainError(f"Model {spec.name!r}: keras.applications has no {str(spec.application)[:80]!r}.{hint}")
    shape = (*rows_and_columns(spec.input_size), 3)
    file = find_weights(spec)
    try:
        with layers_counted_anew(), download_answered_by(file) if file else nullcontext():
            asks = file is None or build.__module__.endswith(_OTHER_WITH_PUBLISHED_WEIGHTS)
            model = build(weights="imagenet" if asks else None, input_shape=shape, classifier_activation=None)
            if not asks:  # of any size, where the published weights go with one size alone
                model.load_weights(file)
    except Exception as error:  # no network, a damaged file, another network's weights
        tried = ", ".join(str(folder) for folder in weights_folders())
        what = f"{file.name} does not fit" if file else "the download failed"
        raise ExplainError(
            f"No weights for {spec.title}: {what} ({_reason(error)}); looked in {tried}.\n"
            f"Connect to a network once, or set {WEIGHTS_VARIABLE} to a folder that holds Keras' file "
            f"(for many {str(spec.application).lower()}_weights_tf_dim_ordering_tf_kernels.h5)."
        ) from error
    return model
