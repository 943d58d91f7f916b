"""What a model is, as a person writes it down: TOML, one table per model."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import load_imagenet_classes
from explain.errors import ExplainError
from explain.models.runtimes import TENSORFLOW

BUILTIN_FILE = Path(__file__).with_name("models.toml")
DEFAULT_MODELS = ("compact-resnet", "compact-xception")
PREPROCESSING_MODES = ("tf", "torch", "caffe")
"""Modes of ``keras.applications.imagenet_utils.preprocess_input``."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEXT_KEYS = ("title", "application", "file", "preprocessing", "feature_layer", "head_layer")
_KEYS = (*_TEXT_KEYS, "input_size", "classes")
_REQUIRED = ("input_size", "preprocessing", "feature_layer", "head_layer", "classes")


@dataclass(frozen=True)
class ModelSpec:
    """A classifier and everything about it that determines a result.

    Attributes
    ----------
    name : str
        Its key in tables, links and file names.
    title : str
        Its name for people.
    application : str or None
        A name in ``keras.applications``; then `file` is None.
    file : Path or None
        A ``.keras`` file; then `application` is None.
    input_size : int
        Side of the square input, pixels.
    preprocessing : {"tf", "torch", "caffe"}
    feature_layer : str
        The last activation before pooling.
    head_layer : str
        The layer that gives the logits.
    classes : tuple of str
        Class names in output order.
    synsets : tuple of str
        WordNet ids in output order where the classes are ImageNet's, else empty.
    runtime : {"tensorflow", "onnxruntime"}
        What runs its forward pass. No property of the classifier, but it decides the last digits of every result.
    """

    name: str
    title: str
    application: str | None
    file: Path | None
    input_size: int
    preprocessing: str
    feature_layer: str
    head_layer: str
    classes: tuple[str, ...]
    synsets: tuple[str, ...] = ()
    runtime: str = TENSORFLOW

    def class_index(self, label: str, synset: str | None = None) -> int | None:
        """Find the output of a label, by class name first (case and spaces do not matter), then by synset.

        Parameters
        ----------
        label : str
        synset : str, optional

        Returns
        -------
        int or None
            None where the model has no such class.
        """
        names = [_plain(name) for name in self.classes]
        if _plain(label) in names:
            return names.index(_plain(label))
        for wanted in (synset, label):
            if wanted and wanted in self.synsets:
                return self.synsets.index(wanted)
        return None


def load_specifications(models: str | Path | None = None) -> tuple[ModelSpec, ...]:
    """Read model specifications.

    Parameters
    ----------
    models : str or Path, optional
        Built-in names separated by commas, or a path to a ``.toml`` file; the compact networks by default.

    Returns
    -------
    tuple of ModelSpec
        In the order in which they were named, or stand in the file.

    Raises
    ------
    ExplainError
        If a name is unknown, the file is missing or no TOML, or a key is missing, unknown or of a wrong kind;
        the key is named with its line.
    """
    if models is None:
        models = ",".join(DEFAULT_MODELS)
    if str(models).endswith(".toml"):
        return _read_file(Path(models))
    builtin = {spec.name: spec for spec in _read_file(BUILTIN_FILE)}
    names = [name.strip() for name in str(models).split(",") if name.strip()]
    if not names:
        raise ExplainError("No model was named. Name at least one of: " + ", ".join(builtin) + ".")
    for name in names:
        if name not in builtin:
            raise ExplainError(
                f"Model {name!r} is unknown. Built in are: {', '.join(builtin)}; "
                "for networks of your own give a .toml file."
            )
    return tuple(builtin[name] for name in dict.fromkeys(names))


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "_")


def _read_file(path: Path) -> tuple[ModelSpec, ...]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ExplainError(f"The model specification {path} cannot be read: {reason}.") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExplainError(f"The model specification {path} is not valid TOML: {error}.") from error
    if not tables:
        raise ExplainError(f"The model specification {path} names no model: expected one table per model.")
    return tuple(_read_table(_Table(path, text, name, table)) for name, table in tables.items())


@dataclass(frozen=True)
class _Table:
    """One table of a specification file, which knows where its keys stand."""

    path: Path
    text: str
    name: str
    values: Any

    def error(self, sentence: str, key: str | None = None) -> ExplainError:
        return ExplainError(f"{self.path}, line {self._line(key)}, [{self.name}]: {sentence}")

    def _line(self, key: str | None) -> int:
        header = re.compile(
            rf"\s*(\[\s*[\"']?{re.escape(self.name)}[\"']?\s*\]|[\"']?{re.escape(self.name)}[\"']?\s*[.=])"
        )
        inside, start = False, 1
        for number, line in enumerate(self.text.splitlines(), 1):
            if header.match(line):
                inside, start = True, number
            elif re.match(r"\s*\[", line):
                inside = False
            if inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return number
        return start


def _read_table(table: _Table) -> ModelSpec:
    values = table.values
    if not isinstance(values, dict):
        raise table.error("this key stands outside a table; expected one table per model, such as [my-model].")
    if not _NAME.fullmatch(table.name):
        raise table.error("a model's name may hold letters, digits, dots, dashes and underscores only.")
    for key in values:
        if key not in _KEYS:
            raise table.error(f"the key {key!r} is unknown; known are {', '.join(_KEYS)}.", key)
    for key in _REQUIRED:
        if key not in values:
            raise table.error(f"the key {key!r} is missing.")
    for key in _TEXT_KEYS:
        if key in values and not (isinstance(values[key], str) and values[key]):
            raise table.error(f"{key} is {values[key]!r}; expected text.", key)
    size = values["input_size"]
    if not isinstance(size, int) or isinstance(size, bool) or not 16 <= size <= 4096:
        raise table.error(f"input_size is {size!r}; expected a whole number of pixels from 16 to 4096.", "input_size")
    if values["preprocessing"] not in PREPROCESSING_MODES:
        raise table.error(
            f"preprocessing is {values['preprocessing']!r}; expected one of {', '.join(PREPROCESSING_MODES)}.",
            "preprocessing",
        )
    if ("application" in values) == ("file" in values):
        raise table.error("expected either application (a name in keras.applications) or file (a .keras file).")
    classes, synsets = _classes(table)
    return ModelSpec(
        name=table.name,
        title=values.get("title", table.name),
        application=values.get("application"),
        file=_file(table),
        input_size=size,
        preprocessing=values["preprocessing"],
        feature_layer=values["feature_layer"],
        head_layer=values["head_layer"],
        classes=classes,
        synsets=synsets,
    )


def _file(table: _Table) -> Path | None:
    if "file" not in table.values:
        return None
    file = (table.path.parent / table.values["file"]).resolve()
    if file.suffix != ".keras":
        raise table.error(f"file is {table.values['file']!r}; expected a .keras file.", "file")
    return file


def _classes(table: _Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    classes = table.values["classes"]
    if classes == "imagenet":
        known = load_imagenet_classes()
        return tuple(entry.name for entry in known), tuple(entry.synset for entry in known)
    if not (isinstance(classes, list) and classes and all(isinstance(name, str) and name for name in classes)):
        raise table.error('classes: expected "imagenet" or a list of class names in output order.', "classes")
    if len(set(classes)) != len(classes):
        raise table.error("classes: a name stands twice.", "classes")
    return tuple(classes), ()
