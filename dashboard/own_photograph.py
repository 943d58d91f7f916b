"""Maps of a photograph that no store holds: what the networks' process is asked, and what its answer comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.errors import ExplainError
from explain.explainers.registry import EXPLAINERS, explainer
from explain.store.evidence import ArrayEvidence, ExplainedMap, class_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.serving.answers import Answer
    from explain.store import Store
    from explain.store.selection import Selection


@dataclass(frozen=True)
class Question:
    """What is asked of the networks about one photograph.

    Attributes
    ----------
    targets : mapping of str to int or None
        Class of the maps by model; None for the predicted one.
    lacking : mapping of str to str
        Models that have not the class that was asked for, each with a sentence.
    methods : tuple of str
        Those of the selection that this version knows.
    of_network : mapping of str to tuple of str
        By model, the methods for which its feature map does not suffice: the answer holds their maps for the class
        and the parameters that were asked for, and for no others.
    parameters : mapping of str to float
        Of all methods.
    """

    targets: Mapping[str, int | None]
    lacking: Mapping[str, str]
    methods: tuple[str, ...]
    of_network: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, float]

    @property
    def key(self) -> tuple[object, ...]:
        """What an answer depends on, beside the photograph and the store."""
        told = {method: self.parameters_of(method) for names in self.of_network.values() for method in names}
        asked = [(model, names, names and self.targets[model]) for model, names in self.of_network.items()]
        return *asked, *((method, tuple(values.items())) for method, values in told.items())

    def parameters_of(self, method: str) -> dict[str, float]:
        """Give every parameter of a method."""
        found = explainer(method)
        return found.values({name: value for name, value in self.parameters.items() if name in found.defaults})


def question(store: Store, selection: Selection, target: str, parameters: Mapping[str, float]) -> Question:
    """Find out what has to be asked.

    Parameters
    ----------
    target : str
        A class by its name; empty for the predicted one.
    parameters : mapping of str to float
        Of all methods.
    """
    targets: dict[str, int | None] = {}
    lacking: dict[str, str] = {}
    methods = tuple(method for method in selection.methods if method in EXPLAINERS)
    for model in selection.models:
        try:
            targets[model] = class_index(store, model, target) if target else None
        except ExplainError as error:
            targets[model], lacking[model] = None, str(error)
    none = np.zeros((0, 1, 1, 1), np.float32), np.zeros((0, 1), np.float32)
    of_network = {
        model: tuple(m for m in methods if EXPLAINERS[m].unavailable(ArrayEvidence(*none, store.head(model))))
        for model in selection.models
    }
    return Question(targets, lacking, methods, of_network, parameters)


def explain_own(store: Store, asked: Question, answer: Answer, model: str, method: str) -> ExplainedMap:
    """Give one map of the photograph, with what it is of.

    Parameters
    ----------
    asked : Question
        The one that the answer is to.

    Raises
    ------
    ExplainError
        If the model lacks the class, or the network allows no such map.
    """
    found, said = explainer(method), answer.of_model[model]
    if found.targeted and model in asked.lacking:
        raise ExplainError(asked.lacking[model])
    index = asked.targets[model]
    target = int(said.logits.argmax()) if index is None else index
    own = asked.parameters_of(method)
    saliency = said.saliency(method, head=store.head(model), target=target, parameters=own)
    of_class = store.model(model).classes[target] if found.targeted else None
    alignment = store.model(model).alignment_of_maps(found.at_pixels)
    return ExplainedMap(saliency, model, method, of_class, own, alignment)
