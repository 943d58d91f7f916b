"""Where a model's weights lie on disk, found and digested without TensorFlow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec

WEIGHTS_VARIABLE = "EXPLAIN_WEIGHTS"
"""Environment variable: a folder with the ``.h5`` files of ``keras.applications``."""


def find_weights(spec: ModelSpec) -> Path | None:
    """Find the file that holds a model's weights.

    A network of one's own is its ``.keras`` file. An application's weights are looked for in the folder that
    ``EXPLAIN_WEIGHTS`` names, then where Keras keeps its downloads.

    Parameters
    ----------
    spec : ModelSpec

    Returns
    -------
    Path or None
        None where no such file is there (yet).
    """
    if spec.file is not None:
        return spec.file if spec.file.is_file() else None
    pattern = f"{str(spec.application).lower()}_*.h5"
    for folder in weights_folders():
        for file in sorted(folder.glob(pattern)):
            if "notop" not in file.name:
                return file
    return None


def weights_folders() -> tuple[Path, ...]:
    """Folders in which an application's weights are looked for, in order.

    Returns
    -------
    tuple of Path
    """
    keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    own = os.environ.get(WEIGHTS_VARIABLE)
    return (*((Path(own),) if own else ()), keras_home / "models")
