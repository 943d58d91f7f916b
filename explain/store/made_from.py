"""Tables that are made of other tables: which, and whether they are still those of the tables that a store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explain.store.layout import OF_PREDICTED, TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_MAPS = ("metrics", "agreement", "predictions")
MADE_FROM: dict[str, tuple[str, ...]] = {
    "findings": _OF_MAPS,
    "checks": _OF_MAPS,
    "carried": _OF_MAPS,
    "examples": _OF_MAPS,
    "measured": ("metrics",),
    "per_image": ("images", *_OF_MAPS),
    **{name: ("images", *_OF_MAPS) for name in TABLE_COLUMNS if name.endswith(OF_PREDICTED)},
}
"""By table: what it is computed from. Pages read it in place of these, which have a row for each image and map."""


def sources_of(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Note of each such table which files it is made of; a file's name says what it holds.

    Parameters
    ----------
    files : mapping of str to str
        Place of each table of a store.
    """
    return {
        name: {source: files[source] for source in sources if source in files}
        for name, sources in MADE_FROM.items()
        if name in files
    }


def is_current(manifest: Mapping[str, Any], name: str) -> bool:
    """Tell whether a store holds such a table, and it is made of the tables that the store holds now."""
    there = sources_of(manifest["tables"]).get(name)
    return there is not None and manifest.get("made_from", {}).get(name) == there
