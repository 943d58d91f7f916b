"""What a look at a network found, in words and as the table that a build takes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from explain.models.model_spec import ONNX_SUFFIX, name_from

if TYPE_CHECKING:
    from pathlib import Path

    from explain.models.inspection import Inspection
    from explain.models.placing import Placing

_KEYS = ("application", "file", "input_size", "preprocessing", "feature_layer", "head_layer", "classes")


def in_words(found: Inspection, placing: Placing | None = None) -> str:
    """Describe a network in lines for a person.

    Parameters
    ----------
    placing : Placing, optional
        Where the feature layer's cells lie, if it was measured.
    """
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
            if found.differentiable
            else "no gradients, as it is run forward only: methods that need none"
        )
        lines.append(f"  head       {found.choices['head_layer']}: {found.classes} classes, {found.scores}; {form}")
    lines += [] if placing is None else placed(placing)
    lines += [f"  open       {key}: {reason}" for key, reason in found.open.items()]
    return "\n".join(lines)


def as_table(found: Inspection, placing: Placing | None = None) -> str:
    """Write the table of a specification file; what a person must say stands in it as a comment."""
    stem = found.network.removesuffix(".keras").removesuffix(ONNX_SUFFIX)
    name = name_from(stem)
    lines = [
        f"[{name}]" if "." not in name else f'["{name}"]',
        f"title = {_toml(stem)}",
    ]
    for key in _KEYS:
        if key in found.choices:
            lines.append(f"{key} = {_toml(found.choices[key])}")
        elif key in found.open:
            lines.append(f"# {key} = ...   {found.open[key]}")
    return "\n".join(lines) + "\n" + alignment_line(placing)


def as_json(found: Inspection, placing: Placing | None = None) -> Mapping[str, Any]:
    """Give everything that was found, and the table, as one JSON object can hold it."""
    measured = None if placing is None else placing.as_json()
    return {**found.as_json(), "placing": measured, "table": as_table(found, placing)}


def alignment_line(placing: Placing | None) -> str:
    """Write the line of a table that says where cells lie; nothing where that was not measured."""
    known = None if placing is None else placing.alignment
    return "" if known is None else f"alignment = {_toml(list(known))}\n"


def with_alignments(text: str, placings: Mapping[str, Placing | None], folder: Path) -> str:
    """Put measured alignments into a file of tables, which stays as it is else and can be written anywhere.

    Parameters
    ----------
    text : str
        The file's, which was read as TOML.
    placings : mapping of str to Placing or None
        By table; one that was not measured keeps what it says.
    folder : Path
        The file's: paths of networks are relative to it, and become absolute.
    """
    lines, measured = [], False
    for line in text.splitlines():
        header = re.fullmatch(r"\s*\[\s*[\"']?([^\[\]\"']+?)[\"']?\s*\]\s*(#.*)?", line)
        found = re.fullmatch(r"(\s*file\s*=\s*)([\"'])(.*)\2(.*)", line)
        if measured and re.match(r"\s*alignment\s*=", line):
            continue
        if found:
            line = f"{found[1]}{_toml((folder / found[3]).as_posix())}{found[4]}"
        lines.append(line)
        if header:
            said = alignment_line(placings.get(header[1]))
            measured = bool(said)
            lines += said.splitlines()
    return "\n".join(lines) + "\n"


def placed(placing: Placing | None) -> list[str]:
    """Say in lines for a person where cells lie; up and left are negative."""
    if placing is None:
        return ["  cells lie  not measured: the network's weights are not here, or no image is"]
    right, down = placing.right, placing.down
    if placing.alignment is None:
        lines = [f"  cells lie  unknown: mirror images of {right.images} images fit nowhere within reach"]
    else:
        lines = [
            f"  cells lie  {right.offset:+.1f} px to the right of where they would be drawn (95 %: {right.low:+.1f} to "
            f"{right.high:+.1f}), by mirror images of {right.images} images: alike by r = {right.before:.2f} as drawn, "
            f"{right.after:.2f} in place",
        ]
    if not math.isnan(down.offset):
        lines.append(
            f"             {down.offset:+.1f} px down by images turned upside down (r = {down.before:.2f} and "
            f"{down.after:.2f}), which is not used"
        )
    if placing.arithmetic is not None:
        lines.append(
            "             {1:+.1f} px right, {0:+.1f} px down by strides and paddings".format(*placing.arithmetic)
        )
    return lines


def _size(size: int | list[int]) -> str:
    height, width = (size, size) if isinstance(size, int) else size
    return f"{height} x {width} pixels"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # text, numbers and lists are written alike in both
