"""A look at a network, and where its cells lie: measured by running it on the images of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import ImageError
from explain.building.engines.preparing import read_record
from explain.models import inspection_text
from explain.models.inspection import inspect_network
from explain.models.model_spec import ModelSpec, name_from
from explain.models.placing import MOST_IMAGES, measure_placing
from explain.models.preprocessing import resize_image
from explain.models.specification import builtin_names, load_specifications
from explain.models.weights import find_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from data import Dataset
    from explain.models.inspection import Inspection
    from explain.models.model_spec import InputSize
    from explain.models.placing import Placing

    Progress = Callable[[str, int, int], None]

_NEEDED = ("input_size", "preprocessing", "feature_layer", "head_layer")


@dataclass(frozen=True)
class Look:
    """What was found, as the command line gives it.

    Attributes
    ----------
    words, table : str
        For a person, and for the file that a build takes.
    json : mapping
    """

    words: str
    table: str
    json: Mapping[str, Any]


def look_at(network: str, dataset: Dataset | None, progress: Progress | None = None) -> Look:
    """Look at a network, and measure where its cells lie where it can be run.

    Parameters
    ----------
    network : str
        A ``.keras`` or ``.onnx`` file, or a name in ``keras.applications``. Or what has a table already, a built-in
        name or a ``.toml`` file: then where its cells lie is all that is found.
    dataset : Dataset, optional
        On whose images it is run; on none by default.

    Raises
    ------
    ExplainError
        If there is no such network, or it does not load.
    """
    if network.endswith(".toml") or network in builtin_names():
        return _of_tables(network, load_specifications(network), dataset, progress)
    found = inspect_network(network)
    spec = _specification(found)
    placing = None if spec is None or dataset is None else placing_of(spec, dataset, progress)
    words, table = inspection_text.in_words(found, placing), inspection_text.as_table(found, placing)
    return Look(words, table, inspection_text.as_json(found, placing))


def placing_of(spec: ModelSpec, dataset: Dataset, progress: Progress | None = None) -> Placing | None:
    """Measure where the cells of a network lie, on images of a dataset; of many, on some that lie evenly among them.

    Returns
    -------
    Placing or None
        None where its weights are not here, or no image can be read.

    Raises
    ------
    ExplainError
        If the network does not load.
    """
    if find_weights(spec) is None:
        return None
    from explain.models.network import load_network

    images = list(_images(dataset, spec.input_size))
    if not images:
        return None
    said = f"Mirror images, {spec.title}"
    return measure_placing(
        load_network(spec), images, None if progress is None else lambda done: progress(said, done, len(images))
    )


def _of_tables(network: str, specs: tuple[ModelSpec, ...], dataset: Dataset | None, progress: Progress | None) -> Look:
    placed = {spec.name: None if dataset is None else placing_of(spec, dataset, progress) for spec in specs}
    words = [line for name, each in placed.items() for line in (name, *inspection_text.placed(each))]
    table = "".join(f"[{name}]\n{inspection_text.alignment_line(each)}" for name, each in placed.items())
    if network.endswith(".toml"):
        file = Path(network)
        table = inspection_text.with_alignments(file.read_text(encoding="utf-8"), placed, file.resolve().parent)
    return Look(
        "\n".join(words),
        table,
        {name: None if each is None else each.as_json() for name, each in placed.items()},
    )


def _specification(found: Inspection) -> ModelSpec | None:
    """Write what is needed to run a network, whose classes need no names for it; None where something is open."""
    given = found.choices
    if any(key not in given for key in _NEEDED):
        return None
    size = given["input_size"]
    return ModelSpec(
        name=name_from(found.network.removesuffix(".keras")),
        title=found.network,
        application=given.get("application"),
        file=Path(given["file"]) if "file" in given else None,
        input_size=size if isinstance(size, int) else (size[0], size[1]),
        preprocessing=given["preprocessing"],
        feature_layer=given["feature_layer"],
        head_layer=given["head_layer"],
        classes=tuple(f"class {number}" for number in range(found.classes)),
    )


def _images(dataset: Dataset, size: InputSize) -> Iterator[NDArray[np.uint8]]:
    step = -(-len(dataset.records) // MOST_IMAGES)
    for record in dataset.records[:: max(1, step)]:
        try:
            yield resize_image(read_record(record), size)
        except ImageError:
            continue
