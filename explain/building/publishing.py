"""The last step of a build: tables from the stored arrays, and the manifest that makes all of it visible."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

import explain
from explain.building.tables import images_table, map_tables, predictions_table
from explain.explainers.fem import DEFAULT_K
from explain.explainers.registry import METHODS
from explain.faithfulness.publishing import carried_over
from explain.measures.resampling import COMMON_GRID
from explain.statistics.embedding import embedding_table
from explain.store.filesystem import file_digests, open_arrays
from explain.store.layout import ARRAYS, CHECKSUMS
from explain.store.pictures import pictures_digest
from explain.store.reading import ARRAY_OF_METHOD
from explain.store.writing import write_manifest, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from data import Dataset
    from explain.building.tables import ReadImage
    from explain.models.specification import ModelSpec

_RECORDED = ("numpy", "scipy", "pandas", "pillow", "zarr", "keras", "tensorflow")


def publish(
    path: Path,
    dataset: Dataset,
    results: Sequence[tuple[ModelSpec, str, str, dict[str, Any]]],
    read: Sequence[ReadImage],
    table_code: str,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Compute the tables of complete results and put down the manifest.

    Parameters
    ----------
    path : Path
        The store.
    dataset : Dataset
    results : sequence of (ModelSpec, str, str, dict)
        Each model with its digest, its folder in the store, and what determined the digest.
    read : sequence of ReadImage
        What decoding found, in the dataset's order.
    table_code : str
        Digest of the code that computes the tables.
    progress : callable, optional
    """
    specs = [spec for spec, *_ in results]
    groups: dict[str, Any] = {spec.name: open_arrays(path / folder / ARRAYS) for spec, _, folder, _ in results}
    ok = np.array([found.ok for found in read])
    saliency = {(name, method): group[ARRAY_OF_METHOD[method]] for name, group in groups.items() for method in METHODS}
    maps = map_tables(dataset.records, read, dataset.parts, saliency, progress)
    logits = {name: group["logits"][:] for name, group in groups.items()}
    pooled = {name: group["pooled"][:] for name, group in groups.items()}
    tables = {
        "images": images_table(dataset.records, read),
        "predictions": predictions_table(dataset.records, ok, specs, logits),
        "metrics": maps.metrics,
        "agreement": maps.agreement,
        "embedding": embedding_table(dataset.records, ok, pooled),
    }
    tables["findings"] = _findings(tables, specs)
    evaluated, evaluation = carried_over(path, tables, {spec.name: digest for spec, digest, *_ in results})
    tables |= evaluated
    manifest = {
        "code_version": explain.__version__,
        "table_code": table_code,
        "dataset": {
            "name": dataset.name,
            "title": dataset.title,
            "notice": dataset.notice,
            "warnings": list(dataset.warnings),
            "labels": list(dataset.labels),
            "parts": {str(number): name for number, name in dataset.parts.items()},
            "digest": dataset.digest,
            "images": len(dataset.records),
        },
        "parameters": {"k": DEFAULT_K, "common_grid": COMMON_GRID, "target": "the labelled class"},
        "models": [
            {
                "name": spec.name,
                "title": spec.title,
                "input_size": spec.input_size,
                "preprocessing": spec.preprocessing,
                "feature_layer": spec.feature_layer,
                "classes": list(spec.classes),
                "class_of_label": {
                    record.label: spec.class_index(record.label, record.synset) for record in dataset.records
                },
                "grid": list(groups[spec.name]["fem"].shape[1:]),
                "closed_form": "head_kernel" in groups[spec.name],
                "digest": digest,
                "folder": folder,
                "checksums": file_digests([path / folder / CHECKSUMS])[0],
                "determined_by": {key: value for key, value in determined.items() if key != "classes"},
            }
            for spec, digest, folder, determined in results
        ],
        "tables": {name: write_table(path, name, table) for name, table in tables.items()},
        "pictures": pictures_digest(path),
        "libraries": _versions(),
        **evaluation,
    }
    write_manifest(path, manifest)


def _findings(tables: dict[str, Any], specs: Sequence[ModelSpec]) -> Any:
    from explain.findings.findings import findings_table

    titles = {spec.name: spec.title for spec in specs}
    return findings_table(tables["metrics"], tables["agreement"], tables["predictions"], titles)


def _versions() -> dict[str, str]:
    found = {}
    for name in _RECORDED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
