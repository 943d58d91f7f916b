"""What all figures share: colours that can be told apart on light and on dark, margins, and text that stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.explainers.registry import METHOD_TITLES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

COLOURS = ("#0f7f7b", "#c4622d", "#5b6bb5", "#a8862b", "#9a5393", "#5b8a3c", "#b9485f", "#77838a")
"""Each has a contrast of at least 3 to 1 with both backgrounds (WCAG 2.1, criterion 1.4.11)."""

NEUTRAL = "#8a8f92"
MARGIN = {"l": 8, "r": 8, "t": 40, "b": 8}
MOST_POINTS = 2_000
"""Above this many points a browser draws them on a canvas, or only those that lie far out."""


def literal(text: object) -> str:
    """Make Plotly show a text as it is: it reads some tags (`<b>`, `<a href>`, `<br>`) and entities as markup.

    Parameters
    ----------
    text : object
        A name from a file; its `str` is shown.

    Returns
    -------
    str
    """
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spoken(name: object) -> str:
    """Give a label or a class name for people: literal, underscores as spaces.

    Parameters
    ----------
    name : object

    Returns
    -------
    str
    """
    return literal(name).replace("_", " ")


def kind_name(titles: Mapping[str, str], model: str, method: str, joint: str = ", ") -> str:
    """Name a kind of map: a model and a method.

    Parameters
    ----------
    titles : mapping of str to str
        Model titles by name.
    model, method : str
    joint : str
        What stands between the two; may be Plotly's own ``<br>``.

    Returns
    -------
    str
    """
    return f"{literal(titles[model])}{joint}{METHOD_TITLES[method]}"


def colour_of(keys: Iterable[Hashable]) -> dict[Hashable, str]:
    """Give every key a colour, in the order of the keys.

    Parameters
    ----------
    keys : iterable of hashable

    Returns
    -------
    dict of hashable to str
        Colours repeat after eight.
    """
    return {key: COLOURS[i % len(COLOURS)] for i, key in enumerate(dict.fromkeys(keys))}


def translucent(colour: str, opacity: float) -> str:
    """Give a colour with an opacity.

    Parameters
    ----------
    colour : str
        ``#rrggbb``.
    opacity : float

    Returns
    -------
    str
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def counted(n: int) -> str:
    """Say how many images a figure shows.

    Parameters
    ----------
    n : int

    Returns
    -------
    str
    """
    return f"n = {n:,} image{'' if n == 1 else 's'}".replace(",", " ")
