"""Average maps, drawn as the maps of a photograph are: for Statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.components.panels import Panel, Photograph, show_panels
from dashboard.drawing import rows_of
from dashboard.drawing_controls import average_looks
from data.images import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.link import View
    from explain.statistics.averages import AverageMap
    from explain.store.selection import Selection


def show_averages(averages: Sequence[AverageMap], selection: Selection, view: View) -> None:
    """Show each class's average photograph once, and beside it where each network and method looks on average."""
    of_label: dict[str, dict[tuple[str, str], AverageMap]] = {}
    for average in averages:
        if average.n:
            of_label.setdefault(average.label, {})[average.model, average.method] = average
    for label, held in of_label.items():
        spoken = label.replace("_", " ")
        first = next(iter(held.values()))
        rows = [[_panel(selection, key, spoken, held[key]) for key in row if key in held] for row in rows_of(selection)]
        photograph = Photograph(f"Average of the photographs: {spoken}", encode(first.photograph), heading=spoken)
        show_panels(photograph, [row for row in rows if row], average_looks(view), key=f"average_{label}")


def _panel(selection: Selection, key: tuple[str, str], label: str, average: AverageMap) -> Panel:
    heading = selection.title(key)
    return Panel(
        heading,
        f"{heading}: average map of {label} over the average photograph",
        (f"n = {average.n}",),
        average.saliency,
        method=selection.methods[key[1]],
    )
