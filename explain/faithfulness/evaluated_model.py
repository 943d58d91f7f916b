"""A model of a store and the images that it is evaluated on; and the proof that its network is the one at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.engines.preparing import read_record
from explain.errors import ExplainError
from explain.models.preprocessing import preprocessing_as_json, resize_image
from explain.models.weights import digest_of_weights, find_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data import Dataset
    from explain.models.specification import ModelSpec
    from explain.store.manifest import ModelInfo
    from explain.store.reading import Store

_SAME = ("application", "input_size", "preprocessing", "feature_layer", "head_layer")
"""What a store's manifest and a specification both say about a network."""


@dataclass(frozen=True)
class EvaluatedModel:
    """One model of a store, with the images that its build could read.

    Attributes
    ----------
    dataset : Dataset
        The one that the store was built from.
    store : Store
    spec : ModelSpec
        Of the network that made the store's maps, with the runtime that ran it; see :func:`evaluated_model`.
    """

    dataset: Dataset
    store: Store
    spec: ModelSpec

    @property
    def model(self) -> ModelInfo:
        """The model as the store knows it."""
        return self.store.model(self.spec.name)

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """Rows of the images that could be read."""
        return tuple(int(row) for row in np.flatnonzero(self.store.table("images")["status"] == "ok"))

    @property
    def targets(self) -> NDArray[np.int64]:
        """Class that is watched, for every row of the store: the labelled one, else the predicted one."""
        return self.store.targets(self.spec.name)

    def pixels(self, row: int) -> NDArray[np.uint8]:
        """Decode an image and resize it as the build does.

        Returns
        -------
        ndarray of uint8, shape (size, size, 3)
        """
        return resize_image(read_record(self.dataset.records[row]), self.spec.input_size)

    def saliency(self, method: str, row: int) -> NDArray[np.float32]:
        """Read the stored map of an image, shape (h, w)."""
        return self.store.saliency(self.spec.name, method, self.dataset.records[row].image)


def evaluated_model(dataset: Dataset, store: Store, spec: ModelSpec) -> EvaluatedModel:
    """Join a model's results with the specification of its network.

    Raises
    ------
    ExplainError
        If the store was built from other images, has no such model, or its maps were made by another network.
    """
    if dataset.digest != store.dataset.digest:
        raise ExplainError(
            f"The store {store.path} was built from other images than {dataset.title} holds now. "
            "Run: python -m explain build"
        )
    runtime = store.model(spec.name).runtime
    (entry,) = (entry for entry in store.provenance["models"] if entry["name"] == spec.name)
    named = {name: getattr(spec, name) for name in _SAME}
    named |= {"input_size": spec.size_as_json, "preprocessing": preprocessing_as_json(spec.preprocessing)}
    differing = [name for name in _SAME if entry["determined_by"][name] != named[name]]
    if entry["determined_by"]["weights"] != _weights_digest(spec):
        differing.append("weights")
    if list(spec.classes) != entry["classes"]:
        differing.append("classes")
    if differing:
        raise ExplainError(
            f"The stored maps of {spec.title} were made by another network than the specification names: "
            f"{', '.join(differing)} differ. Run: python -m explain build with the same --models."
        )
    return EvaluatedModel(dataset, store, replace(spec, runtime=runtime))


def _weights_digest(spec: ModelSpec) -> Any:
    weights = find_weights(spec)
    return None if weights is None else digest_of_weights(weights)
