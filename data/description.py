"""What a dataset says of itself in words: its title, what its images show, and which of its labels are of one kind."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = "dataset.toml"


@dataclass(frozen=True)
class Description:
    """Words about a dataset, as ``dataset.toml`` beside its manifest gives them.

    Attributes
    ----------
    title : str
        For people; the folder's name where empty.
    notice : str
        One sentence that every page shows, or empty.
    subject, subject_plural : str
        What the boxes and masks are around, such as "animal" and "animals"; said after "the" and "a".
    kinds : mapping of str to tuple of str
        Labels and classes that are of one kind, by the kind's name. An answer of the label's kind is nearly right.
    study : str
        Name of the study whose claims are about these images, such as "reference_report"; empty where there is none.
    beside : tuple of str
        Parts of the masks that do not belong to the subject: their mass is measured, and is not inside.
    models : tuple of str
        Built-in models that a build takes where none is named; empty for its own default.
    """

    title: str = ""
    notice: str = ""
    subject: str = "labelled object"
    subject_plural: str = "labelled objects"
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    study: str = ""
    beside: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


_TEXTS = ("title", "notice", "subject", "subject_plural", "study")
_LISTS = ("beside", "models")


def read_description(path: Path) -> Description:
    """Read a dataset's description.

    Parameters
    ----------
    path : Path
        The file ``dataset.toml``; it may be missing.

    Returns
    -------
    Description
        With its defaults where the file, or a key, is missing. A subject without a plural gets an "s".

    Raises
    ------
    DataError
        If it is no TOML, or a key is unknown or of a wrong kind: one sentence that names the file and the key.
    """
    if not path.is_file():
        return Description()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path} is not valid TOML: {error}.") from error
    known = (*_TEXTS, *_LISTS, "kinds")
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"near it is {near[0]!r}" if near else f"known are {', '.join(known)}"
            raise DataError(f"{path}: the key {key!r} is unknown; {hint}.")
        if key in _TEXTS and not isinstance(value, str):
            raise DataError(f"{path}: {key} is {value!r}; expected text.")
        if key in _LISTS and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
            raise DataError(f"{path}: {key} is {value!r}; expected a list of names.")
    texts = {key: values[key].strip() for key in _TEXTS if key in values}
    if texts.get("subject") and not texts.get("subject_plural"):
        texts["subject_plural"] = f"{texts['subject']}s"
    filled = {key: text for key, text in texts.items() if text}
    lists: dict[str, Any] = {key: tuple(values[key]) for key in _LISTS if key in values}
    return Description(**filled, **lists, kinds=_kinds(path, values.get("kinds", {})))


def _kinds(path: Path, found: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(found, Mapping):
        raise DataError(f'{path}: kinds is {found!r}; expected a table such as kinds = {{ bird = ["robin", "jay"] }}.')
    kinds: dict[str, tuple[str, ...]] = {}
    of_label: dict[str, str] = {}
    for kind, labels in found.items():
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise DataError(f"{path}: the kind {kind!r} is {labels!r}; expected a list of labels.")
        for label in labels:
            if of_label.setdefault(label, kind) != kind:
                raise DataError(f"{path}: the label {label!r} is of the kinds {of_label[label]!r} and {kind!r}.")
        kinds[kind] = tuple(labels)
    return kinds
