"""Explaining photographs that are not in a store, in a process of its own: ``python -m explain.serving.child``.

The process reads requests from its standard input and answers on its standard output
(:mod:`explain.serving.messages`). It decodes what strangers send, so it may crash or be killed at any time: whoever
started it starts another. It ends with its input, thus with the process that started it. Nothing is written to disk.
"""

from __future__ import annotations

import io
import os
import queue
import sys
import threading
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, NoReturn

import numpy as np

from data import ImageError, decode_image
from data.digests import file_digest
from explain.errors import ExplainError
from explain.explainers.contract import UnavailableError
from explain.explainers.registry import explainer
from explain.models.preprocessing import resize_image
from explain.models.weights import find_weights
from explain.serving.messages import FramingError, receive, send
from explain.serving.sources import Source
from explain.store.evidence import ArrayEvidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.models.evidence import NetworkEvidence
    from explain.models.head import Head
    from explain.models.network import Network

PHOTOGRAPH_SIDE = 640
"""The longer side of the photograph that comes back, pixels; as in a store."""

NETWORKS = 4
"""How many networks stay loaded; beyond, the one that was used longest ago makes room."""


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
        method : str
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
    models : sequence of Source
    targets : mapping of str to int or None
        Class of the maps by model; the predicted one where it is None or absent.
    methods : sequence of str
        Whose maps are wanted; the process makes those that the feature map does not suffice for.
    max_pixels : int
        Larger photographs are refused before they are decoded.
    parameters : mapping of str to float, optional
        Of all methods, for the maps that the process makes; defaults for those that are absent.

    Returns
    -------
    dict
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

    Parameters
    ----------
    header : mapping
    body : bytes

    Returns
    -------
    Answer

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


class Answering:
    """Answers requests; keeps the networks between them."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, Network] = OrderedDict()

    def answer(self, header: Mapping[str, Any], photograph: bytes) -> tuple[dict[str, Any], bytes]:
        """Answer one request; what a person can act on becomes a sentence, anything else is raised.

        Parameters
        ----------
        header : mapping
            As :func:`request` gives it.
        photograph : bytes
            The file's content.

        Returns
        -------
        (dict, bytes)
            What :func:`read_answer` reads.
        """
        try:
            return self._explain(header, photograph)
        except ImageError as error:
            return {"error": f"The photograph cannot be read: {error}."}, b""
        except ExplainError as error:
            return {"error": str(error)}, b""

    def _explain(self, header: Mapping[str, Any], photograph: bytes) -> tuple[dict[str, Any], bytes]:
        from PIL import Image

        image = decode_image(photograph, int(header["max_pixels"]))
        shown = image.copy()
        shown.thumbnail((PHOTOGRAPH_SIDE, PHOTOGRAPH_SIDE), Image.Resampling.LANCZOS)
        arrays: dict[str, Any] = {"photograph": np.asarray(shown, np.uint8)}
        targets: dict[str, int] = {}
        made: dict[str, list[str]] = {}
        refused: dict[str, dict[str, str]] = {}
        for index, source in enumerate(map(Source.from_json, header["models"])):
            network = self._network(source)
            evidence = _evidence(network, resize_image(image, source.spec.input_size)[None])
            wanted = header["targets"].get(source.spec.name)
            target = int(evidence.logits[0].argmax()) if wanted is None else int(wanted)
            if not 0 <= target < len(source.spec.classes):
                raise ExplainError(f"{source.spec.title} has {len(source.spec.classes)} classes, and none is {target}.")
            targets[source.spec.name] = target
            arrays[f"{index}_activations"] = evidence.activations[0]
            arrays[f"{index}_logits"] = evidence.logits[0]
            sent = ArrayEvidence(evidence.activations, evidence.logits, network.head)
            made[source.spec.name], refused[source.spec.name] = [], {}
            for method in map(explainer, header["methods"]):
                if not method.unavailable(sent):
                    continue  # whoever asks has all that it takes
                values = {name: value for name, value in header["parameters"].items() if name in method.defaults}
                try:
                    arrays[f"{index}_map_{method.name}"] = method.explain(evidence, [target], values)[0]
                    made[source.spec.name].append(method.name)
                except UnavailableError as error:
                    refused[source.spec.name][method.name] = str(error)
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        answer = {"width": image.width, "height": image.height, "targets": targets, "made": made, "refused": refused}
        return answer, buffer.getvalue()

    def _network(self, source: Source) -> Network:
        from explain.models.network import load_network

        if source.weights in self._networks:
            self._networks.move_to_end(source.weights)
            return self._networks[source.weights]
        file = find_weights(source.spec)
        if file is None:
            raise ExplainError(
                f"The weights of {source.spec.title} are no longer where they were at the build. Build the store anew."
            )
        if file_digest(file) != source.weights:
            raise ExplainError(
                f"The weights of {source.spec.title} have changed since the store was built. Build the store anew."
            )
        while len(self._networks) >= NETWORKS:
            self._networks.popitem(last=False)
        self._networks[source.weights] = load_network(source.spec)
        return self._networks[source.weights]


def _evidence(network: Network, pixels: NDArray[np.uint8]) -> NetworkEvidence:
    """Ask a network about one photograph, with activations as a store would keep them."""
    from explain.models.evidence import SINGLE, NetworkEvidence

    evidence = NetworkEvidence(network, pixels)
    try:
        _ = evidence.activations
    except OverflowError:
        evidence = NetworkEvidence(network, pixels, precision=SINGLE)
    return evidence


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests one after another until their stream ends; then end the process, even amid an answer.

    Parameters
    ----------
    requests, answers : binary file
    """
    waiting: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    answering = Answering()
    while True:
        send(answers, *answering.answer(*waiting.get()))


def _listen(requests: IO[bytes], waiting: queue.SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    """Queue requests; a thread of its own sees at once that the process which asks is gone."""
    try:
        while (message := receive(requests)) is not None:
            waiting.put(message)
    finally:
        os._exit(0)


def main() -> NoReturn:
    """Serve on the standard streams; whatever libraries print goes to the standard error."""
    os.nice(5)  # the dashboard itself stays quick
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)
    sys.exit(0)


if __name__ == "__main__":
    main()
