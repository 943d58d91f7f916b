"""Whether a specification and the network that it names fit each other; a sentence where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.errors import ExplainError
from explain.models.preprocessing import IMAGENET_MODES, rows_and_columns
from explain.models.scaling import own_preprocessing

if TYPE_CHECKING:
    from explain.models.ending import Ending
    from explain.models.specification import ModelSpec
    from explain.models.unnesting import Graph


def check_input(graph: Graph, spec: ModelSpec) -> None:
    """Make sure that the network takes what the specification would give it.

    Raises
    ------
    ExplainError
        If the size, the channels or the scaling of pixels contradict each other. Nothing else would show that a
        network sees images that are scaled twice.
    """
    wanted, takes = rows_and_columns(spec.input_size), tuple(graph.image.shape[1:3])
    if any(side not in (None, given) for side, given in zip(takes, wanted, strict=True)):
        raise ExplainError(
            f"Model {spec.name!r}: the network takes {takes[0]} x {takes[1]} pixels (rows x columns), but the "
            f"specification says input_size = {spec.input_size}. Write input_size = {_written(takes)}."
        )
    if graph.image.shape[-1] == 1 and spec.preprocessing in IMAGENET_MODES[1:]:
        raise ExplainError(
            f"Model {spec.name!r}: preprocessing = {spec.preprocessing!r} is for three colour channels, but the "
            'network takes grey images. Write "tf" (-1 to 1), "0..1" or "none".'
        )
    found = own_preprocessing(graph)
    if found is not None and found[0] != spec.preprocessing:
        raise ExplainError(
            f"Model {spec.name!r}: the specification says preprocessing = {spec.preprocessing!r}, but the network "
            f"scales pixels itself (layer {found[1]!r}), so that images would be scaled twice. "
            f'Write preprocessing = "{found[0]}".'
        )


def check_classes(ending: Ending, spec: ModelSpec) -> None:
    """Make sure that there is a class name for every output.

    Raises
    ------
    ExplainError
        If there is not.
    """
    outputs = int(ending.logits.shape[-1])
    if outputs == len(spec.classes):
        return
    if ending.one_output:
        raise ExplainError(
            f"Model {spec.name!r}: layer {spec.head_layer!r} has one output, which tells two classes apart, but the "
            f"specification names {len(spec.classes)} classes. Name two: first what 0 means, then what 1 means."
        )
    raise ExplainError(
        f"Model {spec.name!r}: layer {spec.head_layer!r} has {outputs} outputs, but the specification "
        f"names {len(spec.classes)} classes. Give as many class names as there are outputs, in their order."
    )


def _written(size: tuple[int, ...]) -> str:
    return str(size[0]) if size[0] == size[1] else f"[{size[0]}, {size[1]}]"
