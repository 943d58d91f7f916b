"""What a look at a network found, in words and as the table that a build takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from explain.models.model_spec import name_from

if TYPE_CHECKING:
    from explain.models.inspection import Inspection

_KEYS = ("application", "file", "input_size", "preprocessing", "feature_layer", "head_layer", "classes")


def in_words(found: Inspection) -> str:
    """Describe a network in lines for a person."""
    size = found.choices.get("input_size")
    colours = "grey" if found.channels == 1 else "RGB"
    lines = [
        f"{found.network}",
        f"  input      {_size(size) if size else 'of any size'}, {colours}",
        f"  scaling    {found.scaling}",
        "  look at    " + ("" if found.layers else "no layer gives a feature map"),
    ]
    width = max((len(layer.path) for layer in found.layers), default=0)
    for layer in found.layers:
        shape = " x ".join("any" if side is None else str(side) for side in layer.shape)
        chosen = "  <- here: the last one before pooling" if layer.chosen else ""
        lines.append(f"    {layer.path:<{width}}  {shape}, {layer.stage}{chosen}")
    if "head_layer" in found.choices:
        form = (
            "gradients in closed form, every method from the stored map"
            if found.closed_form
            else "gradients by automatic differentiation"
        )
        lines.append(f"  head       {found.choices['head_layer']}: {found.classes} classes, {found.scores}; {form}")
    lines += [f"  open       {key}: {reason}" for key, reason in found.open.items()]
    return "\n".join(lines)


def as_table(found: Inspection) -> str:
    """Write the table of a specification file; what a person must say stands in it as a comment."""
    name = name_from(found.network.removesuffix(".keras"))
    lines = [
        f"[{name}]" if "." not in name else f'["{name}"]',
        f"title = {_toml(found.network.removesuffix('.keras'))}",
    ]
    for key in _KEYS:
        if key in found.choices:
            lines.append(f"{key} = {_toml(found.choices[key])}")
        elif key in found.open:
            lines.append(f"# {key} = ...   {found.open[key]}")
    return "\n".join(lines) + "\n"


def as_json(found: Inspection) -> Mapping[str, Any]:
    """Give everything that was found, and the table, as one JSON object can hold it."""
    return {**found.as_json(), "table": as_table(found)}


def _size(size: int | list[int]) -> str:
    height, width = (size, size) if isinstance(size, int) else size
    return f"{height} x {width} pixels"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # text, numbers and lists are written alike in both
