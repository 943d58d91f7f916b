"""How the maps of a photograph are drawn, as the link says it: the controls, and what the browser needs to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.controls import Choice, Range, show_controls
from dashboard.components.panels import Looks
from dashboard.drawing import ENDS
from dashboard.link import CHOICES, View, parse
from dashboard.widgets import title, write
from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS, PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.explainers.contract import Parameter
    from explain.store.selection import Selection

DRAWN = ("layer", "scale", "colormap", "opacity", "interpolation")
SCALES = {"method": "By method", "shared": "All", "own": "Own"}
_KEY = "looks"


def parameters_of(selection: Selection, live: Needs = Needs.GRADIENTS) -> list[Parameter]:
    """List what the methods looked at can be told.

    Parameters
    ----------
    live : Needs
        The dearest of what maps are made anew from for other parameters: a store has no network.
    """
    chosen = [EXPLAINERS[name] for name in selection.methods if name in EXPLAINERS]
    return [parameter for each in chosen if each.needs <= live for parameter in each.parameters]


def looks_of(view: View, selection: Selection) -> Looks:
    """Give what the browser needs to draw the maps of a selection, another way too."""
    parameters = [each.name for each in parameters_of(selection, Needs.PASSES)]
    return Looks({name: view.value(name) for name in (*DRAWN, *parameters)}, CHOICES["colormap"], ENDS)


def average_looks(view: View) -> Looks:
    """Give how average maps are drawn: each over its own maximum, in the link's colours."""
    usual = View(scale="own", colormap=view.colormap)
    return Looks({name: usual.value(name) for name in DRAWN}, (view.colormap,), ENDS)


def control_looks(view: View, selection: Selection, live: Needs = Needs.GRADIENTS) -> None:
    """Show the controls, where the caller stands on the page.

    Parameters
    ----------
    live : Needs
        As :func:`parameters_of` has it.
    """
    parameters = parameters_of(selection, live)
    controls: list[Choice | Range] = [
        _choice("layer", "Show", "The map over the photograph, the map alone, or the photograph alone."),
        *(Range(each.name, each.title, each.help, each.low, each.high, each.step) for each in parameters),
        Choice(
            "scale",
            "Scale",
            "By method, or for all maps: equal colours are equal density. Own: each map up to its maximum.",
            tuple(SCALES.items()),
        ),
        Range("opacity", "Opacity", "Of the heatmap over the photograph.", 0, 1, 0.05),
        _choice(
            "colormap",
            "Colours",
            "viridis is safe for colour-blind readers; signed maps have colours of their own.",
            listed=True,
        ),
        _choice("interpolation", "Interpolation", "How the small map is stretched over the photograph.", listed=True),
    ]
    show_controls(controls, {each.name: view.value(each.name) for each in controls}, _KEY, _written)


def _choice(name: str, label: str, help: str, *, listed: bool = False) -> Choice:
    return Choice(name, label, help, tuple((value, title(value)) for value in CHOICES[name]), listed)


def _written() -> None:
    write_looks(st.session_state[_KEY].changed or {})


def write_looks(changed: Mapping[str, str | float]) -> None:
    """Write to the address what the browser says was set; it is trusted as little as a link is.

    Parameters
    ----------
    changed : mapping of str to str or float
        By the link's parameters; those that are no looks are left alone.
    """
    for name in [name for name in (*DRAWN, *PARAMETERS) if name in changed]:
        view, wrong = parse({name: str(changed[name])})
        if not wrong:
            write(name, view.value(name))
