"""The comparison as one picture for print: the photograph, its maps in rows, the scale, and what was chosen."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from explain.figures.overlay import heatmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DOTS_PER_INCH = 300
WIDTH = 2480  # the long side of A5, the short side of A4, at 300 dots per inch
_GAP, _LINE = 40, 46
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_INK, _GREY = (30, 34, 36), (95, 102, 105)


@dataclass(frozen=True)
class Plate:
    """What a print shows.

    Attributes
    ----------
    title : str
    photograph : ndarray of uint8, shape (h, w, 3)
    pictures : sequence of (str, ndarray of uint8 of shape (h, w, 3))
        Heading and picture of each map, row by row.
    columns : int
        Maps in a row.
    colormap : str
    scale : (str, str)
        What stands at the ends of the colour bar.
    notes : sequence of str
        Lines below the pictures.
    """

    title: str
    photograph: NDArray[np.uint8]
    pictures: Sequence[tuple[str, NDArray[np.uint8]]]
    columns: int
    colormap: str
    scale: tuple[str, str]
    notes: Sequence[str]


def plate_png(plate: Plate) -> bytes:
    """Draw a plate of 2480 pixels' width.

    Returns
    -------
    bytes
        PNG, RGB, 300 dots per inch: 21 cm wide.
    """
    cells = [("Photograph", plate.photograph), *plate.pictures]
    across = plate.columns + 1
    side = (WIDTH - (across + 1) * _GAP) // across
    tall = round(side * plate.photograph.shape[0] / plate.photograph.shape[1])
    rows = -(-len(plate.pictures) // plate.columns)
    row_height = tall + _LINE + _GAP
    top = 2 * _GAP + 2 * _LINE
    bottom = top + rows * row_height
    height = bottom + len(plate.notes) * _LINE + _GAP
    page = Image.new("RGB", (WIDTH, height), (255, 255, 255))
    draw = ImageDraw.Draw(page)
    draw.text((_GAP, _GAP), plate.title, _INK, ImageFont.load_default(56))
    small = ImageFont.load_default(34)
    for index, (heading, picture) in enumerate(cells):
        row, column = (0, 0) if index == 0 else divmod(index - 1, plate.columns)
        left = _GAP + (0 if index == 0 else column + 1) * (side + _GAP)
        above = top + row * row_height
        draw.text((left, above), heading, _INK, small)
        page.paste(Image.fromarray(picture).resize((side, tall), Image.Resampling.LANCZOS), (left, above + _LINE))
    _draw_scale(page, plate, (_GAP, top + row_height if rows > 1 else bottom - _GAP), side, small)
    for index, note in enumerate(plate.notes):
        draw.text((_GAP, bottom + index * _LINE), note, _GREY, small)
    buffer = io.BytesIO()
    page.save(buffer, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return buffer.getvalue()


def _draw_scale(page: Image.Image, plate: Plate, at: tuple[int, int], width: int, font: _Font) -> None:
    """Draw the colour bar with its ends below the photograph."""
    bar = heatmap(np.tile(np.linspace(0, 1, width), (36, 1)), plate.colormap)
    page.paste(Image.fromarray(bar), at)
    draw = ImageDraw.Draw(page)
    low, high = plate.scale
    draw.text((at[0], at[1] + 44), low, _GREY, font)
    draw.text((at[0] + width, at[1] + 44), high, _GREY, font, anchor="ra")
