"""How maps of one photograph are drawn as a link says: pure functions that Compare, Upload and prints share."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from explain.figures.agreement import cell_colours, ends_of
from explain.figures.overlay import DIVERGING, centred, heatmap, outline, outline_mask, overlay
from explain.measures.alignment import CENTRED
from explain.measures.resampling import divide_by_maximum, resample
from explain.measures.single_image import density
from explain.statistics.summaries import agreement_square

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from dashboard.link import View
    from data import Box
    from explain.measures.alignment import Alignment
    from explain.measures.resampling import Interpolation
    from explain.store.selection import MapKey, Selection

ENDS = {
    "plain": ("0", "{} x a map's mean"),
    "signed": ("-{}", "{} x a map's mean of absolute values"),
    "own plain": ("0", "each map's own maximum"),
    "own signed": ("minus the same", "each map's own largest"),
}
"""What stands at a scale's ends, where {} is its largest value."""
MOST_COLUMNS = 4
"""Maps in a row, at most."""


@dataclass(frozen=True)
class Outlines:
    """What is drawn on top of every picture.

    Attributes
    ----------
    boxes : tuple of Box
        In pixels of the original image.
    width, height : float
        Of the original image.
    mask : ndarray of uint8, optional
        Part ids.
    """

    boxes: tuple[Box, ...] = ()
    width: float = 1
    height: float = 1
    mask: NDArray[np.uint8] | None = None

    def on(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Draw them.

        Parameters
        ----------
        picture : ndarray of uint8, shape (h, w, 3)

        Returns
        -------
        ndarray of uint8, shape (h, w, 3)
        """
        if self.mask is not None:
            picture = outline_mask(picture, self.mask)
        return outline(picture, self.boxes, self.width, self.height) if self.boxes else picture

    def alone(self, shape: tuple[int, int]) -> NDArray[np.uint8] | None:
        """Draw them on nothing.

        Returns
        -------
        ndarray of uint8, shape (*shape, 4), or None
            Clear where nothing is drawn; None where nothing is anywhere.
        """
        if self.mask is None and not self.boxes:
            return None
        grey = np.full((*shape, 3), 128, np.uint8)  # outlines are black and white
        drawn = self.on(grey)
        return np.dstack([drawn, np.where((drawn != grey).any(axis=2), 255, 0).astype(np.uint8)])


@dataclass(frozen=True)
class Scale:
    """What the colours of some maps mean.

    Attributes
    ----------
    signed : bool
        Colours diverge from zero.
    method : str
        The one method whose maps share the scale; empty for one that several methods share.
    maximum : float
        The largest density of the maps, of either sign; the end of a scale that they share.
    """

    signed: bool = False
    method: str = ""
    maximum: float = 0.0

    def ends(self, view: View) -> tuple[str, str]:
        """Say what stands at the ends of the colour bar."""
        low, high = ENDS[("own " if view.scale == "own" else "") + ("signed" if self.signed else "plain")]
        return low.format(f"{self.maximum:.1f}"), high.format(f"{self.maximum:.1f}")


def shared_maximum(maps: Mapping[MapKey, NDArray[np.float32]]) -> float:
    """Find the largest density of several maps.

    Raw values of different methods, or of networks with other activations, have no common unit; one scale means
    that every map is shown as its share of its own mass, so that the same colour is the same density.

    Parameters
    ----------
    maps : mapping of (model, method) to ndarray, shape (h, w)
        Raw.

    Returns
    -------
    float
        In multiples of a map's mean, of a signed one's mean of absolute values; 0 where all maps are zero.
    """
    return max((float(np.abs(density(saliency)).max()) for saliency in maps.values()), default=0.0)


def drawn(
    photograph: NDArray[np.uint8],
    saliency: NDArray[np.float32],
    view: View,
    scale: Scale,
    alignment: Alignment = CENTRED,
) -> NDArray[np.uint8]:
    """Draw one map as the link says: over the photograph, alone, or not at all.

    Parameters
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
    saliency : ndarray of float32, shape (h', w')
        Raw.
    view : View
        Layer, scale, colormap, opacity and interpolation are read.
    scale : Scale
        Its maximum is used unless the link says that every map has its own.
    alignment : Alignment
        Where the map's cells lie on the photograph.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    if view.layer == "photo":
        return photograph
    top = scale.maximum if view.scale != "own" else None
    dense = density(saliency)
    interpolation = cast("Interpolation", view.interpolation)  # parsed: one of the three
    if view.layer == "map":
        stretched = resample(dense, photograph.shape[:2], interpolation, alignment)
        if scale.signed:
            return heatmap(centred(stretched, top), DIVERGING)
        return heatmap(divide_by_maximum(stretched, top), view.colormap)
    return overlay(
        photograph, dense, colormap=view.colormap, opacity=view.opacity, maximum=top, interpolation=interpolation,
        signed=scale.signed, alignment=alignment,
    )  # fmt: skip


def agreement_cells(agreement: pd.DataFrame, headings: Mapping[MapKey, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the agreement of one image's maps into the triangle below the diagonal, every pair once.

    Parameters
    ----------
    agreement : pandas.DataFrame
        From :func:`explain.measures.single_image.image_agreement`.
    headings : mapping of (model, method) to str
        What the rows and columns are called, in their order.

    Returns
    -------
    (pandas.DataFrame, pandas.DataFrame)
        Pearson correlations as texts, and the cells' styles: darker for the more alike, from the lowest to the highest
        of these, as in the figure of all images.
    """
    names = list(headings.values())
    square = agreement_square(agreement, list(headings)).round(2) + 0.0  # what rounds to zero has no sign
    below = np.tril(np.ones(square.shape, bool), -1)[1:, :-1]
    values = np.where(below, square[1:, :-1], np.nan)
    low, high = ends_of(values) if np.isfinite(values).any() else (0.0, 1.0)
    texts, styles = np.full(values.shape, "", object), np.full(values.shape, "", object)
    texts[below & np.isnan(values)] = "undefined"
    for place in zip(*np.nonzero(np.isfinite(values)), strict=True):
        background, letters = cell_colours((values[place] - low) / (high - low))
        texts[place] = f"{values[place]:.2f}"
        styles[place] = f"background-color: {background}; color: {letters}"
    written, styled = (pd.DataFrame(each, names[1:], names[:-1]) for each in (texts, styles))
    return written, styled


def rows_of(selection: Selection) -> list[tuple[MapKey, ...]]:
    """Share maps out to rows of at most MOST_COLUMNS; the models of one method are not parted where a row holds them.

    Returns
    -------
    list of tuple of (model, method)
        In the selection's order, each row as full as the next where there are several.
    """
    models = len(selection.models)
    if models == 1 or models > MOST_COLUMNS:  # one method's models, or one model's methods, in rows as even as can be
        together = models if models > 1 else len(selection.methods)
        parts = [selection.keys[start : start + together] for start in range(0, len(selection.keys), max(1, together))]
        return [row for part in parts for row in _evenly(part, ceil(len(part) / ceil(len(part) / MOST_COLUMNS)))]
    return _evenly(selection.keys, models * (MOST_COLUMNS // max(1, models)))


def _evenly(keys: Sequence[MapKey], columns: int) -> list[tuple[MapKey, ...]]:
    return [tuple(keys[start : start + columns]) for start in range(0, len(keys), max(1, columns))]
