"""The last step of a build: tables from the stored arrays, and the manifest that makes all of it visible."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

import explain
from explain.building.derived import derived_tables
from explain.building.long_tables import joined
from explain.building.plan import table_code_digest
from explain.building.tables import images_table, map_tables, predictions_table
from explain.faithfulness.publishing import carried_over
from explain.findings.study import study_digest, study_of
from explain.measures.resampling import COMMON_GRID
from explain.models.head import INDEPENDENT_SCORES, SIGMOID, SOFTMAX
from explain.models.preprocessing import preprocessing_as_json
from explain.statistics.embedding import embedding_table
from explain.statistics.skill import skill_table
from explain.store.arrays import StoredArrays
from explain.store.filesystem import file_digests, is_remote
from explain.store.layout import ARRAYS, CHECKSUMS, MAP_ARRAY, MAPS
from explain.store.made_from import sources_of
from explain.store.manifest import model_info
from explain.store.pictures import pictures_digest, rows_with_masks
from explain.store.selection import Selection
from explain.store.table_files import as_texts, kinds_in, read_rows
from explain.store.whole_files import TableWriter, write_manifest, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from data import Dataset
    from explain.building.jobs import MapJob, ModelJob
    from explain.building.tables import ReadImage
    from explain.store.manifest import ModelInfo
    from explain.store.reading import Store

_RECORDED = ("numpy", "scipy", "pandas", "pillow", "zarr", "keras", "tensorflow")


def entry_of(path: Path, dataset: Dataset, job: ModelJob) -> dict[str, Any]:
    """Describe a model's complete results as the manifest does.

    Parameters
    ----------
    path : Path
        The store.
    """
    spec, arrays = job.plan.spec, StoredArrays(path / job.folder / ARRAYS)
    activations: Any = arrays["activations"]
    return {
        "name": spec.name,
        "title": spec.title,
        "notice": spec.notice,
        "alignment": None if spec.alignment is None else list(spec.alignment),
        "input_size": spec.size_as_json,
        "preprocessing": preprocessing_as_json(spec.preprocessing),
        "feature_layer": spec.feature_layer,
        "classes": list(spec.classes),
        "class_of_label": {record.label: spec.class_index(record.label, record.synset) for record in dataset.records},
        "grid": list(activations.shape[1:3]),
        "precision": str(activations.dtype),
        "closed_form": "head_kernel" in arrays,
        "differentiable": not spec.is_onnx,
        "scores": SIGMOID if INDEPENDENT_SCORES in arrays else SOFTMAX,
        "digest": job.plan.digest,
        "folder": job.folder,
        "checksums": file_digests([path / job.folder / CHECKSUMS])[0],
        "determined_by": {key: value for key, value in job.plan.determined_by.items() if key != "classes"},
        "methods": [_map_entry(path, each) for each in job.maps.values()],
        "refused": {name: {"reason": reason} for name, reason in job.refused.items()},
    }


def publish(
    path: Path,
    dataset: Dataset,
    entries: Sequence[Mapping[str, Any]],
    read: Sequence[ReadImage],
    *,
    shown: tuple[Sequence[str], Sequence[str]],
    previous: Store | None = None,
    dropped: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
    processes: int = 1,
) -> Mapping[str, str]:
    """Compute the tables of complete results and put down the manifest.

    Parameters
    ----------
    path : Path
        The store.
    entries : sequence of mapping
        As :func:`entry_of` gives them, of the models that were asked for.
    read : sequence of ReadImage
        What decoding found, in the dataset's order.
    shown : (sequence of str, sequence of str)
        Models and methods that were asked for: what pages show unless the reader chooses.
    previous : Store, optional
        The store as it is.
    dropped : collection of str
        Folders of its results that do not stay: they are damaged, or lack a row for an image that could be read now.
    progress : callable, optional
    processes : int
        As many measure maps at the most; only this one does where the store is not in a folder.

    Returns
    -------
    mapping of str to str
        Why a mask was left out, by image.
    """
    merged = _with_earlier(entries, previous, dropped)
    models = [model_info(entry) for entry in merged]
    arrays: dict[str, Any] = {model.name: StoredArrays(path / model.folder / ARRAYS) for model in models}
    ok = np.array([found.ok for found in read])
    saliency = {
        (model.name, method.name): StoredArrays(path / method.folder)[method.array]
        for model in models
        for method in model.methods
    }
    aligned = {
        (model.name, method.name): model.alignment_of_maps(method.at_pixels)
        for model in models
        for method in model.methods
    }
    chance = TableWriter("chance")
    maps = map_tables(
        dataset.records, read, dataset.parts, saliency, progress, dataset.beside, aligned,
        by_chance=chance.write, processes=1 if is_remote(path) else processes,
    )  # fmt: skip
    chance_file = chance.finish(path, maps.chance)
    logits = {name: group["logits"][:] for name, group in arrays.items()}
    tables = {
        "images": images_table(dataset.records, read),
        "predictions": predictions_table(dataset.records, ok, models, logits),
        "metrics": maps.metrics,
        "agreement": maps.agreement,
        "skill": _skill(maps.metrics, path / chance_file),
        "embedding": embedding_table(dataset.records, ok, {name: group["pooled"] for name, group in arrays.items()}),
    }
    digests = {(model.name, method.name): method.digest for model in models for method in model.methods}
    evaluated, evaluation = carried_over(previous, tables, digests, aligned)
    tables |= evaluated
    tables |= derived_tables(tables, _selection(models, *shown), dataset, models)
    files = {name: write_table(path, name, table) for name, table in tables.items()} | {"chance": chance_file}
    manifest = {
        "code_version": explain.__version__,
        "table_code": table_code_digest(),
        "dataset": {
            "name": dataset.name,
            "title": dataset.title,
            "notice": dataset.notice,
            "warnings": [*dataset.warnings, *(f"{image}: {reason}." for image, reason in maps.unread_masks.items())],
            "labels": list(dataset.labels),
            "parts": {str(number): name for number, name in dataset.parts.items()},
            "digest": dataset.digest,
            "images": len(dataset.records),
            "subject": dataset.subject,
            "subject_plural": dataset.subject_plural,
            "kinds": {kind: list(labels) for kind, labels in dataset.kinds.items()},
            "study": dataset.study,
            "beside": list(dataset.beside),
        },
        "parameters": {"common_grid": COMMON_GRID, "target": "the labelled class, else the predicted one"},
        "models": merged,
        "shown": {"models": list(shown[0]), "methods": list(shown[1])},
        "tables": files,
        "made_from": sources_of(files),
        "tested_study": study_digest(study_of(dataset)),
        "pictures": pictures_digest(path),
        "masks": rows_with_masks(path),
        "unread_masks": dict(maps.unread_masks),
        "libraries": _versions(),
        **evaluation,
    }
    write_manifest(path, manifest)
    return maps.unread_masks


def _skill(metrics: pd.DataFrame, chance: Path) -> pd.DataFrame:
    """Compare measures of place with chance, one by one: the scores by chance may be more than memory holds."""
    of_metric = [
        skill_table(as_texts(metrics[metrics["metric"] == metric]), read_rows(chance, where={"metric": (metric,)}))
        for metric in kinds_in(chance, ("metric",))["metric"]
    ]
    return joined(of_metric, "skill")


def _map_entry(path: Path, job: MapJob) -> dict[str, Any]:
    explainer, maps = job.plan.explainer, StoredArrays(path / job.folder / MAPS)
    stored: Any = maps[MAP_ARRAY]
    return {
        "name": explainer.name,
        "title": explainer.title,
        "parameters": explainer.defaults,
        "shape": list(stored.shape[1:]),
        "targeted": explainer.targeted,
        "signed": explainer.signed,
        "at_pixels": explainer.at_pixels,
        "digest": job.plan.digest,
        "folder": job.folder,
        "checksums": file_digests([path / job.folder / CHECKSUMS])[0],
        "determined_by": job.plan.determined_by,
    }


def _with_earlier(
    entries: Sequence[Mapping[str, Any]], previous: Store | None, dropped: Collection[str]
) -> list[dict[str, Any]]:
    """Add what a store holds beside what was asked for: other models, and other methods of the same networks."""
    there = [] if previous is None else [e for e in previous.provenance["models"] if "methods" in e]
    earlier = {
        e["name"]: {**e, "methods": [each for each in e["methods"] if each["folder"] not in dropped]} for e in there
    }
    merged = []
    for entry in entries:
        before = earlier.pop(entry["name"], None)
        methods = list(entry["methods"])
        if before is not None and before["digest"] == entry["digest"]:  # wherever its other results lie now
            made = {method["name"] for method in methods} | entry["refused"].keys()
            methods += [method for method in before["methods"] if method["name"] not in made]
        merged.append({**entry, "methods": methods})
    return [*merged, *(each for each in earlier.values() if each["folder"] not in dropped)]


def _selection(models: Sequence[ModelInfo], shown_models: Sequence[str], shown_methods: Sequence[str]) -> Selection:
    titles = {model.name: model.title for model in models}
    known = {method.name: method.title for model in models for method in model.methods}
    return Selection(
        {name: titles[name] for name in shown_models}, {name: known[name] for name in shown_methods if name in known}
    )


def _versions() -> dict[str, str]:
    found = {}
    for name in _RECORDED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
