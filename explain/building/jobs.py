"""What a build has to do for one model: where its results lie, and which of them are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from explain.building.plan import MapPlan, ModelPlan
from explain.models.evidence import HALF
from explain.store.checking import is_whole
from explain.store.filesystem import open_arrays
from explain.store.layout import ARRAYS, CHECKSUMS, MAPS, map_folder, model_folder
from explain.store.manifest import folders_by_digest
from explain.store.writing import ArrayWriter

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from explain.store.reading import Store

LARGE = ("activations",)
"""Arrays with a chunk per image; the others share theirs with neighbours."""
PER_IMAGE = ("activations", "logits", "pooled")


@dataclass
class MapJob:
    """The maps of one method.

    Attributes
    ----------
    plan : MapPlan
    folder : str
        Relative to the store.
    writer : ArrayWriter
    """

    plan: MapPlan
    folder: str
    writer: ArrayWriter


@dataclass
class ModelJob:
    """A model's arrays, and its maps by method.

    Attributes
    ----------
    plan : ModelPlan
    folder : str
        Relative to the store.
    writer : ArrayWriter
        Of activations, logits and pooled activations.
    maps : dict of str to MapJob
    refused : dict of str to str
        Methods that this network allows no maps of, with the reason.
    """

    plan: ModelPlan
    folder: str
    writer: ArrayWriter
    maps: dict[str, MapJob]
    refused: dict[str, str] = field(default_factory=dict)

    @cached_property
    def precision(self) -> str:
        """Of the stored activations; what is there decides, since rows of two precisions would not be comparable."""
        return self.writer.dtype_of(LARGE[0]) or precision_of(self.writer.folder)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.plan.spec.name

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """Give methods up for this network."""
        for method, reason in reasons.items():
            if self.maps.pop(method, None) is not None:
                self.refused[method] = reason


def jobs_of(
    path: Path,
    plans: Sequence[tuple[ModelPlan, Sequence[MapPlan]]],
    rows: int,
    previous: Store | None,
    *,
    fresh: bool = False,
    damaged: Collection[str] = (),
) -> list[ModelJob]:
    """Find out where each result lies, or will.

    Parameters
    ----------
    path : Path
        The store.
    rows : int
        Images in the dataset.
    previous : Store or None
        The store as it is published now.
    fresh : bool
        Whether results are made beside those that are there: nothing that a reader has open changes.
    damaged : collection of str
        Folders whose results are not as they were written; they are made anew, beside them.
    """
    named = _published(previous)

    def place(base: str, digest: str) -> str:
        there = named.get(digest)
        if not fresh and there is not None and there not in damaged:
            return there
        unfinished = there is None and not (path / base / CHECKSUMS).exists()
        if not fresh and (unfinished or (there is None and is_whole(path / base))):
            return base
        number, folder = 1, base
        while (path / folder).exists() or folder in named.values():
            number += 1
            folder = f"{base}.{number}"
        return folder

    found = []
    for plan, map_plans in plans:
        folder = place(model_folder(plan.spec.name, plan.digest), plan.digest)
        maps = {}
        for each in map_plans:
            of_map = place(map_folder(plan.spec.name, plan.digest, each.explainer.name, each.digest), each.digest)
            maps[each.explainer.name] = MapJob(each, of_map, ArrayWriter(path / of_map, MAPS, rows))
        writer = ArrayWriter(path / folder, ARRAYS, rows, LARGE)
        found.append(ModelJob(plan, folder, writer, maps))
    return found


def _published(store: Store | None) -> dict[str, str]:
    """Give the folder of every published result by its digest."""
    return {} if store is None else folders_by_digest(store.provenance)


def precision_of(folder: Path) -> str:
    """Tell in which precision a model's activations are stored; float16 where none are yet."""
    try:
        group: Any = open_arrays(folder / ARRAYS)
        return str(group["activations"].dtype)
    except (OSError, KeyError, ValueError):  # nothing is there yet
        return HALF
