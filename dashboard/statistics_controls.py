"""What a reader may set of each section of the Statistics page, and what a link's choices come to in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cached_statistics import options_of
from dashboard.widgets import segments, select
from explain.figures.differences import chosen_pair, side
from explain.figures.embedding import colourings
from explain.figures.wording import column_title

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.link import View
    from explain.figures.exhibit import Material


def settle(view: View, material: Material) -> tuple[View, tuple[str, ...]]:
    """Replace what the link says and the store does not hold.

    Parameters
    ----------
    material : Material
        What can be chosen from.

    Returns
    -------
    (View, tuple of str)
        The state as it is shown, and a sentence for each choice that was replaced.
    """
    notices = []
    models, methods = material.selection.models, material.selection.methods
    metrics = material.measured()
    if view.metric not in metrics and metrics:
        notices.append("The link's metric is not in this store; the first one is shown.")
        view = view.but(metric=metrics[0])
    if view.first:
        known = {side(key) for key in material.selection.keys}
        if view.first not in known or view.second not in ("", *known):
            notices.append("The link's pair is not in this store; another one is shown.")
        pair = chosen_pair(material.selection, view.first, view.second)
        view = view.but(first=side(pair[0]) if pair else "", second=side(pair[1]) if pair else "")
    if view.section == "map":
        view = view.but(
            model=view.model if view.model in models else next(iter(models), ""),
            method=view.method if view.method in methods else next(iter(methods), ""),
        )
        if view.colour not in ("label", *colourings(material, options_of(view))):
            notices.append("The link's colour is not a column of this store; the class is shown.")
            view = view.but(colour="label")
    return view, tuple(notices)


def show_controls(view: View, material: Material) -> None:
    """Show what can be set of the link's section, where the caller stands on the page."""
    if view.section in _OF_SECTION:
        _OF_SECTION[view.section](view, material)


def _distribution(view: View, material: Material) -> None:
    _metric(view, material)
    segments(view, "by", "Side by side", "Colours or panels tell the other two apart.")
    segments(view, "shape", "Shape", "Of the distribution.", names={"box": "Boxes", "violin": "Violins"})


def _difference(view: View, material: Material) -> None:
    _metric(view, material)
    _sides(view, material)


def _agreement(view: View, material: Material) -> None:
    select(view, "measure", "Measure", "How two maps are compared.")
    _sides(view, material)


def _averages(view: View, material: Material) -> None:
    del material
    select(view, "colormap", "Colours", "viridis is safe for colour-blind readers.")


def _faithfulness(view: View, material: Material) -> None:
    del material
    segments(view, "band", "Band", "What line and band are.", names={"quartiles": "Quartiles", "mean": "Mean"})


def _map(view: View, material: Material) -> None:
    models, methods = material.selection.models, material.selection.methods
    columns = {name: column_title(name) for name in ("label", *colourings(material, options_of(view)))}
    select(view, "model", "Model", "Whose features place the images.", tuple(models), names=models)
    select(view, "colour", "Colour", "What colours the images.", tuple(columns), names=columns)
    select(view, "method", "Method", "Whose metrics may colour the images.", tuple(methods), names=methods)


def _metric(view: View, material: Material) -> None:
    names = {name: column_title(name) for name in material.measured()}
    if names:
        help = "Which number of each map; formulas are on the About page."
        select(view, "metric", "Metric", help, tuple(names), names=names)


def _sides(view: View, material: Material) -> None:
    names = {side(key): material.selection.title(key) for key in material.selection.keys}
    if len(names) < 2:
        return
    help = "Whose maps are compared with others; the usual pairs are of the first two models and methods."
    select(view, "first", "First", help, ("", *names), names=names, unset="The usual pairs")
    if view.first:
        others = tuple(name for name in names if name != view.first)
        select(view, "second", "Minus", "Whose maps are subtracted.", others, names=names)


_OF_SECTION: dict[str, Callable[[View, Material], None]] = {
    "distributions": _distribution, "differences": _difference, "agreement": _agreement, "averages": _averages,
    "faithfulness": _faithfulness, "map": _map,
}  # fmt: skip
