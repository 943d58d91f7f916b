"""What a store's manifest says of its dataset and its models, typed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.measures.alignment import CENTRED, Alignment
from explain.models.model_spec import InputSize, size_from_json
from explain.models.preprocessing import preprocessing_from_json, rows_and_columns
from explain.models.runtimes import TENSORFLOW
from explain.store.layout import ARRAYS, MAP_ARRAY, MAPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SCHEMA_1 = Path(__file__).with_name("schema_1.toml")


@dataclass(frozen=True)
class DatasetInfo:
    """The dataset that a store was built from.

    Attributes
    ----------
    name, title, notice : str
        `notice` is one sentence that every page shows, or empty.
    labels : tuple of str
    parts : mapping of int to str
        Names of the ids in part masks.
    digest : str
    images : int
        How many, failed ones included.
    warnings : tuple of str
        What of the dataset's manifest was left out.
    subject, subject_plural : str
        What the boxes and masks are around, in words.
    kinds : mapping of str to tuple of str
        Labels and classes that are of one kind, by the kind's name.
    study : str
        Name of the study whose claims are about these images; empty where there is none.
    beside : tuple of str
        Parts of the masks that do not belong to the subject.
    """

    name: str
    title: str
    notice: str
    labels: tuple[str, ...]
    parts: Mapping[int, str]
    digest: str
    images: int
    warnings: tuple[str, ...] = ()
    subject: str = "labelled object"
    subject_plural: str = "labelled objects"
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    study: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class MethodInfo:
    """The maps of one explanation method that a store holds of one model.

    Attributes
    ----------
    name, title : str
    parameters : mapping of str to float
        Those that the stored maps were made with.
    shape : (int, int)
        Rows and columns of a map.
    targeted : bool
        Whether the maps are of a class: of the labelled one, or of the predicted one where the model lacks it.
    signed : bool
        Whether values below zero mean something; measures take the positive part.
    at_pixels : bool
    digest : str
        Of everything that determined the maps, the model included.
    folder, array : str
        Where the maps lie: the group of arrays relative to the store, and the array's name in it.
    """

    name: str
    title: str
    parameters: Mapping[str, float]
    shape: tuple[int, int]
    targeted: bool
    signed: bool
    at_pixels: bool
    digest: str
    folder: str
    array: str


@dataclass(frozen=True)
class ModelInfo:
    """A model whose results a store holds.

    Attributes
    ----------
    name, title : str
    input_size : int or (int, int)
        Side in pixels; height and width where the input is no square.
    preprocessing, feature_layer : str
    classes : tuple of str
    grid : (int, int)
        Rows and columns of the feature layer.
    digest : str
        Of everything that determined its results.
    closed_form : bool
        Whether Grad-CAM for any class follows from stored activations.
    folder : str
        Its place in the store.
    runtime : {"tensorflow", "onnxruntime"}
        What ran its forward pass.
    methods : tuple of MethodInfo
        The methods whose maps are stored.
    class_of_label : mapping of str to int or None
        Output of each of the dataset's labels; None where the model has no class for it.
    refused : mapping of str to str
        Methods that this network allows no maps of, with the reason.
    precision : {"float16", "float32"}
        Of the stored activations.
    notice : str
        What must stand beside everything that is found on this model, or empty.
    scores : {"softmax", "sigmoid"}
        What turns its logits into probabilities.
    alignment : (float, float) or None
        Of the feature layer's cells, in pixels of the input down and right; None where nothing is known, as in stores
        that were built before it was asked.
    differentiable : bool
        Whether the network has gradients beyond those in closed form; one in ONNX has none.
    """

    name: str
    title: str
    input_size: InputSize
    preprocessing: str
    feature_layer: str
    classes: tuple[str, ...]
    grid: tuple[int, int]
    digest: str
    closed_form: bool
    folder: str
    runtime: str
    methods: tuple[MethodInfo, ...]
    class_of_label: Mapping[str, int | None]
    refused: Mapping[str, str]
    precision: str
    notice: str = ""
    scores: str = "softmax"
    alignment: tuple[float, float] | None = None
    differentiable: bool = True

    def alignment_of_maps(self, at_pixels: bool) -> Alignment:
        """Give the alignment of this model's maps: none of those that have a value for every pixel."""
        return CENTRED if at_pixels else Alignment.of_pixels(self.alignment, rows_and_columns(self.input_size))

    def method(self, name: str) -> MethodInfo | None:
        """Give a stored method by name; None where the store holds no maps of it."""
        return next((method for method in self.methods if method.name == name), None)


def dataset_info(entry: Mapping[str, Any]) -> DatasetInfo:
    """Read the manifest's entry of the dataset.

    Raises
    ------
    KeyError, TypeError
        If an older version wrote it.
    """
    return DatasetInfo(
        name=entry["name"],
        title=entry["title"],
        notice=entry["notice"],
        labels=tuple(entry["labels"]),
        parts={int(number): name for number, name in entry["parts"].items()},
        digest=entry["digest"],
        images=entry["images"],
        warnings=tuple(entry.get("warnings", ())),
        beside=tuple(entry.get("beside", ())),
        **_words_of(entry),
    )


def _words_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a dataset calls its subject, its kinds and its study; what an older version did not write is left out.

    Returns
    -------
    dict of str to str or dict
        Fields of :class:`DatasetInfo`.
    """
    words: dict[str, Any] = {key: entry[key] for key in ("subject", "subject_plural", "study") if key in entry}
    return words | {"kinds": {kind: tuple(labels) for kind, labels in entry.get("kinds", {}).items()}}


def model_info(entry: Mapping[str, Any]) -> ModelInfo:
    """Read the manifest's entry of a model.

    Raises
    ------
    KeyError, TypeError
        If an older version wrote it.
    """
    return ModelInfo(
        name=entry["name"],
        title=entry["title"],
        input_size=size_from_json(entry["input_size"]),
        preprocessing=str(preprocessing_from_json(entry["preprocessing"])),
        feature_layer=entry["feature_layer"],
        classes=tuple(entry["classes"]),
        grid=(entry["grid"][0], entry["grid"][1]),
        digest=entry["digest"],
        closed_form=entry["closed_form"],
        folder=entry["folder"],
        runtime=entry["determined_by"].get("runtime", TENSORFLOW),  # older stores knew no other
        methods=tuple(map(_method_info, entry["methods"])) if "methods" in entry else _methods_of_schema_1(entry),
        class_of_label=entry["class_of_label"],
        refused={name: each["reason"] for name, each in entry.get("refused", {}).items()},
        precision=entry.get("precision", "float16"),  # schema 1 knew no other
        notice=entry.get("notice", ""),
        scores=entry.get("scores", "softmax"),
        alignment=None if entry.get("alignment") is None else (entry["alignment"][0], entry["alignment"][1]),
        differentiable=entry.get("differentiable", True),
    )


def notices_of(models: Iterable[ModelInfo]) -> tuple[str, ...]:
    """List what must stand beside everything that is found on these models, each sentence once."""
    return tuple(dict.fromkeys(model.notice for model in models if model.notice))


def _method_info(entry: Mapping[str, Any]) -> MethodInfo:
    return MethodInfo(
        name=entry["name"],
        title=entry["title"],
        parameters=dict(entry["parameters"]),
        shape=(entry["shape"][0], entry["shape"][1]),
        targeted=entry["targeted"],
        signed=entry["signed"],
        at_pixels=entry["at_pixels"],
        digest=entry["digest"],
        folder=f"{entry['folder']}/{MAPS}",
        array=MAP_ARRAY,
    )


def _methods_of_schema_1(entry: Mapping[str, Any]) -> tuple[MethodInfo, ...]:
    """List the methods that every store of schema 1 holds, beside the activations."""
    return tuple(
        MethodInfo(
            name=name,
            title=facts["title"],
            parameters=facts.get("parameters", {}),
            shape=(entry["grid"][0], entry["grid"][1]),
            targeted=facts["targeted"],
            signed=False,
            at_pixels=False,
            digest=entry["digest"],
            folder=f"{entry['folder']}/{ARRAYS}",
            array=facts["array"],
        )
        for name, facts in tomllib.loads(_SCHEMA_1.read_text(encoding="utf-8")).items()
    )


def results_in(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the entry of every group of arrays that a manifest names: each model's, then its maps' by method."""
    for entry in manifest["models"]:
        yield entry
        yield from entry.get("methods", ())  # schema 1 kept maps in the model's own group


def folders_by_digest(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Tell where each result lies, by the digest of what determined it; none of schema 1, which is not built on."""
    of_schema_2 = {"models": [entry for entry in manifest["models"] if "methods" in entry]}
    return {part["digest"]: part["folder"] for part in results_in(of_schema_2)}
