"""How large a network is that a file describes, before any of it is made: a few bytes can ask for all memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

_COUNTS = ("units", "filters", "output_dim")
"""Keys of layers' descriptions that say how many outputs a layer has, each with a weight of its own at least."""
_EVERY_INPUT = ("Dense", "Conv1D", "Conv2D", "Conv3D")
"""Layers with a weight for every input of every output."""


def weights_asked_for(config: Any) -> Iterator[tuple[str, int]]:
    """Give the name of every layer that has weights, and the least number of them that its description asks for.

    Parameters
    ----------
    config : object
        What stands in a ``.keras`` file's ``config.json``.

    Examples
    --------
    >>> head = {"class_name": "Dense", "config": {"name": "head", "units": 10}}
    >>> list(weights_asked_for({"layers": [{**head, "build_config": {"input_shape": [None, 7]}}]}))
    [('head', 70)]
    """
    waiting = [config]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            inner = each.get("config")
            if isinstance(inner, dict) and (outputs := max((_whole(inner.get(key)) for key in _COUNTS), default=0)):
                yield str(inner.get("name"))[:80], outputs * _inputs(each, inner)
            waiting.extend(value for key, value in each.items() if key != "compile_config")


def _inputs(layer: dict[str, Any], inner: dict[str, Any]) -> int:
    """Give the number of inputs that every output weighs, as far as the description says."""
    if layer.get("class_name") not in _EVERY_INPUT:
        return 1
    kernel = inner.get("kernel_size")
    window = math.prod(max(1, _whole(side)) for side in (kernel if isinstance(kernel, list) else [kernel]))
    built = layer.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    channels = max(1, _whole(shape[-1])) if isinstance(shape, list) and shape else 1
    return max(1, window * channels // max(1, _whole(inner.get("groups"))))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
