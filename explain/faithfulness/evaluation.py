"""Evaluating a whole store: every image, model and method, resumed where it was left, published at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.build_report import peak_memory
from explain.errors import ExplainError
from explain.faithfulness.evaluated_model import EvaluatedModel, evaluated_model
from explain.faithfulness.perturbation import DEFAULT_STEPS
from explain.faithfulness.perturbed_inputs import Probes, probabilities_of
from explain.faithfulness.progress import Chunks
from explain.faithfulness.publishing import Provenance, prune, publish
from explain.faithfulness.randomisation import columns_of_sanity, sanity_of
from explain.models.specification import REMEMBERED, load_specifications
from explain.store.locking import lock_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from data import Dataset
    from explain.models.network import Network
    from explain.models.specification import ModelSpec
    from explain.store.manifest import MethodInfo
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
        Results (image x model x method) whose curves were computed, or were there.
    predictions : dict of str to int
        Perturbed images that each network saw, by model.
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
        """Give the report as the command line's ``--json`` prints it."""
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
    methods: Sequence[str] = (),
    steps: int = DEFAULT_STEPS,
    batch_size: int = DEFAULT_BATCH_SIZE,
    progress: Progress | None = None,
) -> EvaluationReport:
    """Evaluate stored maps, as far as that is not done, and publish what was found.

    Deletion, insertion, drop and increase in confidence watch the class that the stored map is of: the labelled one,
    or the predicted one where the model lacks it. Agreement with maps under shuffled weights is the sanity check.

    Parameters
    ----------
    dataset : Dataset
        The one that the store was built from.
    specs : sequence of ModelSpec
        Of models in the store.
    methods : sequence of str
        Those whose maps are evaluated; all that the store holds of a model by default.
    steps : int
        Of each curve.
    batch_size : int
        Images per forward pass, and images of the dataset whose results are kept together: a killed run
        loses at most that many.
    progress : callable, optional

    Raises
    ------
    ExplainError
        If the store was built from other images or by other networks, holds no maps by a method, or a network does
        not load.
    """
    started = time.perf_counter()
    models = [evaluated_model(dataset, store, spec) for spec in specs]
    report = EvaluationReport(store.path, len(models[0].rows) if models else 0)
    asked = {
        model.spec.name: [store.method(model.spec.name, name) for name in methods] or list(model.model.methods)
        for model in models
    }
    with lock_store(store.path / "evaluation"):  # two evaluations take turns; a build need not wait
        prune(store)
        for model in models:
            network = _Lazy(model.spec, progress)
            evaluations = [
                _Evaluation(
                    model,
                    method,
                    Provenance.of(store, (model.spec.name, method.name), steps),
                    batch_size,
                    report,
                    network,
                    progress,
                )
                for method in asked[model.spec.name]
            ]
            _run_sanity(model, evaluations, network, batch_size, progress)
            for each in evaluations:
                each.run()
        publish(store.path, {(name, method.name): steps for name, each in asked.items() for method in each})
    report.seconds = time.perf_counter() - started
    return report


def specifications_of(store: Store, models: str | None) -> tuple[ModelSpec, ...]:
    """Read the specifications to evaluate a store by; those of all its models where none is named.

    Parameters
    ----------
    models : str or None
        As :func:`explain.models.specification.load_specifications` takes it.

    Raises
    ------
    ExplainError
        If none is named and the store holds networks that are not built in, or a name is unknown.
    """
    if models is not None:
        return load_specifications(models, labels=store.dataset.labels, remembered=store.path.parent / REMEMBERED)
    names = ",".join(model.name for model in store.models)
    try:
        return load_specifications(names)
    except ExplainError as error:
        raise ExplainError(f"The store holds {names}, and not all are built in: name them by --models.") from error


class _Lazy:
    """A network that is loaded when it is first needed."""

    def __init__(self, spec: ModelSpec, progress: Progress | None) -> None:
        self._spec, self._progress = spec, progress

    @cached_property
    def trained(self) -> Network:
        from explain.models.network import load_network

        self._tell(0)
        network = load_network(self._spec)
        self._tell(1)
        return network

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(f"Loading {self._spec.title}", done, 1)


def _run_sanity(
    model: EvaluatedModel,
    evaluations: Sequence[_Evaluation],
    network: _Lazy,
    batch_size: int,
    progress: Progress | None,
) -> None:
    """Shuffle a network once for all its methods; what a killed run had found of one model is asked again."""
    missing = {each.method: each.missing(each.sanity) for each in evaluations}
    if not any(missing.values()):
        return

    def told(done: int, total: int) -> None:
        if progress is not None:
            progress(f"{model.spec.title}: shuffled weights", done, total)

    found = sanity_of(model, missing, lambda: network.trained, batch_size, told)
    for each in evaluations:
        if missing[each.method]:
            each.keep_sanity(missing[each.method], found[each.method])


class _Evaluation:
    """One model and method: the chunks of its curves that are missing, and where its sanity check is kept."""

    def __init__(
        self,
        model: EvaluatedModel,
        method: MethodInfo,
        provenance: Provenance,
        batch_size: int,
        report: EvaluationReport,
        network: _Lazy,
        progress: Progress | None,
    ) -> None:
        self.model, self.method, self.network = model, method.name, network
        self.batch_size, self.report, self.progress = batch_size, report, progress
        self.title = f"{model.spec.title}, {method.title}"
        self.probes = Probes(provenance.steps, provenance.alignment)
        self.curves = Chunks(model.store.path / provenance.curves_folder, {"probabilities": (self.probes.count,)})
        self.sanity = Chunks(model.store.path / provenance.sanity_folder, columns_of_sanity())

    def run(self) -> None:
        curves = self.missing(self.curves)
        self.report.computed += len(curves)
        self.report.reused += len(self.model.rows) - len(curves)
        if curves:
            self._run_curves(curves)

    def missing(self, chunks: Chunks) -> list[int]:
        done = set(chunks.read()[0].tolist())
        return [row for row in self.model.rows if row not in done]

    def keep_sanity(self, rows: list[int], found: dict[str, NDArray[np.float64]]) -> None:
        """Put down what shuffled networks said of these rows, a chunk at a time."""
        for done, chosen in self._chunks(rows):
            start = done - len(chosen)
            self.sanity.write(chosen, {check: values[start:done] for check, values in found.items()})

    def _run_curves(self, missing: list[int]) -> None:
        network, name = self.network.trained, self.model.spec.name
        started = time.perf_counter()
        found = probabilities_of(
            network.predict, self._questions(network, missing), self.batch_size, self.model.model.scores
        )
        for done, rows in self._chunks(missing):
            count = len(rows) * self.probes.count
            probabilities = np.fromiter(islice(found, count), np.float64, count)
            self.curves.write(rows, {"probabilities": probabilities.reshape(len(rows), -1)})
            self._tell(f"{self.title}: curves", done, len(missing))
        predictions, seconds = self.report.predictions, self.report.seconds_of_model
        predictions[name] = predictions.get(name, 0) + len(missing) * self.probes.count
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started

    def _questions(self, network: Network, rows: list[int]) -> Iterator[tuple[NDArray[np.float32], int]]:
        for row in rows:
            image = network.preprocess(self.model.pixels(row)[None])[0]
            target = int(self.model.targets[row])
            for perturbed in self.probes.images(image, self.model.saliency(self.method, row)):
                yield perturbed, target

    def _chunks(self, rows: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Divide rows by the batch size, so that a chunk's questions fill whole batches and resuming changes none."""
        for start in range(0, len(rows), self.batch_size):
            chosen = rows[start : start + self.batch_size]
            yield start + len(chosen), chosen

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)
