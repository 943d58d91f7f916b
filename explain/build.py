"""Building a store: each image decoded once, each network run once over it, everything else derived."""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import Dataset, ImageError, ImageRecord, decode_image, read_mask
from data.digests import file_digest
from explain.errors import ExplainError
from explain.origins import record_origins
from explain.preprocessing import RESIZING, resize_image
from explain.saliency import DEFAULT_K, fem, grad_cam
from explain.store.layout import CHECKSUMS, MANIFEST, StoreError, digest_of, store_path
from explain.store.reading import newest_stores, open_store
from explain.store.writing import (
    ModelWriter,
    has_pictures,
    lock_store,
    model_folder,
    write_pictures,
)
from explain.weights import find_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.network import Network
    from explain.specification import ModelSpec
    from explain.tables import ReadImage

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""

DEFAULT_BATCH_SIZE = 16
_CODE = ("build.py", "network.py", "preprocessing.py", "saliency.py")
_TABLE_CODE = (
    "publishing.py",
    "agreement.py",
    "embedding.py",
    "findings.py",
    "metrics.py",
    "regions.py",
    "resampling.py",
    "statistics.py",
    "tables.py",
)
_LIBRARIES = ("tensorflow", "keras", "numpy", "pillow")


@dataclass
class BuildReport:
    """What a build did.

    Attributes
    ----------
    store : Path
    images : int
        In the dataset.
    computed, reused : int
        Results (image x model) that were computed, or were there.
    failed : dict of str to str
        Reason by image id.
    seconds : float
    seconds_of_model : dict of str to float
        Time in the network and its explanations, for the images computed.
    computed_of_model : dict of str to int
    """

    store: Path
    images: int
    computed: int = 0
    reused: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_of_model: dict[str, float] = field(default_factory=dict)
    computed_of_model: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the report as the command line's ``--json`` prints it.

        Returns
        -------
        dict
        """
        per_image = {
            name: self.seconds_of_model[name] / count for name, count in self.computed_of_model.items() if count
        }
        return {
            "images": self.images,
            "computed": self.computed,
            "reused": self.reused,
            "failed": len(self.failed),
            "failures": self.failed,
            "seconds": round(self.seconds, 3),
            "seconds_per_image_and_model": {name: round(value, 5) for name, value in per_image.items()},
            "peak_memory_bytes": peak_memory(),
            "store": str(self.store),
        }


def build(
    dataset: Dataset,
    specs: Sequence[ModelSpec],
    cache: Path,
    *,
    batch_size: int = DEFAULT_BATCH_SIZE,
    force: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Compute what a store lacks, and nothing else.

    Parameters
    ----------
    dataset : Dataset
    specs : sequence of ModelSpec
    cache : Path
        Folder of all stores.
    batch_size : int
        Images per forward pass; the last batch is filled up, so that every pass has one shape.
    force : bool
        Compute everything anew.
    progress : callable, optional

    Returns
    -------
    BuildReport

    Raises
    ------
    ExplainError
        If weights are missing, a model does not load, or no image can be read. What was complete stays.
    """
    started = time.perf_counter()
    report = BuildReport(store_path(cache, dataset.digest), len(dataset.records))
    plans = [_plan(spec) for spec in specs]
    with lock_store(report.store):
        record_origins(report.store, specs)
        if not force and _up_to_date(report, dataset, plans):
            report.seconds = time.perf_counter() - started
            return report
        _Builder(dataset, plans, report, cache, batch_size, force, progress or _silent).run()
    report.seconds = time.perf_counter() - started
    return report


def peak_memory() -> int:
    """Give the largest resident memory of this process so far.

    Returns
    -------
    int
        Bytes.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@dataclass(frozen=True)
class _Plan:
    """A model and the digest of everything that determines its results."""

    spec: ModelSpec
    determined_by: dict[str, Any]

    @property
    def digest(self) -> str:
        return digest_of(self.determined_by)

    @property
    def folder(self) -> str:
        return model_folder(self.spec.name, self.digest)


def _plan(spec: ModelSpec) -> _Plan:
    weights = find_weights(spec)
    if weights is None:
        # Either an error that says what to do, or the download that makes the weights findable.
        from explain.network import load_network

        load_network(spec)
        weights = find_weights(spec)
        if weights is None:
            raise ExplainError(f"The weights of {spec.title} were loaded but their file was not found.")
    return _Plan(
        spec,
        {
            "weights": file_digest(weights),
            "application": spec.application,
            "input_size": spec.input_size,
            "preprocessing": spec.preprocessing,
            "resizing": RESIZING,
            "feature_layer": spec.feature_layer,
            "head_layer": spec.head_layer,
            "classes": list(spec.classes),
            "k": DEFAULT_K,
            "code": _code_digest(_CODE),
            "libraries": {name: version(name) for name in _LIBRARIES},
        },
    )


def _code_digest(names: Sequence[str]) -> str:
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _up_to_date(report: BuildReport, dataset: Dataset, plans: Sequence[_Plan]) -> bool:
    """Tell whether the manifest already names exactly these results, with every file there."""
    try:
        store = open_store(report.store)
        wanted = [plan.folder for plan in plans]
        if [model.folder for model in store.models] != wanted:
            return False
        if store.provenance["table_code"] != _code_digest(_TABLE_CODE):
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
        plans: Sequence[_Plan],
        report: BuildReport,
        cache: Path,
        batch_size: int,
        force: bool,
        progress: Progress,
    ) -> None:
        self.dataset, self.plans, self.report, self.cache = dataset, plans, report, cache
        self.batch_size, self.progress = batch_size, progress
        self.path = report.store
        if force:
            self._forget()
        count = len(dataset.records)
        self.writers = {plan.spec.name: ModelWriter(self.path / plan.folder, count) for plan in plans}
        self.networks: dict[str, Network] = {}

    def run(self) -> None:
        self._prune()
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
                writer.finish(self._network(plan).head)
        self._publish(read)

    def _forget(self) -> None:
        import shutil

        (self.path / MANIFEST).unlink(missing_ok=True)
        for plan in self.plans:
            shutil.rmtree(self.path / plan.folder, ignore_errors=True)
        for kind in ("photographs", "thumbnails", "masks", "tables"):
            shutil.rmtree(self.path / kind, ignore_errors=True)

    def _prune(self) -> None:
        """Remove superseded results of the models at hand, and tables that the manifest does not name."""
        import shutil

        try:
            current = open_store(self.path).provenance
        except StoreError:
            return
        named = {entry["folder"] for entry in current["models"]} | {plan.folder for plan in self.plans}
        names = {plan.spec.name for plan in self.plans}
        for folder in (self.path / "models").glob("*"):
            if folder.name.rpartition("-")[0] in names and f"models/{folder.name}" not in named:
                shutil.rmtree(folder, ignore_errors=True)
        kept = set(current["tables"].values())
        for file in (self.path / "tables").glob("*.parquet"):
            if f"tables/{file.name}" not in kept:
                file.unlink(missing_ok=True)

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
                    pairs = [
                        (there[record.sha256, record.label], row)
                        for row, record in enumerate(self.dataset.records)
                        if row not in writer.done and (record.sha256, record.label) in there
                    ]
                    writer.copy(other, plan.folder, pairs)

    def _infer(self) -> list[ReadImage]:
        from explain.tables import ReadImage

        missing = {name: self._missing(writer) for name, writer in self.writers.items()}
        already = sum(len(writer.done) for writer in self.writers.values())
        self.report.reused = already
        found: list[ReadImage] = []
        total = len(self.dataset.records)
        with ThreadPoolExecutor(max_workers=1) as pen:
            writing: Future[None] | None = None
            for start, images in self._decoded():
                for row, image in enumerate(images, start):
                    record = self.dataset.records[row]
                    if isinstance(image, str):
                        found.append(ReadImage(image))
                        self.report.failed[record.image] = image
                    else:
                        found.append(ReadImage("ok", image.width, image.height))
                for plan in self.plans:
                    name = plan.spec.name
                    chosen = {
                        row: image
                        for row, image in enumerate(images, start)
                        if row in missing[name] and not isinstance(image, str)
                    }
                    if not chosen:
                        continue
                    results = self._explain(plan, chosen)
                    if writing:
                        writing.result()  # one batch ahead at most, so that memory stays bounded
                    writing = pen.submit(self.writers[name].write, list(chosen), *results)
                    self.report.computed += len(chosen)
                self.progress("Images", start + len(images), total)
            if writing:
                writing.result()
        return found

    def _missing(self, writer: ModelWriter) -> frozenset[int]:
        if writer.complete:
            return frozenset()
        return frozenset(range(len(self.dataset.records))) - writer.done

    def _decoded(self) -> Iterator[tuple[int, list[Any]]]:
        """Decode in batches aligned to the dataset's order, one batch ahead of inference."""
        records = self.dataset.records
        starts = range(0, len(records), self.batch_size)
        with ThreadPoolExecutor() as pool:

            def submit(start: int) -> list[Future[Any]]:
                rows = range(start, min(start + self.batch_size, len(records)))
                return [pool.submit(self._decode, row, records[row]) for row in rows]

            ahead = submit(0) if records else []
            for start in starts:
                current, following = ahead, start + self.batch_size
                ahead = submit(following) if following < len(records) else []
                yield start, [future.result() for future in current]

    def _decode(self, row: int, record: ImageRecord) -> Any:
        try:
            image = decode_image(record.path)
        except ImageError as error:
            return str(error)
        if not has_pictures(self.path, row):
            mask = read_mask(record.mask) if record.mask is not None else None
            write_pictures(self.path, row, image, mask)
        return image

    def _explain(self, plan: _Plan, images: dict[int, Any]) -> tuple[NDArray[np.float32], ...]:
        spec, network = plan.spec, self._network(plan)
        started = time.perf_counter()
        size = spec.input_size
        pixels = np.zeros((self.batch_size, size, size, 3), np.uint8)
        for index, image in enumerate(images.values()):
            pixels[index] = resize_image(image, size)
        count = len(images)
        result = network.forward(pixels)
        activations, logits = result.activations[:count], result.logits[:count]
        records = [self.dataset.records[row] for row in images]
        targets = [spec.class_index(record.label, record.synset) for record in records]
        classes = [int(scores.argmax()) if t is None else t for t, scores in zip(targets, logits, strict=True)]
        if network.head is not None:
            maps = grad_cam(activations, network.head.kernel.T[classes])
        else:
            padded = classes + [0] * (self.batch_size - count)
            maps = network.grad_cam(pixels, padded)[:count]
        fems = fem(activations)
        spent = time.perf_counter() - started
        self.report.seconds_of_model[spec.name] = self.report.seconds_of_model.get(spec.name, 0) + spent
        self.report.computed_of_model[spec.name] = self.report.computed_of_model.get(spec.name, 0) + count
        return activations, logits, maps, fems

    def _network(self, plan: _Plan) -> Network:
        from explain.network import load_network

        if plan.spec.name not in self.networks:
            self.progress(f"Loading {plan.spec.title}", 0, 0)
            self.networks[plan.spec.name] = load_network(plan.spec)
        return self.networks[plan.spec.name]

    def _publish(self, read: list[ReadImage]) -> None:
        import explain.publishing as publishing

        publishing.publish(
            self.path,
            self.dataset,
            [(plan.spec, plan.digest, plan.folder, plan.determined_by) for plan in self.plans],
            read,
            _code_digest(_TABLE_CODE),
            lambda done, total: self.progress("Statistics", done, total),
        )


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total
