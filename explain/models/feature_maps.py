"""Where in a network one can look: its layers that give feature maps, and the last activation before pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explain.models.layer_classes import activation_name, keras_class

if TYPE_CHECKING:
    from explain.models.ending import Ending
    from explain.models.unnesting import Call, Graph

AFTER, BEFORE, BRANCHES = "after an activation", "before the activation", "a sum or product of branches"
"""Where a layer stands, in words."""

_POOLING = ("MaxPooling2D", "AveragePooling2D", "ZeroPadding2D")


@dataclass(frozen=True)
class FeatureMap:
    """A layer that gives a feature map.

    Attributes
    ----------
    path : str
    shape : tuple of int or None
        Rows, columns and channels; None where they depend on the image.
    stage : str
        :data:`AFTER`, :data:`BEFORE` or :data:`BRANCHES`.
    chosen : bool
        Whether it is where to look unless there is a reason to look elsewhere.
    """

    path: str
    shape: tuple[int | None, ...]
    stage: str
    chosen: bool


def last_feature_map(graph: Graph, ending: Ending) -> Call | None:
    """Find the last layer before pooling that gives a feature map which the scores come from.

    Pooling is gone back through, as a map is finer before it, and so is what follows it: dense layers and
    convolutions that see one position.

    Returns
    -------
    Call or None
        None where the scores come from several feature maps.
    """
    waiting, seen, found = list(ending.last.inputs), set(), {}
    if _gives_map(ending.last) and not _scores_positions(ending.last):
        waiting = [ending.last.output]
    while waiting:
        tensor = waiting.pop()
        call = graph.maker(tensor)
        if call is None or id(tensor) in seen:
            continue
        seen.add(id(tensor))
        goes_on = not _gives_map(call) or keras_class(call.layer, *_POOLING) or _scores_positions(call, ending)
        if goes_on:
            waiting.extend(call.inputs)
        else:
            found[id(tensor)] = call
    return next(iter(found.values())) if len(found) == 1 else None


def feature_maps(graph: Graph, chosen: Call | None) -> tuple[FeatureMap, ...]:
    """List the last layer of each resolution, and what is chosen.

    Parameters
    ----------
    chosen : Call, optional

    Returns
    -------
    tuple of FeatureMap
        From the input on.
    """
    last: dict[tuple[Any, ...], Call] = {}
    learns = False  # pixels that were only scaled are no feature map
    for call in graph.calls:
        learns = learns or _has_learnt(call)
        size = tuple(call.output.shape[1:3])
        new = learns and _gives_map(call) and graph.maker(call.output) is call
        new = new and not keras_class(call.layer, "ZeroPadding2D")
        if new and (chosen is None or last.get(size) is not chosen):
            last[size] = call
    return tuple(
        FeatureMap(call.path, tuple(call.output.shape[1:]), stage_of(call), call is chosen) for call in last.values()
    )


def stage_of(call: Call) -> str:
    """Tell in words whether a layer's output is an activation."""
    if activation_name(call.layer) not in (None, "linear") or "relu" in type(call.layer).__name__.lower():
        return AFTER
    if len(call.inputs) > 1:
        return BRANCHES
    return BEFORE


def _gives_map(call: Call) -> bool:
    shape = call.output.shape
    return len(shape) == 4 and tuple(shape[1:3]) != (1, 1)


def _has_learnt(call: Call) -> bool:
    weights = getattr(call.layer, "weights", None)
    return bool(weights) and not keras_class(call.layer, "Normalization", "Model")


def _scores_positions(call: Call, ending: Ending | None = None) -> bool:
    """Tell whether a 1 x 1 convolution already gives one channel per class, which pooling then averages."""
    if not keras_class(call.layer, "Conv2D") or tuple(call.layer.kernel_size) != (1, 1):
        return False
    return ending is not None and call.output.shape[-1] == ending.logits.shape[-1]
