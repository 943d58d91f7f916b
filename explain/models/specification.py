"""Which models are meant: built-in ones, files of networks, applications of Keras, or a TOML file of tables."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from explain.errors import ExplainError
from explain.models.applications import application_named, application_names
from explain.models.archive import how_to_convert
from explain.models.model_spec import ONNX_SUFFIX, name_from
from explain.models.model_spec import InputSize as InputSize
from explain.models.model_spec import ModelSpec as ModelSpec
from explain.models.specification_file import read_file, read_values

BUILTIN_FILE = Path(__file__).with_name("models.toml")
REMEMBERED = "networks"
"""Folder beside the stores of a cache, for what inspection of networks found."""

DEFAULT_MODELS = ("compact-resnet", "compact-xception")


def builtin_names() -> tuple[str, ...]:
    """Name the networks that have a table in the library."""
    return tuple(spec.name for spec in read_file(BUILTIN_FILE))


def load_specifications(
    models: str | Path | None = None,
    *,
    labels: Sequence[str] = (),
    remembered: Path | None = None,
    told: Callable[[str], None] | None = None,
) -> tuple[ModelSpec, ...]:
    """Read model specifications.

    Parameters
    ----------
    models : str or Path, optional
        Names separated by commas: of built-in models, of ``keras.applications``, or paths of ``.keras`` and
        ``.onnx`` files; or one path to a ``.toml`` file. The compact networks by default.
    labels : sequence of str
        The dataset's, taken for the classes of a file that has as many outputs, in sorted order.
    remembered : Path, optional
        Folder where what inspection found is kept, so that a network is loaded for it once.
    told : callable, optional
        Called with a sentence for everything that was chosen for a network without a table.

    Returns
    -------
    tuple of ModelSpec
        In the order in which they were named, or stand in the file.

    Raises
    ------
    ExplainError
        If a name is unknown, the file is missing or no TOML, or a key is missing, unknown or of a wrong kind;
        the key is named with its line. Also where a network without a table leaves something open.
    """
    if models is None:
        models = ",".join(DEFAULT_MODELS)
    if str(models).endswith(".toml"):
        return read_file(Path(models), remembered)
    builtin = {spec.name: spec for spec in read_file(BUILTIN_FILE)}
    names = [name.strip() for name in str(models).split(",") if name.strip()]
    if not names:
        raise ExplainError("No model was named. Name at least one of: " + ", ".join(builtin) + ".")
    found = {
        name: builtin[name] if name in builtin else _without_table(name, builtin, labels, remembered, told)
        for name in dict.fromkeys(names)
    }
    taken = [spec.name for spec in found.values()]
    for name in taken:
        if taken.count(name) > 1:
            raise ExplainError(f"Two of the models are called {name!r}; rename a file, so that results keep apart.")
    return tuple(found.values())


def _without_table(
    name: str,
    builtin: Mapping[str, ModelSpec],
    labels: Sequence[str],
    remembered: Path | None,
    told: Callable[[str], None] | None,
) -> ModelSpec:
    application, path = application_named(name), Path(name)
    if (advice := how_to_convert(path)) is not None:
        raise ExplainError(f"{name}: {advice}")
    if application is not None:
        values = {"application": application, "title": application}
    elif path.suffix in (".keras", ONNX_SUFFIX):
        values = {"file": str(path), "title": path.stem}
    else:
        near = difflib.get_close_matches(name, [*builtin, *application_names()], n=3)
        raise ExplainError(
            f"Model {name!r} is unknown. Built in are: {', '.join(builtin)}"
            + (f"; near it: {', '.join(near)}" if near else "")
            + "; any name of keras.applications will do; for networks of your own give a .keras, .onnx or .toml file."
        )
    spec = read_values(name_from(application or path.stem), values, Path(), remembered, sorted(labels))
    for sentence in _chosen(spec, labels) if told else ():
        told(sentence)  # type: ignore[misc]
    known = next((each.alignment for each in builtin.values() if each.application == application is not None), None)
    return replace(spec, title=values["title"], alignment=known)


def _chosen(spec: ModelSpec, labels: Sequence[str]) -> list[str]:
    """Say what was chosen for a network without a table."""
    found = [
        f"{spec.title}: input_size = {spec.input_size}, preprocessing = {spec.preprocessing!r}, looks at layer "
        f"{spec.feature_layer!r}, scores from layer {spec.head_layer!r}."
    ]
    if not spec.synsets and set(spec.classes) == set(labels):
        shown = ", ".join(spec.classes[:5]) + (" ..." if len(spec.classes) > 5 else "")
        found.append(
            f"{spec.title}: its {len(spec.classes)} outputs are taken for the dataset's labels in sorted order "
            f"({shown}). This is an assumption: check it, and write a table with classes = [...] where it is wrong."
        )
    elif spec.synsets and spec.application is None:
        found.append(f"{spec.title}: its {len(spec.classes)} outputs are taken for ImageNet's classes; check it.")
    return found
