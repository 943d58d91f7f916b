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
_GAP, _LINE, _BAR = 40, 46, 36
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_INK, _GREY = (30, 34, 36), (95, 102, 105)


@dataclass(frozen=True)
class PrintedScale:
    """A colour bar: its colormap, what stands at its ends, and whose scale it is."""

    colormap: str
    low: str
    high: str
    of: str = ""


@dataclass(frozen=True)
class Plate:
    """What a print shows.

    Attributes
    ----------
    title : str
    rows : sequence of sequence of (str, ndarray of uint8 of shape (h, w, 3))
        Heading and picture, in rows that fill the width: the photograph, then its maps.
    scales : sequence of PrintedScale
    notes : sequence of str
        Lines below the pictures.
    """

    title: str
    rows: Sequence[Sequence[tuple[str, NDArray[np.uint8]]]]
    scales: Sequence[PrintedScale]
    notes: Sequence[str]


def plate_png(plate: Plate) -> bytes:
    """Draw a plate of 2480 pixels' width.

    Returns
    -------
    bytes
        PNG, RGB, 300 dots per inch: 21 cm wide.
    """
    most = max(len(row) for row in plate.rows)
    across = [max(len(row), most - 1) for row in plate.rows]  # a row that ends early has no larger pictures
    sides = [(WIDTH - (columns + 1) * _GAP) // columns for columns in across]
    talls = [
        round(side * max(p.shape[0] / p.shape[1] for _, p in row)) for side, row in zip(sides, plate.rows, strict=True)
    ]
    top = 2 * _GAP + 2 * _LINE
    bottom = top + sum(tall + _LINE + _GAP for tall in talls)
    below = bottom + (_BAR + _LINE + _GAP if plate.scales else 0)
    page = Image.new("RGB", (WIDTH, below + len(plate.notes) * _LINE + _GAP), (255, 255, 255))
    draw = ImageDraw.Draw(page)
    draw.text((_GAP, _GAP), plate.title, _INK, ImageFont.load_default(56))
    small = ImageFont.load_default(34)
    above = top
    for row, side, tall in zip(plate.rows, sides, talls, strict=True):
        for place, (heading, picture) in enumerate(row):
            left = _GAP + place * (side + _GAP)
            draw.text((left, above), _fitted(draw, heading, side, small), _INK, small)
            high = round(side * picture.shape[0] / picture.shape[1])
            page.paste(Image.fromarray(picture).resize((side, high), Image.Resampling.LANCZOS), (left, above + _LINE))
        above += tall + _LINE + _GAP
    width = (WIDTH - (len(plate.scales) + 1) * _GAP) // max(1, len(plate.scales))
    for place, scale in enumerate(plate.scales):
        _draw_scale(page, scale, (_GAP + place * (width + _GAP), bottom), width, small)
    for index, note in enumerate(plate.notes):
        draw.text((_GAP, below + index * _LINE), note, _GREY, small)
    buffer = io.BytesIO()
    page.save(buffer, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return buffer.getvalue()


def _fitted(draw: ImageDraw.ImageDraw, text: str, width: int, font: _Font) -> str:
    """Shorten a heading to a width."""
    while len(text) > 1 and draw.textlength(text, font) > width:
        text = text[:-2].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    return text


def _draw_scale(page: Image.Image, scale: PrintedScale, at: tuple[int, int], width: int, font: _Font) -> None:
    """Draw a colour bar, its ends below it, and whose it is between them."""
    bar = heatmap(np.tile(np.linspace(0, 1, width), (_BAR, 1)), scale.colormap)
    page.paste(Image.fromarray(bar), at)
    draw = ImageDraw.Draw(page)
    below = at[1] + _BAR + 8
    draw.text((at[0], below), scale.low, _GREY, font)
    draw.text((at[0] + width // 2, below), scale.of, _INK, font, anchor="ma")
    draw.text((at[0] + width, below), scale.high, _GREY, font, anchor="ra")
