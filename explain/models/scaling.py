"""What a network does with pixels before its first weights, so that nothing scales them a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explain.models.layer_classes import keras_class
from explain.models.preprocessing import NONE, UNIT

if TYPE_CHECKING:
    from explain.models.unnesting import Call, Graph

_GEOMETRY = ("Resizing", "CenterCrop", "RandomCrop", "ZeroPadding2D", "GetItem", "Flip", "Stack")
_LARGE = 2.0
"""Means, deviations and divisors above it are meant for pixels from 0 to 255, not for values from 0 to 1."""


def own_preprocessing(graph: Graph) -> tuple[str, str] | None:
    """Tell which pixels a network takes, where its first layers say it.

    Returns
    -------
    (str, str) or None
        The preprocessing that a specification must name, and the layer that says so. None where the first layers do
        not scale: how the images of such a network's training were scaled stands nowhere in its file.
    """
    tensor = graph.image
    while len(users := _users(graph, tensor)) == 1:
        (call,) = users
        if not keras_class(call.layer, *_GEOMETRY):
            expected = _expected(call)
            return (expected, call.path) if expected else None
        tensor = call.output
    return None


def _users(graph: Graph, tensor: Any) -> list[Call]:
    """Give what takes a tensor; colours that are taken apart to be stacked in another order are one step."""
    users = graph.users(tensor)
    if len(users) > 1 and all(keras_class(call.layer, "GetItem") for call in users):
        stacking = {id(call): call for each in users for call in graph.users(each.output)}
        if len(stacking) == 1 and all(keras_class(call.layer, "Stack") for call in stacking.values()):
            return list(stacking.values())
    return users


def _expected(call: Call) -> str | None:
    layer, number = call.layer, call.constants[0] if call.constants else None
    if keras_class(layer, "Rescaling"):
        return pixels_for(_largest(layer.scale), _largest(layer.offset))
    if keras_class(layer, "Normalization"):
        mean, deviation = _largest(layer.mean), float(np.sqrt(_largest(layer.variance)))
        if (mean, deviation) == (0.0, 1.0):
            return None  # it was never adapted
        return NONE if max(mean, deviation) > _LARGE else UNIT
    if number is None:
        return None
    if keras_class(layer, "Divide", "TrueDivide"):
        return pixels_for(1 / number if number else 1.0, 0.0)
    if keras_class(layer, "Multiply"):
        return pixels_for(number, 0.0)
    if keras_class(layer, "Subtract", "Add"):
        return NONE if abs(number) > _LARGE else None
    return None


def pixels_for(scale: float, offset: float) -> str | None:
    """Tell which pixels go in from what becomes of them: scale times them plus offset.

    Returns
    -------
    str or None
        The preprocessing that gives such pixels; None where the line does not tell.

    Examples
    --------
    >>> pixels_for(1 / 127.5, -1), pixels_for(2, -1), pixels_for(127.5, 127.5), pixels_for(1, -118)
    ('none', '0..1', 'tf', 'none')
    """
    if scale < 1 / 16 or (abs(offset) > _LARGE and scale <= 1):
        return NONE
    if scale > 16:  # back to 0 ... 255
        return "tf" if offset > _LARGE else UNIT
    return UNIT if scale > 1 else None


def _largest(value: Any) -> float:
    return float(np.max(np.abs(np.asarray(value, np.float64))))
