"""The networks of ``keras.applications``: their names, and which pixels they take, told without a list of our own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from explain.models.preprocessing import IMAGENET_MODES, NONE, prepared


@cache
def application_names() -> tuple[str, ...]:
    """Name the networks of the installed Keras, read from its source, so that TensorFlow is not imported for it."""
    found = find_spec("keras")
    roots = [] if found is None or found.origin is None else [Path(found.origin).parent]
    files = [root / inner / "applications" / "__init__.py" for root in roots for inner in ("", "api")]
    text = next((file.read_text(encoding="utf-8") for file in files if file.is_file()), "")
    return tuple(sorted(set(re.findall(r"\b([A-Z]\w+) as \1\b", text))))


def application_named(name: str) -> str | None:
    """Find an application by its name, whatever its case; None where there is none."""
    return next((each for each in application_names() if each.lower() == name.lower()), None)


@contextmanager
def layers_counted_anew() -> Iterator[None]:
    """Let Keras name nameless layers as in a fresh process, so that an application's are called the same each time."""
    from keras.src.backend.common import global_state

    counters = "object_name_uids"
    kept = global_state.get_global_attribute(counters)
    global_state.set_global_attribute(counters, defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(counters, kept)


@contextmanager
def download_answered_by(file: Path) -> Iterator[None]:
    """Let an application that asks for its published weights find them in a file.

    EfficientNet gets a layer that divides its pixels once more only where it asks for those by ``weights="imagenet"``;
    built without weights and loaded from the same file afterwards, it would silently be another network.
    """
    from keras.src.utils import file_utils

    download = file_utils.get_file
    file_utils.get_file = lambda *_, **__: str(file)
    try:
        yield
    finally:
        file_utils.get_file = download


def preprocessing_of_application(build: Any) -> str | None:
    """Tell how an application's images are scaled: its own function is tried on two pixels.

    Parameters
    ----------
    build : callable
        Of ``keras.applications``.

    Returns
    -------
    str or None
        A preprocessing as specifications name it; None where the function does something else.
    """
    pixels = np.array([[[[0, 64, 255], [200, 13, 5]]]], np.float32)
    found = np.asarray(import_module(build.__module__).preprocess_input(pixels.copy()))
    for mode in (NONE, *IMAGENET_MODES):
        if np.allclose(found, prepared(pixels, mode), atol=1e-3):
            return mode
    return None
