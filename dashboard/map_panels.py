"""What Compare and Upload show of one photograph's maps, as the browser draws it, and as the print has it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from dashboard.components.panels import EveryValue, Panel, Photograph
from dashboard.drawing import Outlines, drawn, rows_of
from data.images import encode
from explain.explainers.registry import EXPLAINERS
from explain.figures.overlay import DIVERGING
from explain.figures.print_sheet import Plate, PrintedScale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from dashboard.link import View
    from dashboard.photograph_maps import PhotographMaps
    from explain.store.selection import MapKey

    EveryValueOf = Callable[[str, str], NDArray[np.float32] | None]

NO_OUTLINES = Outlines()
BLANK = 236  # grey of the print, where there is no map


def photograph_of(alt: str, photograph: NDArray[np.uint8], outlines: Outlines = NO_OUTLINES) -> Photograph:
    """Give a photograph and the outlines on it as files."""
    alone = outlines.alone(photograph.shape[:2])
    buffer = io.BytesIO()
    if alone is not None:
        Image.fromarray(alone).save(buffer, "PNG")
    return Photograph(alt, encode(photograph), buffer.getvalue())


def panels_of(
    maps: PhotographMaps,
    *,
    numbers: Mapping[MapKey, str] | None = None,
    every_value: EveryValueOf = lambda model, method: None,
) -> list[list[Panel]]:
    """Put every map, its words and its values together, in rows.

    Parameters
    ----------
    numbers : mapping of (model, method) to str, optional
        A line to stand below a map.
    every_value : callable, optional
        From a model's and a method's name to the maps for every value of the method's one parameter; None where
        they are not to be had.
    """

    def panel(key: MapKey) -> Panel:
        heading = maps.selection.title(key)
        if key not in maps.found:
            return Panel(heading, lines=(maps.missing[key],))
        lines = (*maps.about(key), *filter(None, [(numbers or {}).get(key)]))
        return Panel(
            heading,
            f"{heading}: heatmap over the photograph",
            lines,
            maps.raw[key],
            maps.alignments[key],
            maps.scale_of[key].signed,
            maps.selection.methods[key[1]],
            maps.alone[key],
            _every(key[1], every_value(*key)),
        )

    return [[panel(key) for key in row] for row in rows_of(maps.selection)]


def _every(method: str, maps: NDArray[np.float32] | None) -> EveryValue | None:
    if maps is None:
        return None
    (parameter,) = EXPLAINERS[method].parameters
    return EveryValue(parameter.name, parameter.title, parameter.low, parameter.step, maps)


def sheet(
    title: str, maps: PhotographMaps, original: NDArray[np.uint8], view: View, outlines: Outlines, notes: Sequence[str]
) -> Plate:
    """Lay the comparison out for print; a map that cannot be had leaves its place grey, and its reason in the notes."""
    blank = np.full_like(original, BLANK)
    pictures = {
        key: outlines.on(drawn(original, maps.raw[key], view, maps.scale_of[key], maps.alignments[key]))
        for key in maps.found
    }
    rows = [[(maps.selection.title(key), pictures.get(key, blank)) for key in row] for row in rows_of(maps.selection)]
    scales = [
        PrintedScale(DIVERGING if scale.signed else view.colormap, *scale.ends(view), maps.methods_on(scale))
        for scale in dict.fromkeys(maps.scale_of.values())
    ]
    rows[0].insert(0, ("Photograph", outlines.on(original)))
    return Plate(title, rows, scales, (*maps.notes(), *notes))
