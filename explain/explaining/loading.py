"""From a name, a file, a table or a model in memory to a classifier that explains photographs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from explain.errors import ExplainError
from explain.explaining.classifier import Classifier
from explain.models.inspection import inspect_model, inspect_network
from explain.models.installed import check_installed
from explain.models.keras_network import KerasNetwork
from explain.models.model_spec import name_from
from explain.models.network import load_network
from explain.models.preprocessing import preprocessing_as_json
from explain.models.runtimes import TENSORFLOW
from explain.models.specification import BUILTIN_FILE, load_specifications
from explain.models.specification_file import complete_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from explain.models.inspection import Inspection
    from explain.models.specification import ModelSpec


class Table(TypedDict, total=False):
    """What a table of a specification file may say of a network: ``docs/networks.md`` has each key's meaning."""

    title: str
    input_size: int | list[int]
    preprocessing: str | Mapping[str, Any]
    feature_layer: str
    head_layer: str
    classes: Sequence[str] | str
    labels: Mapping[str, str]
    scores: str
    notice: str


def load(
    network: str | Path, entry: str | None = None, *, runtime: str = TENSORFLOW, **table: Unpack[Table]
) -> Classifier:
    """Load a network by name or from a file.

    Parameters
    ----------
    network : str or Path
        A built-in name (``"compact-resnet"``, ``"resnet50v2"``); a name in ``keras.applications``
        (``"EfficientNetB0"``); a file of a network; or a ``.toml`` file of tables.
    entry : str, optional
        Which table of a ``.toml`` file; not needed where there is one alone.
    runtime : {"tensorflow", "onnxruntime"}
        What runs the forward pass.
    **table
        What a table would say: ``input_size``, ``preprocessing``, ``feature_layer``, ``classes`` and so on. What is not
        said is found by a look at the network. Classes that nobody names are called by their outputs, "0", "1" ...

    Raises
    ------
    ExplainError
        If there is no such network, it cannot be read, or something about it must be said and is not.

    Examples
    --------
    >>> load("compact-xception", feature_layer="features")
    <Classifier Compact Xception: 208 x 208 pixels, 3 classes, looked at in 'features', gradients by closed form>
    """
    said = {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
    spec = _specified(network, entry, said)
    check_installed(spec)
    return Classifier(load_network(replace(spec, runtime=runtime)))


def wrap(model: Any, name: str | None = None, **table: Unpack[Table]) -> Classifier:
    """Explain by a Keras model that is in memory, such as one that is being trained.

    Parameters
    ----------
    model : keras.Model
        Functional or Sequential. Its weights are shared, not copied: what it learns later, later explanations show.
    name : str, optional
        For people; the model's own by default.
    **table
        As for :func:`load`.

    Raises
    ------
    ExplainError
        If it is no such model, or something about it must be said and is not, such as how its training scaled
        pixels: ``preprocessing="0..1"``.

    Notes
    -----
    Layers of models within the model that are called alike get names by where they lie, since one graph may hold each
    name once.
    """
    title = name or str(getattr(model, "name", type(model).__name__))
    said = {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
    return Classifier(KerasNetwork(_completed({"title": title, **said}, inspect_model(model, title)), model))


def _specified(network: str | Path, entry: str | None, said: dict[str, Any]) -> ModelSpec:
    given = str(network)
    if given.endswith(".toml"):
        if said:
            raise ExplainError(f"{', '.join(said)}: write this into the table of {given}.")
        return _entry(load_specifications(given), entry, given)
    if entry is not None:
        raise ExplainError(f"entry is {entry!r}, but {given!r} is no .toml file with several tables.")
    builtin = {spec.name: spec for spec in load_specifications(BUILTIN_FILE)}
    if given in builtin and not said:
        return builtin[given]
    if given in builtin:
        return complete_values(given, _values(builtin[given]) | said, inspect_network(_source(builtin[given])))
    if not Path(given).suffix and not said:
        return load_specifications(given)[0]  # an application, or a sentence with names near it
    found = inspect_network(given)
    source = {key: found.choices[key] for key in ("application", "file") if key in found.choices}
    return _completed({"title": Path(found.network).stem, **source, **said}, found)


def _completed(values: dict[str, Any], found: Inspection) -> ModelSpec:
    """Fill up what is said by what was found; classes that nobody names are called by their outputs."""
    if "classes" not in found.choices and found.classes:
        values = {"classes": [str(number) for number in range(max(found.classes, 2))], **values}
    return complete_values(name_from(values["title"]), values, found)


def _entry(specs: Sequence[ModelSpec], entry: str | None, file: str) -> ModelSpec:
    names = [spec.name for spec in specs]
    if entry is None and len(specs) == 1:
        return specs[0]
    if entry not in names:
        asked = "and none was named" if entry is None else f"and none is {entry!r}"
        raise ExplainError(f"{file} has the tables {', '.join(names)}, {asked}: explain.load(file, {names[0]!r}).")
    return specs[names.index(entry)]


def _source(spec: ModelSpec) -> str:
    return str(spec.application or spec.file)


def _values(spec: ModelSpec) -> dict[str, Any]:
    """Give a specification as its table says it."""
    source = {"application": spec.application} if spec.application else {"file": str(spec.file)}
    classes: Any = "imagenet" if spec.synsets else list(spec.classes)
    return source | {
        "title": spec.title,
        "input_size": spec.size_as_json,
        "preprocessing": preprocessing_as_json(spec.preprocessing),
        "feature_layer": spec.feature_layer,
        "head_layer": spec.head_layer,
        "classes": classes,
        "notice": spec.notice,
    }
