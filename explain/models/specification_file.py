"""Model specifications as a person writes them: a TOML file with one table per model, read and doubted."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import load_imagenet_classes
from data.files import read_regular
from explain.errors import ExplainError
from explain.models.archive import how_to_convert
from explain.models.head import SIGMOID, SOFTMAX
from explain.models.model_spec import LONGEST_NAME, ONNX_SUFFIX, ModelSpec, plain
from explain.models.preprocessing import Preprocessing, read_preprocessing

if TYPE_CHECKING:
    from explain.models.inspection import Inspection

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_TEXT, _LARGEST_FILE = 1000, 1 << 20
_TEXT_KEYS = ("title", "application", "file", "feature_layer", "head_layer", "scores", "notice")
_KEYS = (*_TEXT_KEYS, "preprocessing", "input_size", "classes", "labels", "alignment")
_FURTHEST = 1000
"""Pixels; an alignment is a part of the stride."""
_REQUIRED = ("input_size", "preprocessing", "feature_layer", "head_layer", "classes")


def read_file(path: Path, remembered: Path | None = None) -> tuple[ModelSpec, ...]:
    """Read a file of model specifications.

    Parameters
    ----------
    path : Path
        TOML, one table per model. Files in it are meant from the folder that it lies in.
    remembered : Path, optional
        Where inspection of networks, for keys that a table leaves out, keeps what it found.

    Raises
    ------
    ExplainError
        If anything in it is not as it must be: named with its line.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ExplainError(f"The model specification {path} is larger than a megabyte; is it the right file?")
        text = read_regular(path).decode("utf-8-sig")  # some editors put a mark in front
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ExplainError(f"The model specification {str(path)[:200]!r} cannot be read: {reason}.") from error
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ExplainError(f"The model specification {path} is not valid TOML: it is nested too deeply.") from error
    except ValueError as error:  # a number of thousands of digits is no TOMLDecodeError
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it holds a number that is too long"
        raise ExplainError(f"The model specification {path} is not valid TOML: {reason[:300]}.") from error
    if not tables:
        raise ExplainError(f"The model specification {path} names no model: expected one table per model.")
    return tuple(_read_table(_Table(path, text, name, table), remembered) for name, table in tables.items())


def read_values(
    name: str, values: dict[str, Any], folder: Path, remembered: Path | None, labels: list[str]
) -> ModelSpec:
    """Make a specification without a file: of a network alone, completed by inspection.

    Parameters
    ----------
    values : dict
        As in a table.
    folder : Path
        What a relative file is meant from.
    remembered : Path, optional
    labels : list of str
        Taken for the classes where the network has as many outputs.
    """
    return _read_table(_Table(folder / "models.toml", "", name, values), remembered, labels)


def complete_values(name: str, values: dict[str, Any], inspection: Inspection) -> ModelSpec:
    """Make a specification of what a look at a network found, and of what a person says about it.

    Parameters
    ----------
    values : dict
        As in a table; where both say something, this counts. Without a file or an application the network is one that
        is in memory.
    inspection : Inspection
    """
    return _read_table(_Table(Path("models.toml"), "", name, values, inspection), None)


@dataclass(frozen=True)
class _Table:
    """One table of a specification file, which knows where its keys stand, or what stands for one."""

    path: Path
    text: str
    name: str
    values: Any
    inspection: Inspection | None = None

    def error(self, sentence: str, key: str | None = None) -> ExplainError:
        if not self.text:
            return ExplainError(f"Model {self.name!r}: {sentence}")
        return ExplainError(f"{self.path}, line {self._line(key)}, [{self.name[:LONGEST_NAME]}]: {sentence}")

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


def _read_table(table: _Table, remembered: Path | None, labels: list[str] | None = None) -> ModelSpec:
    _check_values(table)
    file = _file(table)
    missing = [key for key in _REQUIRED if key not in table.values]
    if missing:
        table = replace(table, values={**_found(table, file, missing, remembered, labels), **table.values})
        _check_values(table)
    values, size = table.values, table.values["input_size"]
    classes, synsets = _classes(table)
    return ModelSpec(
        name=table.name,
        title=values.get("title", table.name),
        application=values.get("application"),
        file=file,
        input_size=size if isinstance(size, int) else size[0] if size[0] == size[1] else tuple(size),
        preprocessing=_preprocessing(table),
        feature_layer=values["feature_layer"],
        head_layer=values["head_layer"],
        classes=classes,
        synsets=synsets,
        labels=_labels(table, classes),
        scores=values.get("scores"),
        notice=values.get("notice", ""),
        alignment=None if "alignment" not in values else (float(values["alignment"][0]), float(values["alignment"][1])),
    )


def _check_values(table: _Table) -> None:
    values = table.values
    if not isinstance(values, dict):
        raise table.error("this key stands outside a table; expected one table per model, such as [my-model].")
    if not _NAME.fullmatch(table.name):
        raise table.error("a model's name may hold letters, digits, dots, dashes and underscores only.")
    if len(table.name) > LONGEST_NAME:
        raise table.error(f"the name has {len(table.name)} characters; expected {LONGEST_NAME} at most.")
    for key in values:
        if key not in _KEYS:
            raise table.error(f"the key {key[:80]!r} is unknown; known are {', '.join(_KEYS)}.", key)
    for key in _TEXT_KEYS:
        if key in values and not _is_text(values[key]):
            raise table.error(f"{key} is {_short(values[key])}; expected one line of text.", key)
    if "input_size" in values and not _is_size(values["input_size"]):
        raise table.error(
            f"input_size is {_short(values['input_size'])}; expected a whole number of pixels from 16 to 4096, or "
            "[height, width].",
            "input_size",
        )
    if values.get("scores", SOFTMAX) not in (SOFTMAX, SIGMOID):
        raise table.error(f"scores is {_short(values['scores'])}; expected one of {SOFTMAX}, {SIGMOID}.", "scores")
    if "alignment" in values and not _is_alignment(values["alignment"]):
        raise table.error(
            f"alignment is {_short(values['alignment'])}; expected [down, right] in pixels of the input, as `python -m "
            "explain inspect` measures it.",
            "alignment",
        )
    if "preprocessing" in values:
        _preprocessing(table)
    if table.inspection is None and ("application" in values) == ("file" in values):
        raise table.error(
            "expected either application (a name in keras.applications) or file (a .keras or .onnx file)."
        )


def _found(
    table: _Table, file: Path | None, missing: list[str], remembered: Path | None, labels: list[str] | None
) -> dict[str, Any]:
    """Find what a table leaves out by a look at the network."""
    from explain.models.inspection import inspect_once

    if file is not None and not file.exists():
        asked = f", and the key {missing[0]!r} is missing, which a look at it might find" if table.text else ""
        raise table.error(f"the file {file} is not there{asked}.", "file")
    try:
        inspection = table.inspection or inspect_once(file or str(table.values["application"]), remembered)
    except OSError as error:
        raise table.error(f"the file {file} cannot be read: {error.strerror or error}.", "file") from error
    found: dict[str, Any] = dict(inspection.choices)
    if labels is not None and "classes" not in found and len(set(labels)) == inspection.classes:
        found["classes"] = labels
    for key in missing:
        if key not in found:
            hint = (
                "" if table.text or file is None else f" `python -m explain inspect {file}` writes a table to fill in."
            )
            if key == "classes" and labels:
                hint = f" The dataset has {len(set(labels))} labels, so that they cannot be meant.{hint}"
            raise table.error(
                f"the key {key!r} is missing, and the network leaves it open: {inspection.open[key]}{hint}"
            )
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _LONGEST_TEXT


def _is_size(value: Any) -> bool:
    sides = value if isinstance(value, list) and len(value) == 2 else [value]
    return all(type(side) is int and 16 <= side <= 4096 for side in sides)


def _is_alignment(value: Any) -> bool:
    pair: list[Any] = value if isinstance(value, list) and len(value) == 2 else [None]
    return all(type(each) in (int, float) and abs(each) <= _FURTHEST for each in pair)


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= 80 else text[:80] + " ..."


def _file(table: _Table) -> Path | None:
    if "file" not in table.values:
        return None
    given = table.values["file"]
    try:
        file = (table.path.parent / given).resolve()
        file.exists()  # which a path that no file can have does not survive
    except (OSError, ValueError, RuntimeError) as error:
        raise table.error(f"file is {_short(given)}, which is no path of a file here.", "file") from error
    if (advice := how_to_convert(file)) is not None:
        raise table.error(f"file is {_short(given)}: {advice}", "file")
    if file.suffix not in (".keras", ONNX_SUFFIX):
        raise table.error(f"file is {_short(given)}; expected a .keras or .onnx file.", "file")
    return file


def _preprocessing(table: _Table) -> Preprocessing:
    value = table.values["preprocessing"]
    try:
        return read_preprocessing(value)
    except ValueError as error:
        raise table.error(f"preprocessing is {_short(value)}; expected {error}.", "preprocessing") from error


def _classes(table: _Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    classes = table.values["classes"]
    if classes == "imagenet":
        known = load_imagenet_classes()
        return tuple(entry.name for entry in known), tuple(entry.synset for entry in known)
    if not (isinstance(classes, list) and classes and all(map(_is_text, classes))):
        raise table.error('classes: expected "imagenet" or a list of class names in output order.', "classes")
    if len(set(classes)) != len(classes):
        raise table.error("classes: a name stands twice.", "classes")
    return tuple(classes), ()


def _labels(table: _Table, classes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    labels = table.values.get("labels", {})
    if not (isinstance(labels, dict) and all(map(_is_text, labels.values()))):
        raise table.error(
            'labels: expected a label of the dataset and a class for each, such as { elephant = "African_elephant" }.',
            "labels",
        )
    known = {plain(name): name for name in classes}
    for label, name in labels.items():
        if plain(name) not in known:
            near = difflib.get_close_matches(plain(name), known, n=3)
            hint = f" Near it: {', '.join(known[each] for each in near)}." if near else ""
            raise table.error(
                f"labels: {label!r} stands for {name!r}, which is no class of this model.{hint}", "labels"
            )
    return tuple((label, known[plain(name)]) for label, name in labels.items())
