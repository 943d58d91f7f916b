"""What determines a result: a model, an explainer, parameters, libraries, and the code that runs them; its digest."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import explain
from explain.errors import ExplainError
from explain.models.installed import LIBRARIES_OF_KERAS, versions_of
from explain.models.network import load_network, onednn
from explain.models.preprocessing import RESIZING, preprocessing_as_json
from explain.models.runtimes import runtime_versions
from explain.models.weights import digest_of_weights, find_weights
from explain.store.digests import code_digest, digest_of, modules_behind

if TYPE_CHECKING:
    from explain.explainers.contract import Explainer
    from explain.models.specification import ModelSpec

_PACKAGE = Path(explain.__file__).resolve().parent

ARRAY_CODE = tuple(
    (_PACKAGE / name).resolve()
    for name in (
        "../data/images.py",
        "models/evidence.py",
        "models/applications.py",
        "models/ending.py",
        "models/head.py",
        "models/keras_network.py",
        "models/layer_classes.py",
        "models/loading.py",
        "models/network.py",
        "models/onnx_archive.py",
        "models/onnx_ending.py",
        "models/onnx_graph.py",
        "models/onnx_network.py",
        "models/preprocessing.py",
        "models/runtimes.py",
        "models/unnesting.py",
    )
)
"""What turns a file's bytes into activations and logits. What schedules that work decides no result."""

_TABLE_MODULES = (
    "data.images",
    "explain.building.publishing",
    "explain.building.tables",
    "explain.building.derived",
    "explain.statistics.embedding",
)
_TABLE_PACKAGES = (
    "explain.findings",
    "explain.measures",
    "explain.statistics",
    "explain.building.derived",
    "explain.building.long_tables",
    "explain.building.map_ranges",
    "explain.building.masks",
    "explain.building.regions",
    "explain.building.other_images",
    "explain.building.tables",
    "data.images",
)
_LIBRARIES = ("numpy", "pillow")


@dataclass(frozen=True)
class ModelPlan:
    """A model and everything that determines its activations and logits.

    Attributes
    ----------
    spec : ModelSpec
    determined_by : dict
        Weights, preprocessing, layers, code and libraries.
    """

    spec: ModelSpec
    determined_by: dict[str, Any]

    @property
    def digest(self) -> str:
        """Digest of all that determines the results."""
        return digest_of(self.determined_by)


@dataclass(frozen=True)
class MapPlan:
    """An explainer and everything that determines its maps of one model.

    Attributes
    ----------
    explainer : Explainer
    determined_by : dict
        The model's digest, the parameters, and the explainer's code without its words.
    """

    explainer: Explainer
    determined_by: dict[str, Any]

    @property
    def digest(self) -> str:
        """Digest of all that determines the maps."""
        return digest_of(self.determined_by)


def plan_model(spec: ModelSpec) -> ModelPlan:
    """Find out what determines a model's results; TensorFlow is imported only where weights must be downloaded.

    Raises
    ------
    ExplainError
        If the weights are missing, or what runs the network is not installed.
    """
    libraries = versions_of((*_LIBRARIES, *(() if spec.is_onnx else LIBRARIES_OF_KERAS)))
    of_runtime = runtime_versions(spec.runtime, converts=not spec.is_onnx)
    weights = find_weights(spec)
    if weights is None:
        # Either an error that says what to do, or the download that makes the weights findable.
        load_network(spec)
        weights = find_weights(spec)
        if weights is None:
            raise ExplainError(f"The weights of {spec.title} were loaded but their file was not found.")
    return ModelPlan(
        spec,
        {
            "weights": digest_of_weights(weights),
            "application": spec.application,
            "input_size": spec.size_as_json,
            "preprocessing": preprocessing_as_json(spec.preprocessing),
            "resizing": RESIZING,
            "feature_layer": spec.feature_layer,
            "head_layer": spec.head_layer,
            "classes": list(spec.classes),
            "labels": dict(spec.labels),
            "scores": spec.scores,
            "code": code_digest(ARRAY_CODE),
            "libraries": libraries | of_runtime,
            "runtime": spec.runtime,
            "onednn": onednn(),
        },
    )


def plan_maps(model_digest: str, explainer: Explainer) -> MapPlan:
    """Say what determines the maps of one explainer, at its default parameters, for one model.

    Parameters
    ----------
    model_digest : str
        :attr:`ModelPlan.digest`.
    """
    files = modules_behind([explainer.maps.__module__], ("explain.explainers", "explain.measures.resampling"))
    return MapPlan(
        explainer,
        {
            "model": model_digest,
            "method": explainer.name,
            "parameters": explainer.defaults,
            "code": code_digest(files),
            "numpy": version("numpy"),
        },
    )


def table_files() -> tuple[Path, ...]:
    """List the files of code, and of data such as claims, that turn maps into tables."""
    claims = sorted((_PACKAGE / "findings").glob("*.toml"))
    return (*modules_behind(_TABLE_MODULES, _TABLE_PACKAGES), *claims)


def table_code_digest() -> str:
    """Digest the code that computes the tables."""
    return code_digest(table_files())
