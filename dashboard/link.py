"""The typed state of a link: everything that a reader can set, parsed without trust and written without defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from explain.contributions.clusters import MOST_CLUSTERS
from explain.errors import ExplainError
from explain.explainers.registry import PARAMETERS
from explain.measures.registry import AGREEMENT_METRICS, MEASURES

CHOICES: dict[str, tuple[str, ...]] = {
    "sort": ("id", "confidence", "models", "methods", *(m.sort for m in MEASURES.values() if m.sort)),
    "order": ("ascending", "descending"),
    "verdict": ("all", "right", "wrong", "models-disagree"),
    "scale": ("method", "shared", "own"),
    "colormap": ("viridis", "cividis", "magma", "inferno", "turbo", "gray"),
    "interpolation": ("bilinear", "nearest", "bicubic"),
    "cards": ("small", "medium", "large"),
    "maps": ("one", "all"),
    "layer": ("overlay", "map", "photo"),
    "boxes": ("off", "on"),
    "masks": ("off", "on"),
    "size": ("all", "small", "medium", "large"),
    "section": ("distributions", "differences", "agreement", "averages", "answers", "faithfulness", "map"),
    "by": ("label", "model", "method"),
    "shape": ("box", "violin"),
    "measure": AGREEMENT_METRICS,
    "band": ("quartiles", "mean"),
    "rows": ("all", "classes"),
    "ask": ("ledger", "versus"),
    "look": ("strategies", "clusters", "channels"),
    "clusters": ("gap", *map(str, range(1, MOST_CLUSTERS + 1))),
    "of": ("label", "predicted"),
    "direction": ("larger", "smaller"),
}
"""Allowed values of the parameters that have a fixed set."""

DOWNWARDS = ("models", "methods")
"""What is sorted by with the largest value first, unless a link says otherwise."""

_RANGES = {"opacity": (0.0, 1.0), "margin": (0.0, 1.0)}
_LONGEST, _LONGEST_LIST = 1000, 2000
_LONGEST_OF = {"text": 200}  # what its field holds


@dataclass(frozen=True)
class View:
    """What a link says. An empty text means: the reader did not choose.

    Attributes are the query parameters of the same names (:attr:`with_` is ``with``, which Python needs itself); each
    is absent from a link at its default.

    Attributes
    ----------
    model, method : str
        Whose map a page shows that shows one.
    models, methods : tuple of str
        Which ones pages show, in this order; names separated by commas in the link.
    universe : str
        A claim's number and the place of one of its universes, with a hyphen between them.
    open : tuple of str
        Which folds stand open, "none" where none does; empty for the page's usual ones.
    claims : tuple of str
        A reader's own claims, in the order in which they were sealed; see :class:`explain.findings.own.OwnClaim`.
    sealed : str
        Their digest, from before they were tested.
    order : str
        Empty for the usual one of what is sorted by: disagreement downwards, everything else upwards.
    with_ : str
        An image that Compare shows below another; in a link, ``with``.
    like : str
        An image: those whose features are nearest to its come first.
    images, called : tuple of str, str
        Only these images are looked at, where there are any; what they are called.
    first, second : str
        The sides of a difference, each a model's and a method's name with a colon between them.
    made : str
        The map that is taken apart, likewise.
    step, channels, channel : str, int, str
        Where a link into the making of a map leads, how many channels are summed there, and which one is looked at.
    ask, against, erased : str
        What is asked about a score, the class that it is set against, and the places that are erased, four to a
        hexadecimal digit.
    look, strategy, clusters : str, int, str
        What is looked at of a class, which of its strategies, and how many clusters its maps are put in.
    slice : str
        A cluster, or what was answered, whose images alone are shown; several with a tilde between them; see
        :mod:`dashboard.slices`.
    game : int
        Which ten photographs are guessed at.
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
    order: str = ""
    verdict: str = "all"
    page: int = 1
    target: str = ""
    scale: str = "method"
    colormap: str = "viridis"
    opacity: float = 0.55
    interpolation: str = "bilinear"
    layer: str = "overlay"
    boxes: str = "off"
    masks: str = "off"
    size: str = "all"
    text: str = ""
    with_: str = ""
    like: str = ""
    images: tuple[str, ...] = ()
    called: str = ""
    cards: str = "medium"
    maps: str = "one"
    metric: str = "entropy"
    test: str = ""
    rows: str = "all"
    of: str = "label"
    universe: str = ""
    open: tuple[str, ...] = ()
    direction: str = "larger"
    margin: float = 0.0
    claims: tuple[str, ...] = ()
    sealed: str = ""
    section: str = "distributions"
    by: str = "label"
    shape: str = "box"
    measure: str = "pearson"
    band: str = "quartiles"
    colour: str = "label"
    first: str = ""
    second: str = ""
    made: str = ""
    step: str = ""
    channels: int = 8
    channel: str = ""
    ask: str = "ledger"
    against: str = ""
    erased: str = ""
    look: str = "strategies"
    strategy: int = 1
    clusters: str = "gap"
    slice: str = ""
    game: int = 1
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        set_ones = {name: value for name, value in self.parameters.items() if value != PARAMETERS[name].default}
        object.__setattr__(self, "parameters", MappingProxyType(set_ones))

    def value(self, name: str) -> Any:
        """Give the value of a query parameter, of an explainer's too."""
        if name in PARAMETERS:
            return self.parameters.get(name, PARAMETERS[name].default)
        return getattr(self, _ATTRIBUTES.get(name, name))

    @property
    def explainer_values(self) -> dict[str, float]:
        """Every explainer's parameters, those at their defaults too."""
        return {name: self.value(name) for name in PARAMETERS}

    @property
    def descending(self) -> bool:
        """Whether the largest value comes first."""
        return self.order == "descending" or (not self.order and self.sort in DOWNWARDS)

    def to_params(self) -> dict[str, str]:
        """Write the state as query parameters.

        Returns
        -------
        dict of str to str
            Without those at their default.
        """
        own = {name: getattr(self, attribute) for name, attribute in _OF_ATTRIBUTES}
        said = {name: value for name, value in own.items() if value != DEFAULTS[name]} | dict(self.parameters)
        written = {name: link_text(name, said[name]) for name in DEFAULTS if name in said}
        return {name: text for name, text in written.items() if text is not None}

    def but(self, **changes: Any) -> View:
        """Give the same state with some changes; of another image, no place is erased yet.

        Parameters
        ----------
        **changes
            Attributes by name.
        """
        if changes.get("image", self.image) != self.image:
            changes = {"erased": ""} | changes
        return replace(self, **changes)


_ATTRIBUTES = {"with": "with_"}
DEFAULTS: dict[str, Any] = {
    **{each.name.rstrip("_"): each.default for each in fields(View) if each.name != "parameters"},
    **{name: parameter.default for name, parameter in PARAMETERS.items()},
}
"""Every query parameter, with the value at which a link leaves it out."""
_OF_ATTRIBUTES = [(name, _ATTRIBUTES.get(name, name)) for name in DEFAULTS if name not in PARAMETERS]


def parse(params: Mapping[str, str | Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """Read query parameters; what is not understood falls back to the default and is named.

    Parameters
    ----------
    params : mapping of str to str or sequence of str
        Several texts of one parameter are said, and the last one counts.

    Returns
    -------
    (View, tuple of str)
        The state, and one plain sentence per parameter that was not understood.
    """
    values: dict[str, Any] = {}
    parameters: dict[str, float] = {}
    notices: list[str] = []
    for name, said in params.items():
        if name not in DEFAULTS or not said:
            continue
        *others, text = (said,) if isinstance(said, str) else said
        if others:
            notices.append(f"The link's {name} is there more than once; the last one is taken.")
        try:
            (parameters if name in PARAMETERS else values)[_ATTRIBUTES.get(name, name)] = _value(name, str(text))
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


def fits_a_link(names: Sequence[str]) -> bool:
    """Tell whether a list is short enough for a link."""
    return len(",".join(names)) <= _LONGEST_LIST


def _value(name: str, text: str) -> Any:
    default = DEFAULTS[name]
    if len(text) > _LONGEST_OF.get(name, _LONGEST_LIST if isinstance(default, tuple) else _LONGEST):
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
