"""Versions of the libraries that run networks of Keras, which an installation for reading stores alone does without."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from explain.errors import ExplainError

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec

LIBRARIES_OF_KERAS = ("tensorflow", "keras")


def versions_of(libraries: Iterable[str]) -> dict[str, str]:
    """Give versions by name, without importing what they are of.

    Raises
    ------
    ExplainError
        If one is not installed.
    """
    try:
        return {name: version(name) for name in libraries}
    except PackageNotFoundError as error:
        raise ExplainError(
            f"Networks need {error.name}, which is not installed here; stores are read without it. "
            "In the project's folder run: pip install '.[tensorflow]'"
        ) from error


def check_installed(spec: ModelSpec) -> None:
    """Make sure that what runs a network is installed, before it is loaded.

    Raises
    ------
    ExplainError
        If it is not. ONNX' libraries are asked for where such a file is read.
    """
    if not spec.is_onnx:
        versions_of(LIBRARIES_OF_KERAS)
