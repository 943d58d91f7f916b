"""Pictures of one photograph's maps: panels and colour bars, which Compare and Upload share, and the print."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from dashboard.components.panels import ColourBar, Panel
from dashboard.drawing import Outlines, Scale, columns_of, drawn, row_of
from dashboard.photograph_maps import NOTE_LENGTH
from data.images import encode
from explain.figures.overlay import DIVERGING
from explain.figures.print_sheet import Plate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from dashboard.link import View
    from dashboard.photograph_maps import PhotographMaps
    from explain.store.selection import MapKey

NO_OUTLINES = Outlines()
BLANK, PAPER = 236, 255  # greys of the print: where there is no map, and where nothing stands


def panels_of(
    maps: PhotographMaps,
    photograph: NDArray[np.uint8],
    view: View,
    *,
    outlines: Outlines = NO_OUTLINES,
    numbers: Mapping[MapKey, str] | None = None,
) -> list[Panel]:
    """Put every map's picture, words and values together, in the selection's order; the photograph is not among them.

    Parameters
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
    numbers : mapping of (model, method) to str, optional
        A line to stand below a map.
    """
    return [
        Panel(
            heading,
            f"{heading}: heatmap over the photograph",
            encode(outlines.on(drawn(photograph, maps.raw[key], view, maps.scale_of[key]))),
            (*maps.about(key), *filter(None, [(numbers or {}).get(key)])),
            maps.raw[key],
        )
        if key in maps.found
        else Panel(heading, lines=(maps.missing[key],))
        for key in maps.selection.keys
        for heading in [maps.selection.title(key)]
    ]


def bars_of(maps: PhotographMaps, view: View) -> list[ColourBar]:
    """Give a colour bar for every scale that the maps have, and say whose it is where there are several."""
    scales = dict.fromkeys(maps.scale_of.values())
    named = len(scales) > 1 or any(scale.signed for scale in scales)
    return [
        ColourBar(encode(scale.bar(view)), *scale.ends(view), maps.methods_on(scale) if named else "")
        for scale in scales
    ]


def sheet(
    title: str, maps: PhotographMaps, original: NDArray[np.uint8], view: View, outlines: Outlines, notes: Sequence[str]
) -> Plate:
    """Lay the comparison out for print; a map that cannot be had leaves its place grey, and its reason in the notes."""
    together = row_of(maps.selection)
    columns = columns_of(together)
    blank, nothing = np.full_like(original, BLANK), np.full_like(original, PAPER)
    pictures: list[tuple[str, NDArray[np.uint8]]] = []
    for place, key in enumerate(maps.selection.keys):
        if place % together == 0:  # another method begins in a row of its own
            pictures += [("", nothing)] * (-len(pictures) % columns)
        there = key in maps.found
        picture = outlines.on(drawn(original, maps.raw[key], view, maps.scale_of[key])) if there else blank
        pictures.append((maps.selection.title(key), picture))
    scales = list(dict.fromkeys(maps.scale_of.values()))
    main = next((scale for scale in scales if not scale.method), scales[0] if scales else Scale())
    colours = DIVERGING if main.signed else view.colormap
    others = [
        f"{maps.methods_on(scale)}: {'blue to red' if scale.signed else 'the same colours'}, from {low} to {high}"
        for scale in scales
        if scale != main
        for low, high in [scale.ends(view)]
    ]
    lines = tuple(line for text in others for line in wrap(text, NOTE_LENGTH))
    return Plate(
        title, outlines.on(original), pictures, columns, colours, main.ends(view), (*maps.notes(), *lines, *notes)
    )
