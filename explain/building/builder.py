"""One run of a build: the engine's outcomes written row by row, maps from stored activations, every group finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.engines.batch import explain_batch
from explain.building.engines.preparing import Batch
from explain.errors import ExplainError
from explain.models.evidence import HALF, SINGLE
from explain.store.arrays import StoredArrays
from explain.store.evidence import evidence_of_arrays
from explain.store.half_floats import as_half
from explain.store.layout import ARRAYS, MAP_ARRAY
from explain.store.pictures import PictureWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data import Dataset
    from explain.building.build_report import BuildReport
    from explain.building.engines import Engine
    from explain.building.engines.batch import ModelOutcome
    from explain.building.jobs import ModelJob
    from explain.building.tables import ReadImage
    from explain.store.writing import ArrayWriter

_WRITING = "writing results"

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


class Builder:
    """One run of a build, in order: decode and infer, maps from stored activations, tables, manifest."""

    def __init__(
        self, dataset: Dataset, jobs: Sequence[ModelJob], report: BuildReport, engine: Engine, progress: Progress
    ) -> None:
        self.dataset, self.jobs, self.report, self.engine, self.progress = dataset, jobs, report, engine, progress
        self.path = report.store

    def run(self, known: dict[int, ReadImage], batch_size: int, pictured: frozenset[int]) -> list[ReadImage]:
        """Make every result.

        Parameters
        ----------
        known : dict of int to ReadImage
            Rows that were decoded by an earlier build and need not be again for their own sake.
        pictured : frozenset of int
            Rows whose pictures are there.
        """
        there = [job.writer.done for job in self.jobs]
        found = dict(known)
        while True:  # again for models whose activations turn out to need the wider precision
            missing = {job.name: self._missing(job.writer) for job in self.jobs}
            wide = self._infer(missing, batch_size, pictured, found)
            pictured |= frozenset(row for row, read in found.items() if read.ok)
            if not wide:
                break
            for job in wide:
                job.precision = SINGLE
                for writer in (job.writer, *(each.writer for each in job.maps.values())):
                    writer.restart()
        if not any(read.ok for read in found.values()):
            first = self.dataset.records[0]
            raise ExplainError(
                f"None of the {len(found)} images of {self.dataset.title} can be read. "
                f"The first: {first.relative_path}: {found[0].status}."
            )
        ok = [row for row, read in sorted(found.items()) if read.ok]
        self.report.reused = sum(len(done & set(ok)) for done in there)
        for job in self.jobs:
            if not job.writer.complete:
                ending = self.engine.ending(job.plan.spec)
                with self.report.timed(_WRITING):
                    job.writer.finish(ending)
        with self.report.timed("maps of what is stored"):
            self._maps_from_arrays(ok, batch_size)
        self._infer({job.name: self._without_maps(job, ok) for job in self.jobs}, batch_size, pictured, found)
        for job in self.jobs:
            for each in job.maps.values():
                if not each.writer.complete:
                    with self.report.timed(_WRITING):
                        each.writer.finish()
        return [found[row] for row in range(len(self.dataset.records))]

    def _missing(self, writer: ArrayWriter) -> frozenset[int]:
        return frozenset() if writer.complete else frozenset(range(len(self.dataset.records))) - writer.done

    def _without_maps(self, job: ModelJob, ok: list[int]) -> frozenset[int]:
        return frozenset().union(*(set(ok) & self._missing(each.writer) for each in job.maps.values()))

    def _infer(
        self,
        missing: Mapping[str, frozenset[int]],
        batch_size: int,
        pictured: frozenset[int],
        found: dict[int, ReadImage],
    ) -> list[ModelJob]:
        """Let the engine work every batch off, and write one batch behind it; give the models that need more range."""
        batches = list(self._batches(missing, batch_size, pictured, found))
        by_name, wide = {job.name: job for job in self.jobs}, {}
        workers: set[str] = set()
        total = sum(len(batch.records) for batch in batches)
        decoded = 0
        started, spent = time.perf_counter(), sum(self.report.seconds_of_step.values())
        pictures = PictureWriter(self.path, frozenset().union(*(batch.unpictured for batch in batches)))
        with ThreadPoolExecutor() as pens:
            writing: list[Future[None]] = []
            for outcome in self.engine.run(batches) if batches else ():
                found.update(outcome.read)
                decoded += len(outcome.read)
                if outcome.models:
                    workers.add(outcome.worker)
                with self.report.timed(_WRITING):
                    for future in writing:
                        future.result()  # one batch behind at most, so that memory stays bounded
                writing = [pens.submit(pictures.take, list(outcome.read), outcome.pictures)]
                for result in outcome.models:
                    job = by_name[result.model]
                    self.report.add_time(job.plan.spec.title, result.seconds)
                    if result.explanation is None:
                        wide[job.name] = job
                    elif job.name not in wide:
                        writing += self._write(pens, job, result)
                self.progress("Images", decoded, total)
            with self.report.timed(_WRITING):
                for future in writing:
                    future.result()
        named = sum(self.report.seconds_of_step.values()) - spent  # which workers beside this process may make more
        self.report.add_time("reading images", max(0.0, time.perf_counter() - started - named))
        self.report.workers = max(self.report.workers, len(workers))
        self.report.failed = {
            self.dataset.records[row].image: read.status for row, read in sorted(found.items()) if not read.ok
        }
        return list(wide.values())

    def _batches(
        self,
        missing: Mapping[str, frozenset[int]],
        batch_size: int,
        pictured: frozenset[int],
        found: Mapping[int, ReadImage],
    ) -> Iterator[Batch]:
        """Cut the dataset into batches aligned to its order, whatever is missing: results then never depend on it."""
        failed = {row for row, read in found.items() if not read.ok}
        wanted, settled = frozenset().union(*missing.values()) - failed, pictured | failed
        everything = range(len(self.dataset.records))
        for start in everything[::batch_size]:
            rows = range(start, min(start + batch_size, len(everything)))
            chosen = [row for row in rows if row not in found or row in wanted or row not in settled]
            if chosen:
                yield Batch(
                    {row: self.dataset.records[row] for row in chosen},
                    {name: each & frozenset(chosen) for name, each in missing.items()},
                    frozenset(chosen) - pictured,
                    {job.name: tuple(job.maps) for job in self.jobs},
                    {job.name: job.precision for job in self.jobs},
                )

    def _write(self, pens: ThreadPoolExecutor, job: ModelJob, result: ModelOutcome) -> list[Future[None]]:
        explanation, rows = result.explanation, result.rows
        assert explanation is not None
        job.refuse(explanation.refused)
        report = self.report
        report.seconds_of_model[job.name] = report.seconds_of_model.get(job.name, 0) + result.seconds
        report.computed_of_model[job.name] = report.computed_of_model.get(job.name, 0) + len(rows)
        values = {
            "activations": (as_half if job.precision == HALF else np.asarray)(explanation.activations),
            "logits": explanation.logits,
            "pooled": explanation.activations.mean(axis=(1, 2), dtype=np.float32),
        }
        report.computed += len(set(rows) - job.writer.done)
        pending = [pens.submit(_write_missing, job.writer, rows, values)]
        return pending + [
            pens.submit(_write_missing, job.maps[method].writer, rows, {MAP_ARRAY: maps})
            for method, maps in explanation.maps.items()
        ]

    def _maps_from_arrays(self, ok: list[int], batch_size: int) -> None:
        """Compute maps that lack, as far as the stored feature map suffices: no forward pass, and no TensorFlow."""
        for job in self.jobs:
            lacking = {
                name: sorted(set(ok) & self._missing(each.writer))
                for name, each in job.maps.items()
                if not each.writer.complete
            }
            rows = sorted(set().union(*lacking.values()))
            if not rows:
                continue
            arrays = StoredArrays(self.path / job.folder / ARRAYS)
            for start in range(0, len(rows), batch_size):
                chosen = rows[start : start + batch_size]
                evidence = evidence_of_arrays(arrays, chosen)
                explained = explain_batch(evidence, [self._target(job, row) for row in chosen], tuple(lacking))
                for name, maps in explained.maps.items():
                    _write_missing(job.maps[name].writer, tuple(chosen), {MAP_ARRAY: maps})
                lacking = {name: each for name, each in lacking.items() if name in explained.maps}
                self.progress(f"Maps of {job.plan.spec.title}", start + len(chosen), len(rows))
                if not lacking:
                    break  # what is left needs the network

    def _target(self, job: ModelJob, row: int) -> int | None:
        record = self.dataset.records[row]
        return job.plan.spec.class_index(record.label, record.synset)


def _write_missing(writer: ArrayWriter, rows: Sequence[int], values: Mapping[str, NDArray[Any]]) -> None:
    """Write the rows that are not there yet."""
    if writer.complete:
        return
    fresh = [index for index, row in enumerate(rows) if row not in writer.done]
    if len(fresh) == len(rows):
        writer.write(list(rows), values)
    elif fresh:
        writer.write([rows[index] for index in fresh], {name: value[fresh] for name, value in values.items()})
