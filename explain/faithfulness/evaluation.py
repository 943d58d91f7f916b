"""Evaluating a whole store: every image, model and method, resumed where it was left, published at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.build_report import peak_memory
from explain.errors import ExplainError
from explain.faithfulness.evaluated_model import Subject, subject_of
from explain.faithfulness.perturbation import DEFAULT_STEPS
from explain.faithfulness.perturbed_inputs import Probes, probabilities_of
from explain.faithfulness.progress import Chunks
from explain.faithfulness.publishing import Provenance, prune, publish
from explain.faithfulness.randomisation import SEED, columns_of_sanity, sanity_of
from explain.models.specification import load_specifications
from explain.store.locking import lock_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from data import Dataset
    from explain.models.network import Network
    from explain.models.specification import ModelSpec
    from explain.store.reading import Store

    Progress = Callable[[str, int, int], None]

DEFAULT_BATCH_SIZE = 16


@dataclass
class EvaluationReport:
    """What an evaluation did.

    Attributes
    ----------
    store : Path
    images : int
        That the build could read.
    computed, reused : int
        Results (image x model) whose curves were computed, or were there.
    predictions : dict of str to int
        Perturbed images that each network saw.
    seconds : float
    seconds_of_model : dict of str to float
        Time for those predictions, without loading the network.
    """

    store: Path
    images: int
    computed: int = 0
    reused: int = 0
    predictions: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_of_model: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the report as the command line's ``--json`` prints it.

        Returns
        -------
        dict
        """
        rates = {name: count / self.seconds_of_model[name] for name, count in self.predictions.items()}
        return {
            "images": self.images,
            "computed": self.computed,
            "reused": self.reused,
            "predictions": self.predictions,
            "predictions_per_second": {name: round(rate, 2) for name, rate in rates.items()},
            "seconds": round(self.seconds, 3),
            "peak_memory_bytes": peak_memory(),
            "store": str(self.store),
        }


def evaluate(
    dataset: Dataset,
    store: Store,
    specs: Sequence[ModelSpec],
    *,
    steps: int = DEFAULT_STEPS,
    batch_size: int = DEFAULT_BATCH_SIZE,
    progress: Progress | None = None,
) -> EvaluationReport:
    """Evaluate the maps of a store's models, as far as that is not done, and publish what was found.

    Deletion, insertion, drop and increase in confidence watch the labelled class, or the predicted one where the
    model lacks it. Agreement with maps under shuffled weights is the sanity check.

    Parameters
    ----------
    dataset : Dataset
        The one that the store was built from.
    store : Store
    specs : sequence of ModelSpec
        Of models in the store.
    steps : int
        Of each curve.
    batch_size : int
        Images per forward pass, and images of the dataset whose results are kept together: a killed run
        loses at most that many.
    progress : callable, optional

    Returns
    -------
    EvaluationReport

    Raises
    ------
    ExplainError
        If the store was built from other images or by other networks, or a network does not load.
    """
    started = time.perf_counter()
    subjects = [subject_of(dataset, store, spec) for spec in specs]
    report = EvaluationReport(store.path, len(subjects[0].rows) if subjects else 0)
    with lock_store(store.path / "evaluation"):  # two evaluations take turns; a build need not wait
        prune(store)
        for subject in subjects:
            _Evaluation(subject, Provenance.of(subject.store, subject.model, steps), batch_size, report, progress).run()
        publish(store.path, {subject.spec.name: steps for subject in subjects})
    report.seconds = time.perf_counter() - started
    return report


def specifications_of(store: Store, models: str | None) -> tuple[ModelSpec, ...]:
    """Read the specifications to evaluate a store by; those of all its models where none is named.

    Parameters
    ----------
    store : Store
    models : str or None
        As :func:`explain.models.specification.load_specifications` takes it.

    Returns
    -------
    tuple of ModelSpec

    Raises
    ------
    ExplainError
        If none is named and the store holds networks that are not built in, or a name is unknown.
    """
    if models is not None:
        return load_specifications(models)
    names = ",".join(model.name for model in store.models)
    try:
        return load_specifications(names)
    except ExplainError as error:
        raise ExplainError(f"The store holds {names}, and not all are built in: name them by --models.") from error


class _Evaluation:
    """One model: the chunks of its curves and of its sanity check that are missing."""

    def __init__(
        self,
        subject: Subject,
        provenance: Provenance,
        batch_size: int,
        report: EvaluationReport,
        progress: Progress | None,
    ) -> None:
        self.subject, self.batch_size, self.report, self.progress = subject, batch_size, report, progress
        self.title = subject.spec.title
        self.probes = Probes(provenance.steps)
        self.curves = Chunks(subject.store.path / provenance.curves_folder, {"probabilities": (self.probes.count,)})
        self.sanity = Chunks(subject.store.path / provenance.sanity_folder, columns_of_sanity())
        self._loaded: Network | None = None

    def run(self) -> None:
        curves, sanity = self._missing(self.curves), self._missing(self.sanity)
        self.report.computed += len(curves)
        self.report.reused += len(self.subject.rows) - len(curves)
        if sanity:
            self._run_sanity(sanity)
        if curves:
            self._run_curves(curves)

    def _missing(self, chunks: Chunks) -> list[int]:
        done = set(chunks.read()[0].tolist())
        return [row for row in self.subject.rows if row not in done]

    def _network(self) -> Network:
        from explain.models.network import load_network

        if self._loaded is None:
            self._tell(f"Loading {self.title}", 0, 0)
            self._loaded = load_network(self.subject.spec)
        return self._loaded

    def _run_sanity(self, missing: list[int]) -> None:
        randomised = self._network().randomised(SEED)
        for done, rows in self._chunks(missing):
            self.sanity.write(rows, sanity_of(self.subject, randomised, rows, self.batch_size))
            self._tell(f"{self.title}: shuffled weights", done, len(missing))

    def _run_curves(self, missing: list[int]) -> None:
        network = self._network()
        started = time.perf_counter()
        found = probabilities_of(network.predict, self._questions(network, missing), self.batch_size)
        for done, rows in self._chunks(missing):
            count = len(rows) * self.probes.count
            probabilities = np.fromiter(islice(found, count), np.float64, count)
            self.curves.write(rows, {"probabilities": probabilities.reshape(len(rows), -1)})
            self._tell(f"{self.title}: curves", done, len(missing))
        self.report.predictions[self.subject.spec.name] = len(missing) * self.probes.count
        self.report.seconds_of_model[self.subject.spec.name] = time.perf_counter() - started

    def _questions(self, network: Network, rows: list[int]) -> Iterator[tuple[NDArray[np.float32], int]]:
        for row in rows:
            image = network.preprocess(self.subject.pixels(row)[None])[0]
            target = int(self.subject.targets[row])
            for perturbed in self.probes.images(image, self.subject.saliency(row)):
                yield perturbed, target

    def _chunks(self, rows: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Divide rows by the batch size, so that a chunk's questions fill whole batches and resuming changes none."""
        for start in range(0, len(rows), self.batch_size):
            chosen = rows[start : start + self.batch_size]
            yield start + len(chosen), chosen

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)
