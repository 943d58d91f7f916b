"""Building a store: each image decoded once, each network run once over it, everything else derived."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from explain.building import publishing
from explain.building.build_report import BuildReport
from explain.building.builder import Builder, Progress
from explain.building.earlier import copy_rows, known_images, masks_read_again, read_again, take_over
from explain.building.engines import check_engine, open_engine
from explain.building.jobs import ModelJob, jobs_of
from explain.building.notices import no_better_than_guessing, unknown_labels
from explain.building.plan import plan_maps, plan_model, table_code_digest
from explain.errors import StoreError
from explain.explainers.registry import parse_methods
from explain.findings.predicted import tables_are_kept, tables_to_keep
from explain.findings.study import study_of
from explain.serving.sources import record_origins
from explain.store.amending import amend_locked
from explain.store.checking import find_damage
from explain.store.layout import CHECKSUMS, MANIFEST, MAPS, store_path
from explain.store.locking import lock_store
from explain.store.manifest import results_in
from explain.store.opening import DamagedManifestError, open_store
from explain.store.pictures import rows_with_pictures
from explain.store.pruning import prune_results

if TYPE_CHECKING:
    from data import Dataset
    from explain.building.tables import ReadImage
    from explain.explainers.contract import Explainer
    from explain.models.specification import ModelSpec
    from explain.store.manifest import DatasetInfo
    from explain.store.reading import Store

DEFAULT_BATCH_SIZE = 16


def build(
    dataset: Dataset,
    specs: Sequence[ModelSpec],
    cache: Path,
    *,
    methods: Sequence[Explainer] | None = None,
    batch_size: int = DEFAULT_BATCH_SIZE,
    engine: str = "local",
    force: bool = False,
    cores: int = 1,
    progress: Progress | None = None,
) -> BuildReport:
    """Compute what a store lacks, and nothing else; models and methods that it holds already stay.

    Parameters
    ----------
    cache : Path
        Folder of all stores; for a URL what :func:`explain.store.filesystem.place` gives.
    methods : sequence of Explainer, optional
        The reference report's two by default. Where the stored feature map suffices for one that is added to a built
        store, no network is loaded.
    batch_size : int
        Images per forward pass; the last batch is filled up, so that every pass has one shape.
    engine : {"local", "ray"}
        Where the networks run: in this process, or on the workers of a Ray cluster. The results are the same.
    force : bool
        Compute everything anew, beside what is there: readers see the old results until the new ones are complete.
    cores : int
        So many of the processor's are this process's own; the results are the same. From two on, networks run over two
        batches at a time, with half of the cores for each of TensorFlow's operations as long as this process lasts, and
        the maps of many images are measured by as many processes. Python starts these anew, so a script that asks for
        more than one does its work below ``if __name__ == "__main__":``.
    progress : callable, optional

    Raises
    ------
    ExplainError
        If weights are missing, a model does not load or gives no finite numbers, the engine is not installed, no
        image can be read, or the dataset's study is unknown. What was complete stays.
    """
    check_engine(engine)
    study_of(dataset)  # one that nobody knows is said now, not after the networks have run
    started = time.perf_counter()
    told = progress or _silent
    chosen = tuple(methods) if methods is not None else parse_methods(None)
    report = BuildReport(store_path(cache, dataset.digest), len(dataset.records))
    plans = [(plan, [plan_maps(plan.digest, each) for each in chosen]) for plan in map(plan_model, specs)]
    with lock_store(report.store):
        record_origins(report.store, specs, dataset.root)
        with report.timed("looking at what is there"):
            previous, unread = _published(report.store)
            before = {} if previous is None else known_images(previous)
            known = {} if force else before
            revived = {row: read for row, read in read_again(dataset, known).items() if read.ok}
            masked = frozenset() if previous is None else masks_read_again(dataset, previous)
            damage = None if previous is None else find_damage(previous, quick=True)
        damaged = frozenset(damage.results) if damage else frozenset()
        report.healed = (*unread, *(damage.sentences if damage else ()))
        rows = len(dataset.records)
        jobs = jobs_of(report.store, plans, rows, previous, fresh=force, damaged=damaged)
        ready = previous is not None and not (force or revived or masked or report.healed)
        if previous is not None and ready and _up_to_date(report, previous, dataset, jobs, chosen):
            if not tables_are_kept(previous):  # the last step of what brought the others was interrupted
                previous = amend_locked(report.store, tables_to_keep)
            _look_back(report, previous, jobs)
            report.seconds = time.perf_counter() - started
            return report
        old = jobs
        if revived:  # beside the old results, which have no rows for these images
            jobs = jobs_of(report.store, plans, rows, previous, fresh=True)
        prune_results(report.store, _named(jobs) | _named(old), [spec.name for spec in specs])
        if revived:
            copy_rows(report.store, old, jobs, [(row, row) for row, read in known.items() if read.ok])
        if not force:
            take_over(dataset, cache, report.store, jobs)
        runner = open_engine(engine, tuple(specs), batch_size, _Loading(report, told), cores)
        doubtful = force or unread or (damage and damage.pictures)
        pictured = frozenset() if doubtful else rows_with_pictures(report.store) - masked
        read = Builder(dataset, jobs, report, runner, told).run({**known, **revived}, batch_size, pictured)
        gained = any(now.ok and not before[row].ok for row, now in enumerate(read) if row in before)
        dropped = _all_folders(previous) if gained else damaged  # which have no rows for these images
        with report.timed("measures and tables"):
            _publish(report, dataset, jobs, read, chosen, previous, dropped, cores, told)
            store = amend_locked(report.store, tables_to_keep)  # reads what was published
    with report.timed("measures and tables"):
        _look_back(report, store, jobs)
    report.refused = {job.name: job.refused for job in jobs if job.refused}
    report.seconds = time.perf_counter() - started
    return report


class _Loading:
    """Tells that a network is being loaded, and notes how long that took."""

    def __init__(self, report: BuildReport, told: Progress) -> None:
        self._report, self._told, self._started = report, told, 0.0

    def __call__(self, title: str, done: int) -> None:
        self._told(f"Loading {title}", done, 1)
        if done:
            self._report.add_time("loading networks", time.perf_counter() - self._started)
        self._started = time.perf_counter()


def _look_back(report: BuildReport, store: Store, jobs: Sequence[ModelJob]) -> None:
    """Note what the tables say that whoever built them should know."""
    names = [job.name for job in jobs]
    report.unknown_labels = unknown_labels(store, names)
    report.at_chance = no_better_than_guessing(store, names)


def _published(path: Path) -> tuple[Store | None, tuple[str, ...]]:
    """Open what an earlier build left; a manifest that was damaged since is a sentence."""
    try:
        return open_store(path), ()
    except DamagedManifestError:
        return None, (
            f"{MANIFEST} was changed after it was written; other models and evaluations than those asked for are left "
            "out until they are asked for again, and what was computed of them is kept.",
        )
    except StoreError:
        return None, ()


def _said_alike(stored: DatasetInfo, dataset: Dataset) -> bool:
    """Tell whether the dataset still calls itself, its subject, its kinds and its study as when the store was built."""
    names = ("title", "notice", "subject", "subject_plural", "kinds", "study", "beside")
    return all(getattr(stored, name) == getattr(dataset, name) for name in names)


def _up_to_date(
    report: BuildReport, store: Store, dataset: Dataset, jobs: Sequence[ModelJob], methods: Sequence[Explainer]
) -> bool:
    """Tell whether the manifest already names exactly these results, with every file there."""
    if not _said_alike(store.dataset, dataset):
        return False
    named = {model.name: model for model in store.models}
    for job in jobs:
        model = named.get(job.name)
        if model is None or model.folder != job.folder or not (store.path / job.folder / CHECKSUMS).exists():
            return False
        spec = job.plan.spec
        if (model.title, model.notice, model.alignment) != (spec.title, spec.notice, spec.alignment):
            return False
        for name, each in job.maps.items():
            there = model.method(name)
            if there is None and name in model.refused:
                continue
            if there is None or there.folder != f"{each.folder}/{MAPS}":
                return False
            if not (store.path / each.folder / CHECKSUMS).exists():
                return False
    if store.shown_models != tuple(job.name for job in jobs) or store.shown_methods != tuple(m.name for m in methods):
        return False
    if store.provenance.get("table_code") != table_code_digest():
        return False
    try:
        images = store.table("images")
    except StoreError:
        return False
    failed = images[images["status"] != "ok"]
    report.failed = dict(zip(failed["image"], failed["status"], strict=True))
    report.unread_masks = dict(store.provenance.get("unread_masks", {}))
    report.reused = (len(images) - len(failed)) * len(jobs)
    report.refused = {job.name: dict(named[job.name].refused) for job in jobs if named[job.name].refused}
    return True


def _all_folders(store: Store | None) -> set[str]:
    return set() if store is None else {part["folder"] for part in results_in(store.provenance)}


def _named(jobs: Sequence[ModelJob]) -> set[str]:
    return {job.folder for job in jobs} | {each.folder for job in jobs for each in job.maps.values()}


def _publish(
    report: BuildReport,
    dataset: Dataset,
    jobs: Sequence[ModelJob],
    read: list[ReadImage],
    methods: Sequence[Explainer],
    previous: Store | None,
    dropped: Collection[str],
    cores: int,
    told: Progress,
) -> None:
    report.unread_masks = dict(
        publishing.publish(
            report.store,
            dataset,
            [publishing.entry_of(report.store, dataset, job) for job in jobs],
            read,
            shown=([job.name for job in jobs], [method.name for method in methods]),
            previous=previous,
            dropped=dropped,
            processes=cores,
            progress=lambda done, total: told("Statistics", done, total),
        )
    )


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total
