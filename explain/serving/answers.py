"""What is asked of the networks' process about a photograph, and what it answers: both ends speak by this."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.explainers.contract import UnavailableError
from explain.explainers.registry import explainer
from explain.serving.messages import FramingError
from explain.store.evidence import ArrayEvidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.models.head import Head
    from explain.serving.sources import Source


@dataclass(frozen=True)
class Explanation:
    """What one model says of one photograph, enough for its map by every method.

    Attributes
    ----------
    activations : ndarray of float32, shape (h, w, c)
        Output of the feature layer, rounded as a store rounds it.
    logits : ndarray of float32, shape (classes,)
    target : int
        The class that was asked for, or the predicted one.
    maps : mapping of str to ndarray of float32, shape (h', w')
        Raw maps of `target` by the methods that need the network itself, at the parameters that were asked for.
    refused : mapping of str to str
        Why a method has no map, in a sentence.
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]
    target: int
    maps: Mapping[str, NDArray[np.float32]]
    refused: Mapping[str, str]

    def saliency(
        self, method: str, *, head: Head | None, target: int, parameters: Mapping[str, float] | None = None
    ) -> NDArray[np.float32]:
        """Give one raw map, without the network.

        Parameters
        ----------
        head : Head or None
            The dense layer behind pooling, where the network ends so.
        target : int
            The class of the map, for methods that have one.
        parameters : mapping of str to float, optional
            Of the method, or of others, which are ignored.

        Returns
        -------
        ndarray of float32, shape (h, w)

        Raises
        ------
        ExplainError
            If the method needs the network, which was not asked for that class.
        """
        found = explainer(method)
        if method in self.refused:
            raise UnavailableError(self.refused[method])
        if method in self.maps:
            if found.targeted and target != self.target:
                raise UnavailableError(f"{found.title} of another class needs the network: ask for that class again.")
            return self.maps[method]
        known = {parameter.name for parameter in found.parameters}
        values = {name: value for name, value in (parameters or {}).items() if name in known}
        evidence = ArrayEvidence(self.activations[None], self.logits[None], head)
        return found.explain(evidence, [target], values)[0]


@dataclass(frozen=True)
class Answer:
    """A photograph as it was read, and what each model says of it.

    Attributes
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
        Upright RGB; the longer side at most 640 pixels.
    width, height : int
        Of the upright original, pixels.
    of_model : mapping of str to Explanation
    """

    photograph: NDArray[np.uint8]
    width: int
    height: int
    of_model: Mapping[str, Explanation]


def request(
    models: Sequence[Source],
    targets: Mapping[str, int | None],
    methods: Sequence[str],
    max_pixels: int,
    parameters: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Write the header of a request; the body is the photograph's file.

    Parameters
    ----------
    targets : mapping of str to int or None
        Class of the maps by model; the predicted one where it is None or absent.
    methods : sequence of str
        Whose maps are wanted; the process makes those that the feature map does not suffice for.
    max_pixels : int
        Larger photographs are refused before they are decoded.
    parameters : mapping of str to float, optional
        Of all methods, for the maps that the process makes; defaults for those that are absent.
    """
    return {
        "models": [model.to_json() for model in models],
        "targets": {model.spec.name: targets.get(model.spec.name) for model in models},
        "methods": list(methods),
        "max_pixels": max_pixels,
        "parameters": dict(parameters or {}),
    }


def read_answer(header: Mapping[str, Any], body: bytes) -> Answer:
    """Read the message that answers a request.

    Raises
    ------
    ExplainError
        With the sentence of the process, if it could not do what was asked.
    FramingError
        If the message is no answer.
    """
    if "error" in header:
        raise ExplainError(str(header["error"]))
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            return Answer(
                arrays["photograph"],
                int(header["width"]),
                int(header["height"]),
                {
                    name: Explanation(
                        arrays[f"{index}_activations"],
                        arrays[f"{index}_logits"],
                        int(target),
                        {method: arrays[f"{index}_map_{method}"] for method in header["made"][name]},
                        {str(method): str(reason) for method, reason in header["refused"][name].items()},
                    )
                    for index, (name, target) in enumerate(header["targets"].items())
                },
            )
    except (KeyError, TypeError, AttributeError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise FramingError(f"the answer cannot be read: {error}") from error
