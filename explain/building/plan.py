"""What determines a result: a model, its weights and parameters, and the code that runs it, in one digest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.digests import file_digest
from explain.errors import ExplainError
from explain.explainers.fem import DEFAULT_K
from explain.models.network import load_network, onednn
from explain.models.preprocessing import RESIZING
from explain.models.runtimes import runtime_versions
from explain.models.weights import find_weights
from explain.store.layout import digest_of
from explain.store.writing import model_folder

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec

# Relative to this package: what turns a file's bytes into maps, and maps into tables.
MAP_CODE = (
    "../data/images.py",
    "building/build.py",
    "building/engines/batch.py",
    "building/engines/local.py",
    "building/engines/ray.py",
    "models/graph.py",
    "models/loading.py",
    "models/network.py",
    "models/preprocessing.py",
    "models/runtimes.py",
    "explainers/gradcam.py",
    "explainers/fem.py",
)
TABLE_CODE = (
    "../data/images.py",
    "building/publishing.py",
    "measures/agreement.py",
    "findings/claims.py",
    "statistics/embedding.py",
    "findings/findings.py",
    "measures/spread.py",
    "measures/ranks.py",
    "measures/regions.py",
    "measures/resampling.py",
    "statistics/hypothesis_tests.py",
    "building/tables.py",
    "findings/verdicts.py",
)
_LIBRARIES = ("tensorflow", "keras", "numpy", "pillow")


@dataclass(frozen=True)
class Plan:
    """A model and everything that determines its results.

    Attributes
    ----------
    spec : ModelSpec
    determined_by : dict
        Weights, preprocessing, layers, parameters, code and libraries.
    """

    spec: ModelSpec
    determined_by: dict[str, Any]

    @property
    def digest(self) -> str:
        """Digest of all that determines the results."""
        return digest_of(self.determined_by)

    @property
    def folder(self) -> str:
        """Place of the results, relative to the store."""
        return model_folder(self.spec.name, self.digest)


def plan_model(spec: ModelSpec) -> Plan:
    """Find out what determines a model's results; TensorFlow is imported only where weights must be downloaded.

    Parameters
    ----------
    spec : ModelSpec

    Returns
    -------
    Plan

    Raises
    ------
    ExplainError
        If the weights are missing, or what the specification's runtime needs is not installed.
    """
    of_runtime = runtime_versions(spec.runtime)
    weights = find_weights(spec)
    if weights is None:
        # Either an error that says what to do, or the download that makes the weights findable.
        load_network(spec)
        weights = find_weights(spec)
        if weights is None:
            raise ExplainError(f"The weights of {spec.title} were loaded but their file was not found.")
    return Plan(
        spec,
        {
            "weights": file_digest(weights),
            "application": spec.application,
            "input_size": spec.input_size,
            "preprocessing": spec.preprocessing,
            "resizing": RESIZING,
            "feature_layer": spec.feature_layer,
            "head_layer": spec.head_layer,
            "classes": list(spec.classes),
            "k": DEFAULT_K,
            "code": code_digest(MAP_CODE),
            "libraries": {name: version(name) for name in _LIBRARIES} | of_runtime,
            "runtime": spec.runtime,
            "onednn": onednn(),
        },
    )


def table_code_digest() -> str:
    """Digest the code that computes the tables.

    Returns
    -------
    str
    """
    return code_digest(TABLE_CODE)


@cache  # a run stays with the code that it started with
def code_digest(names: tuple[str, ...]) -> str:
    """Digest what files of code say.

    Parameters
    ----------
    names : tuple of str
        Relative to this package.

    Returns
    -------
    str
    """
    folder = Path(__file__).parents[1]
    return digest_of([file_digest(folder / name) for name in names])
