"""The typed state of a link: everything that a reader can set, parsed without trust and written without defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from explain.errors import ExplainError
from explain.explainers.registry import PARAMETERS
from explain.measures.registry import AGREEMENT_METRICS, MEASURES

CHOICES: dict[str, tuple[str, ...]] = {
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

_RANGES = {"opacity": (0.0, 1.0)}
_LONGEST, _LONGEST_LIST = 200, 2000


@dataclass(frozen=True)
class View:
    """What a link says. An empty text means: the reader did not choose.

    Attributes are the query parameters of the same names; each is absent from a link at its default.

    Attributes
    ----------
    model, method : str
        Whose map a page shows that shows one.
    models, methods : tuple of str
        Which ones pages show, in this order; names separated by commas in the link.
    first, second : str
        The sides of a difference, each a model's and a method's name with a colon between them.
    parameters : mapping of str to float
        What explainers were told, by the parameter's name, which is its name in the link as well; without those at
        their defaults. Which there are is the registry's to say.
    """

    dataset: str = ""
    label: str = ""
    image: str = ""
    model: str = ""
    method: str = ""
    models: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    sort: str = "id"
    order: str = "ascending"
    verdict: str = "all"
    page: int = 1
    target: str = ""
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
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        set_ones = {name: value for name, value in self.parameters.items() if value != PARAMETERS[name].default}
        object.__setattr__(self, "parameters", MappingProxyType(set_ones))

    def value(self, name: str) -> Any:
        """Give the value of a query parameter, of an explainer's too."""
        return self.parameters.get(name, PARAMETERS[name].default) if name in PARAMETERS else getattr(self, name)

    @property
    def explainer_values(self) -> dict[str, float]:
        """Every explainer's parameters, those at their defaults too."""
        return {name: self.value(name) for name in PARAMETERS}

    def to_params(self) -> dict[str, str]:
        """Write the state as query parameters.

        Returns
        -------
        dict of str to str
            Without those at their default.
        """
        written = {name: link_text(name, self.value(name)) for name in DEFAULTS}
        return {name: text for name, text in written.items() if text is not None}

    def but(self, **changes: Any) -> View:
        """Give the same state with some changes.

        Parameters
        ----------
        **changes
            Attributes by name.
        """
        return replace(self, **changes)


DEFAULTS: dict[str, Any] = {each.name: each.default for each in fields(View) if each.name != "parameters"} | {
    name: parameter.default for name, parameter in PARAMETERS.items()
}
"""Every query parameter, with the value at which a link leaves it out."""


def parse(params: Mapping[str, str]) -> tuple[View, tuple[str, ...]]:
    """Read query parameters; what is not understood falls back to the default and is named.

    Returns
    -------
    (View, tuple of str)
        The state, and one plain sentence per parameter that was not understood.
    """
    values: dict[str, Any] = {}
    parameters: dict[str, float] = {}
    notices: list[str] = []
    for name, text in params.items():
        if name not in DEFAULTS:
            continue
        try:
            (parameters if name in PARAMETERS else values)[name] = _value(name, str(text))
        except ValueError as error:
            notices.append(f"The link's {name} was not understood ({error}); its default is shown.")
    return View(**values, parameters=parameters), tuple(notices)


def link_text(name: str, value: Any) -> str | None:
    """Write a query parameter's value; None where it is the default, or nothing, and the link leaves it out.

    Examples
    --------
    >>> link_text("models", ("a", "b")), link_text("opacity", 0.3), link_text("page", 1)
    ('a,b', '0.3', None)
    """
    if isinstance(value, list | tuple):
        return ",".join(value) or None
    if value is None or value == DEFAULTS[name]:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value(name: str, text: str) -> Any:
    default = DEFAULTS[name]
    if len(text) > (_LONGEST_LIST if isinstance(default, tuple) else _LONGEST):
        raise ValueError("it is too long")
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise ValueError(f"expected one of {', '.join(CHOICES[name])}")
        return text
    if name in PARAMETERS:
        return _parameter(name, text)
    if isinstance(default, int):
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
            raise ValueError("expected a whole number from 1")
        return int(text)
    if isinstance(default, float):
        low, high = _RANGES[name]
        number = _number(text)
        if not low <= number <= high:
            raise ValueError(f"expected a number from {low:g} to {high:g}")
        return number
    if any(ord(letter) < 32 for letter in text):
        raise ValueError("it holds control characters")
    if isinstance(default, tuple):
        return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    return text


def _parameter(name: str, text: str) -> float:
    parameter = PARAMETERS[name]
    try:
        return parameter.check(_number(text))
    except ExplainError:
        whole = "whole " if float(parameter.step).is_integer() else ""
        raise ValueError(f"expected a {whole}number from {parameter.low:g} to {parameter.high:g}") from None


def _number(text: str) -> float:
    try:
        return round(float(text), 4)
    except ValueError:
        return math.nan
