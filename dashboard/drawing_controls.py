"""How the maps of a photograph are drawn, as the link says it: the controls, and what the browser needs to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.components.controls import Range
from dashboard.components.panels import Looks
from dashboard.drawing import ENDS
from dashboard.link import CHOICES, View
from dashboard.link_controls import choice, control_link
from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.components.controls import Choice
    from explain.explainers.contract import Parameter
    from explain.store.selection import Selection

DRAWN = ("layer", "scale", "colormap", "opacity", "interpolation")
SCALES = {"method": "By method", "shared": "All", "own": "Own"}


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


def control_looks(view: View, selection: Selection, live: Needs = Needs.GRADIENTS, more: Sequence[Choice] = ()) -> None:
    """Show the controls, where the caller stands on the page.

    Parameters
    ----------
    live : Needs
        As :func:`parameters_of` has it.
    more : sequence of Choice
        Others that stand below.
    """
    parameters = parameters_of(selection, live)
    controls: list[Choice | Range] = [
        choice("layer", "Show", "The map over the photograph, the map alone, or the photograph alone."),
        *(Range(each.name, each.title, each.help, each.low, each.high, each.step) for each in parameters),
        choice(
            "scale",
            "Scale",
            "By method, or for all maps: equal colours are equal density. Own: each map up to its maximum.",
            names=SCALES,
        ),
        Range("opacity", "Opacity", "Of the heatmap over the photograph.", 0, 1, 0.05),
        choice(
            "colormap",
            "Colours",
            "viridis is safe for colour-blind readers; signed maps have colours of their own.",
            listed=True,
        ),
        choice("interpolation", "Interpolation", "How the small map is stretched over the photograph.", listed=True),
        *more,
    ]
    control_link(view, controls, "looks", followed=True)
