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
from explain.explainers.fem import DEFAULT_K, fem
from explain.explainers.gradcam import grad_cam
from explain.models.head import Head
from explain.models.preprocessing import resize_image
from explain.models.weights import find_weights
from explain.serving.messages import FramingError, receive, send
from explain.serving.sources import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

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
        Output of the feature layer.
    logits : ndarray of float32, shape (classes,)
    target : int
        The class of Grad-CAM that was asked for, or the predicted one.
    grad_cam : ndarray of float32, shape (h, w), or None
        The raw map of `target` where the network's end has no closed form; None where activations are enough.
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]
    target: int
    grad_cam: NDArray[np.float32] | None

    def saliency(self, method: str, *, head: Head | None, target: int, k: float = DEFAULT_K) -> NDArray[np.float32]:
        """Give one raw map, without the network.

        Parameters
        ----------
        method : {"gradcam", "fem"}
        head : Head or None
            The dense layer behind pooling, where the network ends so.
        target : int
            Class of Grad-CAM. FEM has none and ignores it.
        k : float
            K of FEM.

        Returns
        -------
        ndarray of float32, shape (h, w)

        Raises
        ------
        ExplainError
            If the network's end allows no other class than the one that was asked for.
        """
        if method == "fem":
            return fem(self.activations[None], k)[0]
        if head is not None:
            return grad_cam(self.activations[None], head.kernel[:, target])[0]
        if self.grad_cam is None or target != self.target:
            raise ExplainError("Grad-CAM of another class needs this network itself: ask for that class again.")
        return self.grad_cam


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


def request(models: Sequence[Source], targets: Mapping[str, int | None], max_pixels: int) -> dict[str, Any]:
    """Write the header of a request; the body is the photograph's file.

    Parameters
    ----------
    models : sequence of Source
    targets : mapping of str to int or None
        Class of Grad-CAM by model; the predicted one where it is None or absent.
    max_pixels : int
        Larger photographs are refused before they are decoded.

    Returns
    -------
    dict
    """
    return {
        "models": [model.to_json() for model in models],
        "targets": {model.spec.name: targets.get(model.spec.name) for model in models},
        "max_pixels": max_pixels,
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
                        arrays.get(f"{index}_grad_cam"),
                    )
                    for index, (name, target) in enumerate(header["targets"].items())
                },
            )
    except (KeyError, TypeError, AttributeError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise FramingError(f"the answer cannot be read: {error}") from error


class Explainer:
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
        for index, source in enumerate(map(Source.from_json, header["models"])):
            network = self._network(source)
            pixels = resize_image(image, source.spec.input_size)[None]
            result = network.forward(pixels)
            wanted = header["targets"].get(source.spec.name)
            target = int(result.logits[0].argmax()) if wanted is None else int(wanted)
            if not 0 <= target < len(source.spec.classes):
                raise ExplainError(f"{source.spec.title} has {len(source.spec.classes)} classes, and none is {target}.")
            targets[source.spec.name] = target
            arrays[f"{index}_activations"] = result.activations[0]
            arrays[f"{index}_logits"] = result.logits[0]
            if network.head is None:
                arrays[f"{index}_grad_cam"] = network.grad_cam(pixels, [target])[0]
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return {"width": image.width, "height": image.height, "targets": targets}, buffer.getvalue()

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


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests one after another until their stream ends; then end the process, even amid an answer.

    Parameters
    ----------
    requests, answers : binary file
    """
    waiting: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    explainer = Explainer()
    while True:
        send(answers, *explainer.answer(*waiting.get()))


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
