"""The typed state of a link: everything that a reader can set, parsed without trust and written without defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from explain.measures.registry import AGREEMENT_METRICS, MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOICES: dict[str, tuple[str, ...]] = {
    "method": ("gradcam", "fem"),
    "sort": ("id", "confidence", "models", "methods", *(m.sort for m in MEASURES.values() if m.sort)),
    "order": ("ascending", "descending"),
    "verdict": ("all", "right", "wrong", "models-disagree"),
    "scale": ("shared", "own"),
    "colormap": ("viridis", "cividis", "magma", "inferno", "turbo", "gray"),
    "interpolation": ("bilinear", "nearest", "bicubic"),
    "layer": ("overlay", "map", "photo"),
    "boxes": ("off", "on"),
    "masks": ("off", "on"),
    "size": ("all", "small", "medium", "large"),
    "section": ("distributions", "differences", "agreement", "averages", "answers", "faithfulness", "map"),
    "by": ("label", "model", "method"),
    "shape": ("box", "violin"),
    "measure": AGREEMENT_METRICS,
    "band": ("quartiles", "mean"),
}
"""Allowed values of the parameters that have a fixed set."""

_RANGES = {"k": (0.0, 6.0), "opacity": (0.0, 1.0)}
_LONGEST = 200


@dataclass(frozen=True)
class View:
    """What a link says. An empty text means: the reader did not choose.

    Attributes are the query parameters of the same names; each is absent from a link at its default.
    """

    dataset: str = ""
    label: str = ""
    image: str = ""
    model: str = ""
    method: str = "gradcam"
    sort: str = "id"
    order: str = "ascending"
    verdict: str = "all"
    page: int = 1
    target: str = ""
    k: float = 2.0
    scale: str = "shared"
    colormap: str = "viridis"
    opacity: float = 0.55
    interpolation: str = "bilinear"
    layer: str = "overlay"
    boxes: str = "off"
    masks: str = "off"
    size: str = "all"
    text: str = ""
    metric: str = "entropy"
    test: str = ""
    section: str = "distributions"
    by: str = "label"
    shape: str = "box"
    measure: str = "pearson"
    band: str = "quartiles"
    colour: str = "label"
    first: str = ""
    second: str = ""

    def to_params(self) -> dict[str, str]:
        """Write the state as query parameters.

        Returns
        -------
        dict of str to str
            Without those at their default.
        """
        default = View()
        return {
            field.name: _text(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != getattr(default, field.name)
        }

    def but(self, **changes: Any) -> View:
        """Give the same state with some changes.

        Parameters
        ----------
        **changes
            Attributes by name.

        Returns
        -------
        View
        """
        return replace(self, **changes)


def parse(params: Mapping[str, str]) -> tuple[View, tuple[str, ...]]:
    """Read query parameters; what is not understood falls back to the default and is named.

    Parameters
    ----------
    params : mapping of str to str

    Returns
    -------
    (View, tuple of str)
        The state, and one plain sentence per parameter that was not understood.
    """
    known = {field.name: field for field in fields(View)}
    values: dict[str, Any] = {}
    notices: list[str] = []
    for name, text in params.items():
        if name not in known:
            continue
        try:
            values[name] = _value(name, str(text), type(known[name].default))
        except ValueError as error:
            notices.append(f"The link's {name} was not understood ({error}); its default is shown.")
    return View(**values), tuple(notices)


def _value(name: str, text: str, kind: type) -> Any:
    if len(text) > _LONGEST:
        raise ValueError("it is too long")
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise ValueError(f"expected one of {', '.join(CHOICES[name])}")
        return text
    if kind is int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
            raise ValueError("expected a whole number from 1")
        return int(text)
    if kind is float:
        low, high = _RANGES[name]
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            raise ValueError(f"expected a number from {low:g} to {high:g}")
        return round(number, 4)
    if any(ord(letter) < 32 for letter in text):
        raise ValueError("it holds control characters")
    return text


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
