"""Building a store: each image decoded once, each network run once over it, everything else derived."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from data import Dataset
from explain.building.build_report import BuildReport
from explain.building.engines import Engine, check_engine, open_engine
from explain.building.plan import Plan, plan_model, table_code_digest
from explain.errors import ExplainError, StoreError
from explain.serving.sources import record_origins
from explain.store.layout import CHECKSUMS, store_path
from explain.store.locking import lock_store
from explain.store.opening import newest_stores, open_store
from explain.store.pictures import rows_with_pictures, write_pictures
from explain.store.pruning import forget_results, prune_results
from explain.store.writing import ModelWriter

if TYPE_CHECKING:
    from explain.building.engines.batch import Batch, Outcome
    from explain.building.tables import ReadImage
    from explain.models.specification import ModelSpec

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""

DEFAULT_BATCH_SIZE = 16


def build(
    dataset: Dataset,
    specs: Sequence[ModelSpec],
    cache: Path,
    *,
    batch_size: int = DEFAULT_BATCH_SIZE,
    engine: str = "local",
    force: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Compute what a store lacks, and nothing else.

    Parameters
    ----------
    dataset : Dataset
    specs : sequence of ModelSpec
    cache : Path
        Folder of all stores; for a URL what :func:`explain.store.filesystem.place` gives.
    batch_size : int
        Images per forward pass; the last batch is filled up, so that every pass has one shape.
    engine : {"local", "ray"}
        Where the networks run: in this process, or on the workers of a Ray cluster. The results are the same.
    force : bool
        Compute everything anew.
    progress : callable, optional

    Returns
    -------
    BuildReport

    Raises
    ------
    ExplainError
        If weights are missing, a model does not load, the engine is not installed, or no image can be read. What
        was complete stays.
    """
    check_engine(engine)
    started = time.perf_counter()
    report = BuildReport(store_path(cache, dataset.digest), len(dataset.records))
    plans = [plan_model(spec) for spec in specs]
    with lock_store(report.store):
        record_origins(report.store, specs)
        if not force and _up_to_date(report, dataset, plans):
            report.seconds = time.perf_counter() - started
            return report
        told = progress or _silent
        runner = open_engine(engine, tuple(specs), batch_size, lambda title: told(f"Loading {title}", 0, 0))
        _Builder(dataset, plans, report, cache, batch_size, runner, force, told).run()
    report.seconds = time.perf_counter() - started
    return report


def _up_to_date(report: BuildReport, dataset: Dataset, plans: Sequence[Plan]) -> bool:
    """Tell whether the manifest already names exactly these results, with every file there."""
    try:
        store = open_store(report.store)
        wanted = [plan.folder for plan in plans]
        if [model.folder for model in store.models] != wanted:
            return False
        if store.provenance["table_code"] != table_code_digest():
            return False
        if not all((store.path / folder / CHECKSUMS).exists() for folder in wanted):
            return False
        images = store.table("images")
    except (StoreError, KeyError):
        return False
    failed = images[images["status"] != "ok"]
    report.failed = dict(zip(failed["image"], failed["status"], strict=True))
    report.reused = (len(images) - len(failed)) * len(plans)
    return True


class _Builder:
    """One run of a build, in order: decode and infer, tables, manifest."""

    def __init__(
        self,
        dataset: Dataset,
        plans: Sequence[Plan],
        report: BuildReport,
        cache: Path,
        batch_size: int,
        engine: Engine,
        force: bool,
        progress: Progress,
    ) -> None:
        self.dataset, self.plans, self.report, self.cache = dataset, plans, report, cache
        self.batch_size, self.engine, self.progress = batch_size, engine, progress
        self.path = report.store
        folders = [plan.folder for plan in plans]
        if force:
            forget_results(self.path, folders)
        else:
            prune_results(self.path, folders, [plan.spec.name for plan in plans])
        count = len(dataset.records)
        self.writers = {plan.spec.name: ModelWriter(self.path / plan.folder, count) for plan in plans}

    def run(self) -> None:
        self._take_over()
        read = self._infer()
        if not any(found.ok for found in read):
            raise ExplainError(
                f"None of the {len(read)} images of {self.dataset.title} can be read. "
                f"The first: {self.dataset.records[0].relative_path}: {read[0].status}."
            )
        for plan in self.plans:
            writer = self.writers[plan.spec.name]
            if not writer.complete:
                writer.finish(self.engine.head(plan.spec))
        self._publish(read)

    def _take_over(self) -> None:
        """Copy rows from another version of this dataset, image by image, where image and model are the same."""
        for other in newest_stores(self.cache):
            if other.path == self.path or other.dataset.name != self.dataset.name:
                continue
            folders = {model.folder for model in other.models}
            table = other.table("images")
            there = {
                (row.sha256, row.label): index for index, row in enumerate(table.itertuples()) if row.status == "ok"
            }
            for plan in self.plans:
                writer = self.writers[plan.spec.name]
                if plan.folder in folders and not writer.complete:
                    done = writer.done
                    pairs = [
                        (there[record.sha256, record.label], row)
                        for row, record in enumerate(self.dataset.records)
                        if row not in done and (record.sha256, record.label) in there
                    ]
                    writer.copy(other, plan.folder, pairs)

    def _infer(self) -> list[ReadImage]:
        """Let the engine work every batch off, and write one batch behind it."""
        self.report.reused = sum(len(writer.done) for writer in self.writers.values())
        total = len(self.dataset.records)
        found: dict[int, ReadImage] = {}
        workers: set[str] = set()
        with ThreadPoolExecutor() as pens:
            writing: list[Future[None]] = []
            for outcome in self.engine.run(self._batches()):
                found.update(enumerate(outcome.read, outcome.start))
                self._count(outcome)
                if outcome.models:
                    workers.add(outcome.worker)
                for future in writing:
                    future.result()  # one batch behind at most, so that memory stays bounded
                writing = self._write(pens, outcome)
                self.progress("Images", len(found), total)
            for future in writing:
                future.result()
        self.report.workers = len(workers)
        read = [found[row] for row in range(total)]
        self.report.failed = {
            record.image: image.status for record, image in zip(self.dataset.records, read, strict=True) if not image.ok
        }
        return read

    def _batches(self) -> Iterator[Batch]:
        """Cut the dataset into batches aligned to its order, whatever is missing: results then never depend on it."""
        from explain.building.engines.batch import Batch

        records, pictured = self.dataset.records, rows_with_pictures(self.path)
        everything = frozenset(range(len(records)))
        done = {name: everything if writer.complete else writer.done for name, writer in self.writers.items()}
        for start in range(0, len(records), self.batch_size):
            chosen = records[start : start + self.batch_size]
            rows = frozenset(range(start, start + len(chosen)))
            missing = {name: rows - rows_done for name, rows_done in done.items()}
            yield Batch(start, chosen, missing, rows - pictured)

    def _write(self, pens: ThreadPoolExecutor, outcome: Outcome) -> list[Future[None]]:
        pictures = [pens.submit(write_pictures, self.path, row, made) for row, made in outcome.pictures.items()]
        return pictures + [
            pens.submit(
                self.writers[result.model].write,
                list(result.rows),
                result.explanation.activations,
                result.explanation.logits,
                result.explanation.grad_cam,
                result.explanation.fem,
            )
            for result in outcome.models
        ]

    def _count(self, outcome: Outcome) -> None:
        seconds, computed = self.report.seconds_of_model, self.report.computed_of_model
        for result in outcome.models:
            seconds[result.model] = seconds.get(result.model, 0) + result.seconds
            computed[result.model] = computed.get(result.model, 0) + len(result.rows)
            self.report.computed += len(result.rows)

    def _publish(self, read: list[ReadImage]) -> None:
        from explain.building import publishing

        publishing.publish(
            self.path,
            self.dataset,
            [(plan.spec, plan.digest, plan.folder, plan.determined_by) for plan in self.plans],
            read,
            table_code_digest(),
            lambda done, total: self.progress("Statistics", done, total),
        )


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total
