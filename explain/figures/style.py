"""What all figures share: looks that can be told apart on light and on dark, margins, and text that stays text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from explain.store.selection import MapKey, Selection

    Key = TypeVar("Key", bound=Hashable)

COLOURS = (
    "#0f7f7b", "#c4622d", "#5b6bb5", "#a8862b", "#9a5393", "#5b8a3c", "#b9485f", "#77838a", "#2f86c1", "#8a6f55",
    "#c04fb4", "#3f8f63",
)  # fmt: skip
"""Each has a contrast of at least 3 to 1 with both backgrounds (WCAG 2.1, criterion 1.4.11)."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star")

NEUTRAL = "#8a8f92"
MARGIN = {"l": 8, "r": 8, "t": 40, "b": 8}
UNDER_BAR = 28
"""Pixels from a figure's upper edge that Plotly's tool bar covers, on the right, while a figure is pointed at."""
HEADED = {**MARGIN, "t": 70}
"""Margins of a figure whose panels have headings of their own."""
MOST_POINTS = 2_000
"""Above this many points a browser draws them on a canvas, or only those that lie far out."""
MOST_TOGETHER = 6
"""Above this many, sets of maps stand in panels of their own, one per model, instead of in one."""
_ENTRIES_A_LINE, _LINE, _NAME = 3, 20, 21
_AXIS, _LETTER, _MOST_LETTERS, _SLANT = 720, 6.5, 20, 35
"""A figure's usual width and a letter's, in pixels; letters of a slanted name, and its angle in degrees."""


@dataclass(frozen=True)
class Look:
    """How one of several things that share a panel is drawn: told apart by more than its colour beyond six."""

    colour: str
    dash: str
    symbol: str


def looks_of(keys: Iterable[Key]) -> dict[Key, Look]:
    """Give every key a look by its position; colours repeat after twelve, looks after 36."""
    found = {}
    for place, key in enumerate(dict.fromkeys(keys)):
        variant = place // len(DASHES) % len(DASHES)
        found[key] = Look(COLOURS[place % len(COLOURS)], DASHES[variant], SYMBOLS[variant])
    return found


def literal(text: object) -> str:
    """Make Plotly show a text as it is: it reads some tags (`<b>`, `<a href>`, `<br>`) and entities as markup.

    Parameters
    ----------
    text : object
        A name from a file; its `str` is shown.
    """
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spoken(name: object) -> str:
    """Give a label or a class name for people: literal, underscores as spaces."""
    return literal(name).replace("_", " ")


def capital(name: object) -> str:
    """Give a name as :func:`spoken` does, beginning with a capital."""
    words = spoken(name)
    return words if words.startswith("&") else words[:1].upper() + words[1:]


def key_name(selection: Selection, key: MapKey, joint: str = ", ") -> str:
    """Name a model and a method in a figure; `joint` between the two may be Plotly's own ``<br>``."""
    model, method = key
    return f"{literal(selection.models.get(model, model))}{joint}{literal(selection.methods.get(method, method))}"


MARKS = {"circle": "\u25cf", "square": "\u25a0", "diamond": "\u25c6", "cross": "\u271a", "x": "\u2716"}
"""Signs that look as Plotly's symbols do."""


def swatched(look: Look, name: str, sign: str = "\u25a0") -> str:
    """Put a square of its colour before a name, or another sign; it so stands in a figure instead of in a legend."""
    return f'<span style="color:{look.colour}">{sign}</span> {name}'


def pointed(of: str, value: str = "", along: str = "y") -> dict[str, str]:
    """Say of a trace whose points are images what a reader is told who points at one.

    Parameters
    ----------
    of : str
        Model and method, as a file may name them: plain text. Empty where the axis that bears names says it.
    value : str
        What the number is; empty where the point's own text has it.
    along : {"x", "y"}
        The axis that it is read off.

    Returns
    -------
    dict of str to str
        A trace's `meta`; its `customdata` are images.
    """
    return {"of": literal(of), "value": literal(value), "along": along}


PARTS = {"parts": True}
"""A trace's `meta` whose points are several images each: its `customdata` are texts of
:func:`explain.statistics.answered.answered`, each with what it says and how many images it has."""


def panels_of(keys: Sequence[MapKey]) -> dict[str, list[MapKey]]:
    """Share sets of maps out to panels.

    Returns
    -------
    dict of str to list of (model, method)
        All in one panel, named by an empty text, where they are few or of one model; else a panel per model.
    """
    models = dict.fromkeys(model for model, _ in keys)
    if len(keys) <= MOST_TOGETHER or len(models) == 1:
        return {"": list(keys)}
    return {model: [key for key in keys if key[0] == model] for model in models}


def cornered(right: bool, above: bool) -> dict[str, Any]:
    """Place an annotation in a corner of its panel, where there is one panel or the caller says which."""
    return {
        "xref": "x domain", "yref": "y domain", "showarrow": False, "font": {"size": 12},
        "x": 0.98 if right else 0.02, "xanchor": "right" if right else "left", "align": "right" if right else "left",
        "y": 0.97 if above else 0.03, "yanchor": "top" if above else "bottom",
    }  # fmt: skip


def legend_below(height: int, entries: int, offset: int = 46) -> dict[str, Any]:
    """Lay out a figure whose legend lies below it, with room for every entry.

    Parameters
    ----------
    height : int
        Of the figure without its legend, in pixels.
    offset : int
        From the plot's lower edge to the legend: room for ticks and the axis's title.
    """
    extra = _LINE * max(0, math.ceil(entries / _ENTRIES_A_LINE) - 2)
    return {
        "height": height + extra,
        "legend": {"orientation": "h", "y": -offset / max(120, height - 130), "yanchor": "top", "traceorder": "normal"},
    }


def headed(title: str, names: Sequence[str]) -> dict[str, Any]:
    """Lay out a high figure that says under its title what its marks are: where reading begins, and not at its far end.

    Parameters
    ----------
    names : sequence of str
        Each after its mark; a line each, which a telephone has room for.
    """
    lines = [f"<span style='font-size:12px;font-weight:400'>{name}</span>" for name in names]
    return {"title": on_top("<br>".join([title, *lines])), "margin": {**MARGIN, "t": 56 + _NAME * len(lines)}}


def on_top(title: str, above: int = 14) -> dict[str, Any]:
    """Write a title so many pixels below a figure's upper edge; Plotly writes it in the middle of its margin."""
    return {"text": title, "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": above}}


def translucent(colour: str, opacity: float) -> str:
    """Give ``#rrggbb`` with an opacity, as Plotly writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def counted(n: int) -> str:
    """Say how many images a figure is of."""
    return f"n = {n:,} image{'' if n == 1 else 's'}".replace(",", " ")


def signed(value: float, decimals: int = 3) -> str:
    """Write a difference with its sign; what rounds to zero has none.

    >>> signed(0.25), signed(-0.0001), signed(-0.004, 2)
    ('+0.250', '0.000', '0.00')
    """
    text = f"{value:+.{decimals}f}"
    return text[1:] if float(text) == 0 else text


def ticks_of(names: Sequence[str]) -> tuple[dict[str, Any], int]:
    """Lay out names along an axis: as they are where they fit beside each other, else slanted, and cut where too long.

    Parameters
    ----------
    names : sequence of str
        Categories, as :func:`literal` gives them; traces bear them in full.

    Returns
    -------
    (dict, int)
        Settings of the axis, and the pixels by which slanted names reach further down than level ones.

    Examples
    --------
    >>> ticks_of(["cat", "dog"])
    ({}, 0)
    >>> ticks_of(["a name that never seems to end", "short"] * 6)[0]["ticktext"][:2]
    ['a name that never s…', 'short']
    """
    longest = max(map(len, names), default=0)
    if longest * len(names) * _LETTER <= _AXIS:
        return {}, 0
    plain = [unescape(name) for name in names]  # a sign such as "&lt;" is cut as a whole
    cut = [name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…" for name in plain]
    texts = [literal(name) for name in cut]
    settings = {"tickmode": "array", "tickvals": list(names), "ticktext": texts, "tickangle": -_SLANT}
    reach = max(map(len, cut)) * _LETTER * math.sin(math.radians(_SLANT))
    return settings, round(reach)
