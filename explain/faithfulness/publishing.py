"""An evaluation in a store: where its progress lies, its tables, its entry in the manifest, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.derived import derived_tables
from explain.errors import StoreError
from explain.explainers.registry import explainer
from explain.faithfulness.certainty import certainty_rows
from explain.faithfulness.perturbation import SUBSTRATES
from explain.faithfulness.perturbed_inputs import Probes
from explain.faithfulness.progress import Chunks
from explain.faithfulness.randomisation import CASCADE, CHECKS, DEVIATION, HEAD, SEEDS, columns_of_sanity, uses_head
from explain.faithfulness.tables import (
    CHANGED,
    EVALUATION_TABLES,
    SANITY_METRICS,
    Evaluated,
    curve_rows,
    evaluation_rows,
    metric_rows,
    sanity_rows,
    with_rows_of,
)
from explain.findings.predicted import tables_to_keep
from explain.findings.study import study_digest, study_of
from explain.measures.alignment import CENTRED, Alignment
from explain.models.installed import versions_of
from explain.models.runtimes import runtime_versions
from explain.store.amending import amend_store
from explain.store.digests import code_digest, digest_of, modules_behind
from explain.store.filesystem import remove_tree
from explain.store.opening import open_store
from explain.store.selection import Selection
from explain.store.table_files import as_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from explain.store.manifest import MethodInfo, ModelInfo
    from explain.store.reading import Store
    from explain.store.selection import MapKey

_FOLDER = "evaluation"
_ENTRY = "evaluation"
_PACKAGES = ("explain.faithfulness", "explain.measures", "data.images")
_CURVES_CODE = ("data.images", "explain.faithfulness.perturbation", "explain.faithfulness.perturbed_inputs")
_SANITY_CODE = (
    "data.images",
    "explain.faithfulness.certainty",
    "explain.faithfulness.small_changes",
    "explain.measures.chance",
    "explain.measures.likeness",
    "explain.measures.maps_on_grid",
    "explain.measures.structure",
)
_TABLE_CODE = ("explain.faithfulness.tables",)
_LIBRARIES = ("tensorflow", "keras", "numpy", "scipy", "pillow")


@dataclass(frozen=True)
class Provenance:
    """Everything that determines the evaluation of the maps of one model and one method of a store.

    Attributes
    ----------
    model : ModelInfo
    method : MethodInfo
        Its digest stands for the maps and for the network.
    dataset : str
        Digest of the images.
    steps : int
        Of each curve.
    """

    model: ModelInfo
    method: MethodInfo
    dataset: str
    steps: int

    @classmethod
    def of(cls, store: Store, key: MapKey, steps: int) -> Provenance:
        """Take it from a store."""
        return cls(store.model(key[0]), store.method(*key), store.dataset.digest, steps)

    @property
    def key(self) -> MapKey:
        """The model's name and the method's."""
        return self.model.name, self.method.name

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest records: maps, curves with steps and substrates, sanity check, code of the tables."""
        return {
            "maps": self.method.digest,
            "curves": {**self._common(_CURVES_CODE), "steps": self.steps, "substrates": SUBSTRATES, **self._placed()},
            "sanity": {**self._common(_SANITY_CODE), "seeds": list(SEEDS), "cascade": CASCADE, **self._placed()},
            "table_code": code_digest(modules_behind(_TABLE_CODE, _PACKAGES)),
        }

    @property
    def alignment(self) -> Alignment:
        """Where the maps' cells lie on their images."""
        return self.model.alignment_of_maps(self.method.at_pixels)

    @property
    def curves_folder(self) -> Path:
        """Where probabilities are kept, relative to the store."""
        return self._folder("curves")

    @property
    def sanity_folder(self) -> Path:
        """Where agreements are kept, relative to the store."""
        return self._folder("sanity")

    def _folder(self, part: str) -> Path:
        digest = digest_of([self.method.digest, self.entry[part]])
        model, method = Path(self.model.folder).name, Path(self.method.folder).parent.name
        return Path(_FOLDER) / model / method / f"{part}-{digest[:12]}"

    def _placed(self) -> dict[str, Any]:
        """Say where cells lie, beside what curves always depended on; nothing where they lie as they always did."""
        return {} if self.alignment == CENTRED else {"alignment": _plain(self.alignment)}

    def _common(self, code: tuple[str, ...]) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "code": code_digest(modules_behind(code, _PACKAGES)),
            "libraries": versions_of(_LIBRARIES) | runtime_versions(self.model.runtime),
        }


def publish(path: Path, steps: Mapping[MapKey, int]) -> None:
    """Put complete evaluations into the store's tables and manifest; nothing is written where they are there.

    Parameters
    ----------
    path : Path
        The store.
    """

    def entries(store: Store) -> list[Provenance]:
        there = {(model.name, method.name) for model in store.models for method in model.methods}
        return [Provenance.of(store, key, count) for key, count in steps.items() if key in there]

    store = open_store(path)
    there = store.provenance.get(_ENTRY, {})
    if all(there.get(_name(each.key)) == each.entry for each in entries(store)):
        return

    def amendment(store: Store) -> tuple[Mapping[str, pd.DataFrame], Mapping[str, Any]]:
        # The store as it is now: a build in between may have brought other models.
        found = {each.key: (each, _frames(store, each)) for each in entries(store)}
        complete = {key: (provenance, frames) for key, (provenance, frames) in found.items() if frames}
        keys = [(model.name, method.name) for model in store.models for method in model.methods]
        tables = {
            table: with_rows_of(
                keys, table, store.table(table), {key: frames[table] for key, (_, frames) in complete.items()}
            )
            for table in EVALUATION_TABLES
        }
        known = {name: store.table(name) for name in ("images", "predictions", "agreement")}
        shown = Selection.of(store, store.shown_models, store.shown_methods)
        tables |= derived_tables(known | tables, shown, store.dataset, store.models)
        new = {_name(key): provenance.entry for key, (provenance, _) in complete.items()}
        tested = study_digest(study_of(store.dataset))
        return tables, {_ENTRY: {**store.provenance.get(_ENTRY, {}), **new}, "tested_study": tested}

    amend_store(path, amendment)
    amend_store(path, tables_to_keep)  # reads what the first one brought


def carried_over(
    before: Store | None,
    tables: Mapping[str, pd.DataFrame],
    digests: Mapping[MapKey, str],
    alignments: Mapping[MapKey, Alignment],
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Keep an evaluation through a build that publishes new tables, where the maps are the same.

    Parameters
    ----------
    before : Store or None
        The store as it was.
    tables : mapping of str to pandas.DataFrame
        What the build computed.
    digests : mapping of (model, method) to str
        Of all maps, in the store's order.
    alignments : mapping of (model, method) to Alignment
        Of all maps, as the build measured them.

    Returns
    -------
    tables : dict of str to pandas.DataFrame
        Those that an evaluation adds to, or brings; empty where there is none.
    entries : dict
        Of the manifest.
    """
    entries = {} if before is None else before.provenance.get(_ENTRY, {})
    kept = {
        key: entries[_name(key)]
        for key, digest in digests.items()
        if entries.get(_name(key), {}).get("maps") == digest
        and entries[_name(key)]["curves"].get("alignment", _plain(CENTRED)) == _plain(alignments[key])
    }
    if before is None or not kept:
        return {}, {}
    found = {}
    try:
        for name in EVALUATION_TABLES:
            old = before.table(name)
            mine = old[evaluation_rows(name, old)]
            fresh = {key: mine[(mine["model"] == key[0]) & (mine["method"] == key[1])] for key in kept}
            found[name] = with_rows_of(list(digests), name, as_texts(tables.get(name, old.iloc[:0])), fresh)
    except StoreError:
        return {}, {}  # the tables that it stood in are gone; its progress is not, and `evaluate` publishes it again
    return found, {_ENTRY: {_name(key): entry for key, entry in kept.items()}}


def prune(store: Store) -> None:
    """Remove progress of maps that a later build replaced."""
    current = {
        (Path(model.folder).name, Path(method.folder).parent.name) for model in store.models for method in model.methods
    }
    names = {model.name for model in store.models}
    for folder in (store.path / _FOLDER).glob("*/*"):
        of_model = folder.parent.name.rpartition("-")[0] in names
        if of_model and (folder.parent.name, folder.name) not in current:
            remove_tree(folder)


def _plain(alignment: Alignment) -> list[float]:
    return [alignment.down, alignment.right]


def _name(key: MapKey) -> str:
    return "/".join(key)


def _frames(store: Store, provenance: Provenance) -> dict[str, pd.DataFrame]:
    """Make the rows of each table for one model and method; none unless the result of every image is there."""
    images = store.table("images")
    wanted = np.flatnonzero(images["status"] == "ok")
    probes = Probes(provenance.steps)
    rows, curves = Chunks(store.path / provenance.curves_folder, {"probabilities": (probes.count,)}).read()
    checked, sanity = Chunks(store.path / provenance.sanity_folder, columns_of_sanity()).read()
    if not (np.array_equal(rows, wanted) and np.array_equal(checked, wanted)):
        return {}
    ranked = np.any(store.saliency(*provenance.key)[wanted] > 0, axis=(1, 2))
    chosen = images.iloc[wanted]
    evaluated = Evaluated(chosen["image"].tolist(), chosen["label"].tolist(), *provenance.key, ranked)
    answers = probes.answers(curves["probabilities"])
    head = uses_head(explainer(provenance.method.name), provenance.model.closed_form)
    checks = {check: sanity[check] for check in CHECKS if head or check != HEAD}
    return {
        "metrics": metric_rows(evaluated, answers, sanity[CHANGED][:, SANITY_METRICS.index("pearson")]),
        "curves": curve_rows(evaluated, answers),
        "sanity": sanity_rows(evaluated, checks),
        "certainty": certainty_rows(evaluated, sanity[DEVIATION]),
    }
