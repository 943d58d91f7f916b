"""Where things lie in a store."""

from __future__ import annotations

import os
from pathlib import Path

from explain.measures.registry import AGREEMENT_METRICS
from explain.store.filesystem import place

SCHEMA = 3
"""Of what is written: pictures in archives, arrays in shards. Schema 2 had a file for each, and may still hold some."""
READABLE = (1, 2, 3)
AMENDABLE = (2, 3)
"""Those that what is written now may be added to."""
DIGESTED = 3
"""From which on every manifest holds its own digest; some of schema 2 do."""
MANIFEST = "manifest.json"
CHECKSUMS = "checksums.sha256"
ARRAYS = "arrays.zarr"
MAPS = "maps.zarr"
MAP_ARRAY = "maps"
JOURNAL = "done"
CACHE_VARIABLE = "EXPLAIN_CACHE"

TABLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "images": ("image", "label", "synset", "path", "width", "height", "sha256", "boxes", "status"),
    "predictions": (
        "image", "label", "model", "predicted", "probability", "label_probability", "label_rank", "right",
    ),
    "metrics": ("image", "label", "model", "method", "metric", "value"),
    "agreement": ("image", "label", "model_a", "method_a", "model_b", "method_b", *AGREEMENT_METRICS),
    "findings": (
        "claim", "scope", "metric", "n", "difference", "low", "high", "margin", "p_uncorrected", "p_holm", "p_alike",
        "smallest", "effect", "accuracy_difference", "decides", "verdict",
    ),
    "checks": ("claim", "choice", "verdict"),
    "carried": (
        "claim", "scope", "metric", "title", "maps", "side", "deviation", "carrying", "opposed", "undecided", "answers",
    ),
    "examples": ("claim", "scope", "metric", "side", "image", "label", "value"),
    "measured": ("label", "model", "method", "metric"),
    "per_image": ("image", "label", "status", "subject_share"),
    "chance": ("image", "label", "model", "method", "metric", "baseline", "map_of", "value"),
    "skill": (
        "model", "method", "metric", "baseline", "n", "value", "chance", "skill", "low", "high", "p_uncorrected",
    ),
    "embedding": ("image", "label", "model", "x", "y", "x_share", "y_share"),
    "curves": (
        "image", "label", "model", "method", "curve", "substrate", "steps", "fraction", "probability",
    ),
    "sanity": ("image", "label", "model", "method", "check", "pearson", "sim", "spearman", "ssim"),
    "certainty": ("image", "label", "model", "method", "deviation"),
}  # fmt: skip
OF_PREDICTED = "_of_predicted"
"""What the names of tables end in that say of maps of the predicted class what others say of the stored ones."""
TABLE_COLUMNS |= {
    f"images{OF_PREDICTED}": ("image",),
    **{f"{name}{OF_PREDICTED}": TABLE_COLUMNS[name] for name in ("findings", "checks", "carried", "examples")},
}
"""Columns of the tables, in order. One row per image has further ones, of the models and methods that there are."""


def default_cache() -> Path:
    """Give the folder or URL of all stores: ``EXPLAIN_CACHE``, or ``.cache/explain`` in the current folder.

    Raises
    ------
    StoreError
        If it is a URL that cannot be reached.
    """
    return place(os.environ.get(CACHE_VARIABLE) or Path(".cache") / "explain")


def store_path(cache: Path, dataset_digest: str) -> Path:
    """Give the folder of a dataset's store."""
    return cache / dataset_digest[:16]


def picture_name(row: int) -> str:
    """Name a row's pictures by number, so that no name from a dataset becomes a path of the store."""
    return f"{row:06d}"


def model_folder(name: str, digest: str) -> str:
    """Name the folder of a model's activations and logits, relative to the store."""
    return f"models/{name}-{digest[:12]}"


def map_folder(model: str, model_digest: str, method: str, digest: str) -> str:
    """Name the folder of the maps of one model and one method, relative to the store."""
    return f"maps/{model}-{model_digest[:12]}/{method}-{digest[:12]}"


def table_file(name: str, digest: str) -> str:
    """Name a table's file, relative to the store, by the sha256 of its content."""
    return f"tables/{name}-{digest[:16]}.parquet"


def digest_in(file: str) -> str:
    """Give the first digits of the sha256 that a table's file has by its name.

    >>> digest_in(table_file("metrics", "0123456789abcdef0123"))
    '0123456789abcdef'
    """
    return Path(file).stem.rpartition("-")[2]
