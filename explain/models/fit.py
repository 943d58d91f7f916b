"""Whether a specification and the network that it names fit each other; a sentence where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.errors import ExplainError
from explain.models.preprocessing import IMAGENET_MODES, Standardisation, rows_and_columns

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec


def check_input(
    spec: ModelSpec, takes: tuple[int | None, int | None], channels: int, scaling: tuple[str, str] | None
) -> None:
    """Make sure that the network takes what the specification would give it.

    Parameters
    ----------
    takes : (int or None, int or None)
        Rows and columns of the network's input; None where any will do.
    channels : int
        Of its input.
    scaling : (str, str) or None
        The preprocessing that the network's own first layers ask for, and the layer that says so.

    Raises
    ------
    ExplainError
        If the size, the channels or the scaling of pixels contradict each other. Nothing else would show that a
        network sees images that are scaled twice.
    """
    wanted = rows_and_columns(spec.input_size)
    if any(side not in (None, given) for side, given in zip(takes, wanted, strict=True)):
        raise ExplainError(
            f"Model {spec.name!r}: the network takes {takes[0]} x {takes[1]} pixels (rows x columns), but the "
            f"specification says input_size = {spec.input_size}. Write input_size = {_written(takes)}."
        )
    if channels == 1 and spec.preprocessing in IMAGENET_MODES[1:]:
        raise ExplainError(
            f"Model {spec.name!r}: preprocessing = {spec.preprocessing!r} is for three colour channels, but the "
            'network takes grey images. Write "tf" (-1 to 1), "0..1" or "none".'
        )
    if isinstance(spec.preprocessing, Standardisation):
        for key, values in (("mean", spec.preprocessing.mean), ("std", spec.preprocessing.std)):
            if len(values) not in (1, channels):
                raise ExplainError(
                    f"Model {spec.name!r}: preprocessing has {len(values)} values of {key}, but the network takes "
                    f"{channels} channels. Write one for each channel, or one for all."
                )
    if scaling is not None and scaling[0] != spec.preprocessing:
        raise ExplainError(
            f"Model {spec.name!r}: the specification says preprocessing = {str(spec.preprocessing)!r}, but the network "
            f"scales pixels itself (layer {scaling[1]!r}), so that images would be scaled twice. "
            f'Write preprocessing = "{scaling[0]}".'
        )


def check_classes(spec: ModelSpec, outputs: int, one_output: bool) -> None:
    """Make sure that there is a class name for every output.

    Parameters
    ----------
    outputs : int
        Number of logits.
    one_output : bool
        Whether the network itself has a single score, which stands for two classes.

    Raises
    ------
    ExplainError
        If there is not.
    """
    if outputs == len(spec.classes):
        return
    if one_output:
        raise ExplainError(
            f"Model {spec.name!r}: layer {spec.head_layer!r} has one output, which tells two classes apart, but the "
            f"specification names {len(spec.classes)} classes. Name two: first what 0 means, then what 1 means."
        )
    raise ExplainError(
        f"Model {spec.name!r}: layer {spec.head_layer!r} has {outputs} outputs, but the specification "
        f"names {len(spec.classes)} classes. Give as many class names as there are outputs, in their order."
    )


def _written(size: tuple[int | None, int | None]) -> str:
    return str(size[0]) if size[0] == size[1] else f"[{size[0]}, {size[1]}]"
