"""One batch, whoever runs it: from pixels to activations, logits and maps."""

from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.building.engines.preparing import PreparedBatch
from explain.building.tables import ReadImage
from explain.explainers.contract import UnavailableError
from explain.explainers.registry import explainer
from explain.models.evidence import HALF, NetworkEvidence
from explain.store.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence
    from explain.models.network import Network
    from explain.models.specification import ModelSpec


@dataclass(frozen=True)
class Explanation:
    """What one network says about some images, and where it looks.

    Attributes
    ----------
    activations : ndarray of float32, shape (n, h, w, c)
        Rounded as the store keeps them.
    logits : ndarray of float32, shape (n, classes)
    maps : mapping of str to ndarray of float32, shape (n, h', w')
        Raw maps by method.
    refused : mapping of str to str
        Why a method has no maps of this network, in a sentence.
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]
    maps: Mapping[str, NDArray[np.float32]]
    refused: Mapping[str, str]


@dataclass(frozen=True)
class ModelOutcome:
    """One model's results of one batch: the rows, what was computed, and the seconds that it took of all.

    The explanation is None where an activation left the range of the precision that was asked for.
    """

    model: str
    rows: tuple[int, ...]
    explanation: Explanation | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Everything that became of a batch.

    Attributes
    ----------
    read : mapping of int to ReadImage
        By row.
    pictures : mapping of int to Pictures
        By row.
    models : tuple of ModelOutcome
        Models that had something to do.
    worker : str
        Host and process that ran the networks.
    """

    read: Mapping[int, ReadImage]
    pictures: Mapping[int, Pictures]
    models: tuple[ModelOutcome, ...]
    worker: str


class Networks:
    """The networks of one process, each loaded once, when it is first asked for.

    Parameters
    ----------
    loading : callable, optional
        Called with the title of a network and 0 before it is loaded, and 1 after.
    threads : int, optional
        Of each of TensorFlow's operations, as :func:`explain.models.network.limit_threads` has them.
    """

    def __init__(
        self,
        specs: Sequence[ModelSpec],
        loading: Callable[[str, int], None] | None = None,
        threads: int | None = None,
    ) -> None:
        self.specs = tuple(specs)
        self._loading, self._threads = loading, threads
        self._loaded: dict[str, Network] = {}
        self._one_at_a_time = threading.Lock()

    def load(self, spec: ModelSpec) -> Network:
        """Give a network."""
        from explain.models.network import limit_threads, load_network

        with self._one_at_a_time:
            if spec.name not in self._loaded:
                if self._loading:
                    self._loading(spec.title, 0)
                if self._threads and not spec.is_onnx:
                    limit_threads(self._threads)
                self._loaded[spec.name] = load_network(spec)
                if self._loading:
                    self._loading(spec.title, 1)
            return self._loaded[spec.name]


def explain_prepared(prepared: PreparedBatch, networks: Networks, batch_size: int) -> Outcome:
    """Run every network over the images of a batch that it lacks."""
    batch = prepared.batch
    images = prepared.images
    models = []
    for spec in networks.specs:
        rows = tuple(row for row, image in images.items() if image.read.ok and row in batch.missing[spec.name])
        if not rows:
            continue
        network = networks.load(spec)
        started = time.perf_counter()
        pixels = np.stack([images[row].pixels[spec.input_size] for row in rows])
        labels = [(batch.records[row].label, batch.records[row].synset) for row in rows]
        index_of = {label: spec.class_index(*label) for label in set(labels)}
        evidence = NetworkEvidence(
            network, pixels, batch_size=batch_size, precision=batch.precision.get(spec.name, HALF)
        )
        try:
            explanation = explain_batch(
                evidence, [index_of[label] for label in labels], batch.methods.get(spec.name, ())
            )
        except OverflowError:
            explanation = None
        models.append(ModelOutcome(spec.name, rows, explanation, time.perf_counter() - started))
    return Outcome(
        {row: image.read for row, image in images.items()},
        {row: image.pictures for row, image in images.items() if image.pictures is not None},
        tuple(models),
        f"{socket.gethostname()}:{os.getpid()}",
    )


def explain_batch(
    evidence: Evidence,
    targets: Sequence[int | None],
    methods: Sequence[str],
    parameters: Mapping[str, Mapping[str, float]] | None = None,
) -> Explanation:
    """Derive the maps of several methods from one forward pass.

    Parameters
    ----------
    targets : sequence of int or None, length n
        Target class of each image; None stands for the class that the network predicts.
    methods : sequence of str
        Names of explainers.
    parameters : mapping of str to mapping of str to float, optional
        By method, those that are not at their defaults; a build's all are.

    Raises
    ------
    ExplainError
        If the network gives values that are no finite numbers.
    OverflowError
        If an activation leaves the range of the evidence's precision.
    """
    classes = [
        int(scores.argmax()) if target is None else target
        for target, scores in zip(targets, evidence.logits, strict=True)
    ]
    maps, refused = {}, {}
    for name in methods:
        try:
            maps[name] = explainer(name).explain(evidence, classes, (parameters or {}).get(name))
        except UnavailableError as error:
            refused[name] = str(error)
    return Explanation(evidence.activations, evidence.logits, maps, refused)
