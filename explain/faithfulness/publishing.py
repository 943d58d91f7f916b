"""An evaluation in a store: where its progress lies, its tables, its entry in the manifest, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.plan import code_digest
from explain.errors import StoreError
from explain.explainers.registry import METHODS
from explain.faithfulness.perturbation import SUBSTRATES
from explain.faithfulness.perturbed_inputs import Probes
from explain.faithfulness.progress import Chunks
from explain.faithfulness.randomisation import SEED, columns_of_sanity
from explain.faithfulness.tables import (
    EVALUATION_TABLES,
    Evaluated,
    curve_rows,
    evaluation_rows,
    metric_rows,
    sanity_rows,
    with_rows_of,
)
from explain.models.runtimes import runtime_versions
from explain.store.amending import amend_store
from explain.store.filesystem import remove_tree
from explain.store.layout import digest_of
from explain.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from explain.store.manifest import ModelInfo
    from explain.store.reading import Store

_FOLDER = "evaluation"
_ENTRY = "evaluation"
_CODE = (
    "../data/images.py",
    "faithfulness/evaluated_model.py",
    "models/graph.py",
    "models/loading.py",
    "models/network.py",
    "models/preprocessing.py",
    "models/runtimes.py",
    "measures/resampling.py",
)
_CURVES_CODE = (*_CODE, "faithfulness/perturbation.py", "faithfulness/perturbed_inputs.py")
_SANITY_CODE = (
    *_CODE,
    "faithfulness/randomisation.py",
    "measures/agreement.py",
    "measures/ranks.py",
    "explainers/gradcam.py",
    "explainers/fem.py",
)
_TABLE_CODE = ("faithfulness/curves.py", "faithfulness/tables.py")
_LIBRARIES = ("tensorflow", "keras", "numpy", "scipy", "pillow")


@dataclass(frozen=True)
class Provenance:
    """Everything that determines the evaluation of one model of a store.

    Attributes
    ----------
    model : ModelInfo
        Its digest stands for the maps and for the network.
    dataset : str
        Digest of the images.
    steps : int
        Of each curve.
    """

    model: ModelInfo
    dataset: str
    steps: int

    @classmethod
    def of(cls, store: Store, model: ModelInfo, steps: int) -> Provenance:
        """Take it from a store.

        Parameters
        ----------
        store : Store
        model : ModelInfo
        steps : int

        Returns
        -------
        Provenance
        """
        return cls(model, store.dataset.digest, steps)

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest records: model, curves with steps and substrates, sanity check, code of the tables."""
        return {
            "model": self.model.digest,
            "curves": {
                **self._common(_CURVES_CODE), "steps": self.steps, "substrates": SUBSTRATES, "methods": list(METHODS),
            },
            "sanity": {**self._common(_SANITY_CODE), "seed": SEED},
            "table_code": code_digest(_TABLE_CODE),
        }  # fmt: skip

    @property
    def curves_folder(self) -> Path:
        """Where probabilities are kept, relative to the store."""
        return self._folder("curves")

    @property
    def sanity_folder(self) -> Path:
        """Where agreements are kept, relative to the store."""
        return self._folder("sanity")

    def _folder(self, kind: str) -> Path:
        digest = digest_of([self.model.digest, self.entry[kind]])
        return Path(_FOLDER) / Path(self.model.folder).name / f"{kind}-{digest[:12]}"

    def _common(self, code: tuple[str, ...]) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "code": code_digest(code),
            "libraries": {name: version(name) for name in _LIBRARIES} | runtime_versions(self.model.runtime),
        }


def publish(path: Path, steps: Mapping[str, int]) -> None:
    """Put complete evaluations into the store's tables and manifest; nothing is written where they are there.

    Parameters
    ----------
    path : Path
        The store.
    steps : mapping of model to int
    """

    def entries(store: Store) -> dict[str, Any]:
        named = {model.name: model for model in store.models}
        return {name: Provenance.of(store, named[name], count) for name, count in steps.items() if name in named}

    store = open_store(path)
    there = store.provenance.get(_ENTRY, {})
    if all(there.get(name) == provenance.entry for name, provenance in entries(store).items()):
        return

    def amendment(store: Store) -> tuple[Mapping[str, pd.DataFrame], Mapping[str, Any]]:
        # The store as it is now: a build in between may have brought other models.
        found = {name: (provenance, _frames(store, provenance)) for name, provenance in entries(store).items()}
        complete = {name: (provenance, frames) for name, (provenance, frames) in found.items() if frames}
        models = [model.name for model in store.models]
        tables = {
            table: with_rows_of(
                models, table, store.table(table), {name: frames[table] for name, (_, frames) in complete.items()}
            )
            for table in EVALUATION_TABLES
        }
        new = {name: provenance.entry for name, (provenance, _) in complete.items()}
        return tables, {_ENTRY: {**store.provenance.get(_ENTRY, {}), **new}}

    amend_store(path, amendment)


def carried_over(
    path: Path, tables: Mapping[str, pd.DataFrame], digests: Mapping[str, str]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Keep an evaluation through a build that publishes new tables, where the models are the same.

    Parameters
    ----------
    path : Path
        The store.
    tables : mapping of str to pandas.DataFrame
        What the build computed.
    digests : mapping of str to str
        Digest of each model, in the store's order.

    Returns
    -------
    tables : dict of str to pandas.DataFrame
        Those that an evaluation adds to, or brings; empty where there is none.
    entries : dict
        Of the manifest.
    """
    try:
        before = open_store(path)
    except StoreError:
        return {}, {}
    kept = {
        name: entry for name, entry in before.provenance.get(_ENTRY, {}).items() if entry["model"] == digests.get(name)
    }
    if not kept:
        return {}, {}
    found = {}
    for name in EVALUATION_TABLES:
        old = before.table(name)
        mine = old[evaluation_rows(name, old)]
        fresh = {model: mine[mine["model"] == model] for model in kept}
        found[name] = with_rows_of(list(digests), name, tables.get(name, old.iloc[:0]), fresh)
    return found, {_ENTRY: kept}


def prune(store: Store) -> None:
    """Remove progress of models whose maps a later build replaced.

    Parameters
    ----------
    store : Store
    """
    current = {Path(model.folder).name for model in store.models}
    names = {model.name for model in store.models}
    for folder in (store.path / _FOLDER).glob("*"):
        if folder.name not in current and folder.name.rpartition("-")[0] in names:
            remove_tree(folder)


def _frames(store: Store, provenance: Provenance) -> dict[str, pd.DataFrame]:
    """Make one model's rows of each table; none unless the result of every image is there."""
    images = store.table("images")
    wanted = np.flatnonzero(images["status"] == "ok")
    probes, model = Probes(provenance.steps), provenance.model.name
    columns = {"probabilities": (probes.count,)}
    rows, curves = Chunks(store.path / provenance.curves_folder, columns).read()
    checked, sanity = Chunks(store.path / provenance.sanity_folder, columns_of_sanity()).read()
    if not (np.array_equal(rows, wanted) and np.array_equal(checked, wanted)):
        return {}
    ranked = {method: np.any(store.saliency(model, method)[wanted] > 0, axis=(1, 2)) for method in METHODS}
    chosen = images.iloc[wanted]
    evaluated = Evaluated(chosen["image"].tolist(), chosen["label"].tolist(), model, ranked)
    answers = {method: probes.answers(curves["probabilities"], method) for method in METHODS}
    head = sanity["head"] if provenance.model.closed_form else None
    return {
        "metrics": metric_rows(evaluated, answers),
        "curves": curve_rows(evaluated, answers),
        "sanity": sanity_rows(evaluated, head, sanity["network"]),
    }
