"""Where the networks of a store came from, so that they can be run on another photograph.

The manifest says which network gave the results, by its digest; where its file lay at the build is a fact of this
machine and no part of the results, so it is kept beside the manifest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.errors import ExplainError
from explain.models.model_spec import size_from_json
from explain.models.preprocessing import preprocessing_from_json
from explain.models.specification import BUILTIN_FILE, ModelSpec, load_specifications
from explain.store.origins import Origins, read_origins, write_origins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explain.store.reading import Store


@dataclass(frozen=True)
class Source:
    """A network as it can be loaded, and the digest that its weights must have.

    Attributes
    ----------
    spec : ModelSpec
    weights : str
        sha256 of the file of weights with which the store was built.
    """

    spec: ModelSpec
    weights: str

    def to_json(self) -> dict[str, Any]:
        """Give the source as JSON can hold it."""
        spec = asdict(self.spec) | {"file": None if self.spec.file is None else str(self.spec.file)}
        return {"spec": spec, "weights": self.weights}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Source:
        """Read what :meth:`to_json` gave."""
        spec = dict(value["spec"])
        spec["file"] = None if spec["file"] is None else Path(spec["file"])
        spec["classes"], spec["synsets"] = tuple(spec["classes"]), tuple(spec["synsets"])
        spec["input_size"] = size_from_json(spec["input_size"])
        spec["preprocessing"] = preprocessing_from_json(spec["preprocessing"])
        spec["alignment"] = None if spec["alignment"] is None else (spec["alignment"][0], spec["alignment"][1])
        spec["labels"] = tuple((label, name) for label, name in spec["labels"])
        return cls(ModelSpec(**spec), str(value["weights"]))


def record_origins(folder: Path, specs: Sequence[ModelSpec], dataset: Path) -> None:
    """Put down where the networks and the photographs of a store lie on this machine.

    Parameters
    ----------
    folder : Path
        The store.
    specs : sequence of ModelSpec
        Those that the store was built with.
    dataset : Path
        The folder of the photographs.
    """
    known = read_origins(folder)
    own = {spec.name: str(spec.file.resolve()) for spec in specs if spec.file is not None}
    # Those of models that an open dashboard may still show stay.
    write_origins(folder, Origins(dict(known.networks) | own, str(dataset.resolve())))


def sources(store: Store) -> tuple[Source, ...]:
    """Tell how the networks of a store are loaded again.

    Returns
    -------
    tuple of Source
        In the store's order.

    Raises
    ------
    ExplainError
        If the file of a network is known neither from the build nor as a built-in one.
    """
    files = read_origins(store.path).networks
    builtin = {spec.name: spec.file for spec in load_specifications(BUILTIN_FILE)}
    found = []
    for entry in store.provenance["models"]:
        determined = entry["determined_by"]
        file = None
        if determined["application"] is None:
            name = files.get(entry["name"])
            file = Path(name) if name else builtin.get(entry["name"])
            if file is None:
                raise ExplainError(
                    f"Where the network of {entry['title']} lies is not known here: the store was built elsewhere. "
                    "Build it on this machine with the same --models file."
                )
        found.append(Source(_specification(entry, determined["application"], file), determined["weights"]))
    return tuple(found)


def _specification(entry: dict[str, Any], application: str | None, file: Path | None) -> ModelSpec:
    return ModelSpec(
        name=entry["name"],
        title=entry["title"],
        application=application,
        file=file,
        input_size=size_from_json(entry["input_size"]),
        preprocessing=preprocessing_from_json(entry["preprocessing"]),
        feature_layer=entry["feature_layer"],
        head_layer=entry["determined_by"]["head_layer"],
        classes=tuple(entry["classes"]),
        labels=tuple(entry["determined_by"].get("labels", {}).items()),
        scores=entry["determined_by"].get("scores"),
        notice=entry.get("notice", ""),
    )
