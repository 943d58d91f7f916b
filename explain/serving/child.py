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
from collections import OrderedDict
from typing import IO, TYPE_CHECKING, Any, NoReturn

import numpy as np

from data import ImageError, decode_image
from explain.errors import ExplainError
from explain.explainers.contract import UnavailableError
from explain.explainers.registry import explainer
from explain.models.installed import check_installed
from explain.models.preprocessing import resize_image
from explain.models.weights import digest_of_weights, find_weights
from explain.serving.messages import receive, send
from explain.serving.sources import Source
from explain.store.evidence import ArrayEvidence
from explain.store.pictures import shown_photograph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from explain.models.evidence import NetworkEvidence
    from explain.models.network import Network

NETWORKS = 4
"""How many networks stay loaded; beyond, the one that was used longest ago makes room."""


class Answering:
    """Answers requests; keeps the networks between them."""

    def __init__(self) -> None:
        self._networks: OrderedDict[Source, Network] = OrderedDict()

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
        image = decode_image(photograph, int(header["max_pixels"]))
        arrays: dict[str, Any] = {"photograph": np.asarray(shown_photograph(image), np.uint8)}
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

        if source in self._networks:  # the same weights may be looked at in two layers
            self._networks.move_to_end(source)
            return self._networks[source]
        file = find_weights(source.spec)
        if file is None:
            raise ExplainError(
                f"The weights of {source.spec.title} are no longer where they were at the build. Build the store anew."
            )
        if digest_of_weights(file) != source.weights:
            raise ExplainError(
                f"The weights of {source.spec.title} have changed since the store was built. Build the store anew."
            )
        check_installed(source.spec)
        while len(self._networks) >= NETWORKS:
            self._networks.popitem(last=False)
        self._networks[source] = load_network(source.spec)
        return self._networks[source]


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
    """Answer requests one after another until their stream ends; then end the process, even amid an answer."""
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
