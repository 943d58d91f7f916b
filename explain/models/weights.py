"""Where a model's weights lie on disk, found and digested without TensorFlow."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from data.digests import file_digest
from explain.models.model_spec import ONNX_SUFFIX
from explain.store.digests import digest_of

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec

WEIGHTS_VARIABLE = "EXPLAIN_WEIGHTS"
"""Environment variable: a folder with the ``.h5`` files of ``keras.applications``."""


def find_weights(spec: ModelSpec) -> Path | None:
    """Find the file that holds a model's weights.

    A network of one's own is its ``.keras`` or ``.onnx`` file. An application's weights are looked for in the
    folder that ``EXPLAIN_WEIGHTS`` names, then where Keras keeps its downloads.

    Returns
    -------
    Path or None
        None where no such file is there (yet).
    """
    if spec.file is not None:
        return spec.file if spec.file.is_file() else None
    for folder in weights_folders():
        for file in sorted(folder.glob("*.h5")):
            if holds_weights_of(str(spec.application), file.name):
                return file
    return None


def digest_of_weights(file: Path) -> str:
    """Digest a file of weights, and those beside it in which a network in ONNX keeps some.

    Raises
    ------
    ExplainError
        If it is a ``.onnx`` file that cannot be read, or a file that it names is not there.
    """
    if file.suffix != ONNX_SUFFIX:
        return file_digest(file)
    from explain.models.onnx_archive import files_beside

    beside = files_beside(file)
    return digest_of([file_digest(each) for each in (file, *beside)]) if beside else file_digest(file)


def holds_weights_of(application: str, file: str) -> bool:
    """Tell whether a file is called as Keras publishes an application's weights, with the classifier.

    Keras has no one way to call them: some names begin with "weights", parts are divided by underscores, dashes or
    nothing, and size and format may follow.

    Examples
    --------
    >>> holds_weights_of("MobileNetV3Small", "weights_mobilenet_v3_small_224_1.0_float.h5")
    True
    >>> holds_weights_of("ResNet50", "resnet50v2_weights_tf_dim_ordering_tf_kernels.h5")
    False
    """
    letters = re.sub("[^a-z0-9]", "", file.lower().removesuffix(".h5")).removeprefix("weights")
    if "notop" in letters or not letters.startswith(application.lower()):
        return False
    rest = letters.removeprefix(application.lower())
    return rest == "" or rest.startswith("weights") or rest[0].isdigit()


def weights_folders() -> tuple[Path, ...]:
    """Folders in which an application's weights are looked for, in order."""
    keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    own = os.environ.get(WEIGHTS_VARIABLE)
    return (*((Path(own),) if own else ()), keras_home / "models")
