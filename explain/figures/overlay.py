"""Pictures of maps: heatmap and overlay, as arrays and as encoded bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from explain.measures.alignment import CENTRED
from explain.measures.resampling import divide_by_maximum, resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from data import Box
    from explain.measures.alignment import Alignment
    from explain.measures.resampling import Interpolation


DIVERGING = "colorbrewer:RdBu_r"
"""Colours of differences and of signed maps: blue below zero, white, red above."""
FULL_FROM = 0.5
"""The part of a scale from which on an overlay has its whole opacity."""


def heatmap(scaled: NDArray[np.float64], colormap: str = "viridis") -> NDArray[np.uint8]:
    """Colour a scaled map.

    Parameters
    ----------
    scaled : array, shape (h, w)
        Within [0, 1].
    colormap : str
        A name that ``cmap`` knows.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    return _table(colormap).take(_steps(scaled), axis=0)


def centred(saliency: NDArray[np.float64], limit: float | None = None) -> NDArray[np.float64]:
    """Scale a signed map for display: zero to the middle of a colormap.

    Parameters
    ----------
    saliency : array, shape (h, w)
    limit : float, optional
        Where the scale ends on both sides; the map's own largest absolute value by default.

    Returns
    -------
    ndarray of float64, shape (h, w)
        Within [0, 1], 0.5 where the map is zero.
    """
    end = float(np.abs(saliency).max()) if limit is None else limit
    return np.clip(0.5 + 0.5 * saliency / end, 0, 1) if end > 0 else np.full(saliency.shape, 0.5)


def overlay(
    photograph: NDArray[np.uint8],
    saliency: NDArray[np.float32],
    *,
    colormap: str = "viridis",
    opacity: float = 0.55,
    maximum: float | None = None,
    interpolation: Interpolation = "bilinear",
    signed: bool = False,
    alignment: Alignment = CENTRED,
) -> NDArray[np.uint8]:
    """Lay a map's heatmap over its photograph; where the map is low, the photograph keeps its colours.

    Parameters
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
    saliency : ndarray of float32, any (h', w')
        Raw; it is stretched over the photograph and divided by `maximum`.
    opacity : float
        Of the upper half of the scale; below, it falls to 0 at zero. 0 shows the photograph alone, 1 the heatmap alone.
    maximum : float, optional
        A shared maximum; the map's own by default.
    interpolation : {"bilinear", "nearest", "bicubic"}
    signed : bool
        Whether values below zero mean something: the scale then is centred at zero, and its colours diverge, whatever
        `colormap` is.
    alignment : Alignment
        Where the map's cells lie on the photograph.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    stretched = resample(saliency, photograph.shape[:2], interpolation, alignment)
    scaled = centred(stretched, maximum) if signed else divide_by_maximum(stretched, maximum)
    # Single precision, and 256 weighted colours instead of every pixel's: a slider's move draws four of these.
    weights, steps = _weights(opacity, signed), _steps(scaled)
    blend = (1 - weights).take(steps)[..., np.newaxis] * photograph
    blend += (weights[:, np.newaxis] * _table(DIVERGING if signed else colormap)).take(steps, axis=0)
    return np.rint(blend, out=blend).astype(np.uint8)


def outline(picture: NDArray[np.uint8], boxes: Sequence[Box], width: float, height: float) -> NDArray[np.uint8]:
    """Draw boxes on a picture, white on black so that they show on anything.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
    boxes : sequence of Box
        In pixels of the original.
    width, height : float
        Of the original, pixels.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    from PIL import ImageDraw

    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    across, down = image.width / width, image.height / height
    for box in boxes:
        corners = (box.x0 * across, box.y0 * down, box.x1 * across - 1, box.y1 * down - 1)
        draw.rectangle(corners, outline=(0, 0, 0), width=4)
        draw.rectangle(corners, outline=(255, 255, 255), width=2)
    return np.asarray(image)


def outline_mask(picture: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw the borders between the parts of a mask on a picture, white on black.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
    mask : ndarray of uint8, any (h', w')
        Part ids, 0 background; stretched over the picture by nearest neighbours.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    from scipy.ndimage import binary_dilation

    height, width = picture.shape[:2]
    ids = np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST))
    border = np.zeros((height, width), bool)
    border[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    border[1:] |= ids[1:] != ids[:-1]
    drawn = picture.copy()
    drawn[binary_dilation(border)] = 0
    drawn[border] = 255
    return drawn


def difference_overlay(
    photograph: NDArray[np.uint8], difference: NDArray[np.float64], limit: float, opacity: float = 0.85
) -> NDArray[np.uint8]:
    """Lay a difference of two maps over the greyed photograph, on a diverging scale.

    Parameters
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
    difference : ndarray of float64, any (h', w')
        Stretched bilinearly over the photograph.
    limit : float
        Where the scale ends on both sides.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
        Blue where the difference is negative, red where it is positive, white at zero ("RdBu" of ColorBrewer,
        which is safe for colour-blind readers).
    """
    steps = _steps(centred(resample(difference, photograph.shape[:2]), limit))
    colours = (np.float32(opacity) * _table(DIVERGING)).take(steps, axis=0)
    grey = np.float32((1 - opacity) / 3) * photograph.sum(axis=2, dtype=np.float32)
    colours += grey[..., np.newaxis]
    return np.rint(colours, out=colours).astype(np.uint8)


def shrunk(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Make a picture smaller, so that drawing on it costs no more than a screen shows.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
    side : int
        The longer side, at most; a smaller picture stays as it is.

    Returns
    -------
    ndarray of uint8, shape (h', w', 3)
    """
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.BILINEAR)
    return np.asarray(image)


def _weights(opacity: float, signed: bool) -> NDArray[np.float32]:
    """Give the heatmap's share of the blend for each of the scale's 256 steps.

    It is ``opacity ** (1 / strength)``, where strength grows from 0 at zero to 1 at half of the scale: nothing at zero,
    `opacity` from half on, and at both ends of the opacity the same everywhere.
    """
    along = np.linspace(-1 if signed else 0, 1, 256)
    strength = np.clip(np.abs(along) / FULL_FROM, 1e-6, 1)
    return np.float32(opacity) ** (1 / strength).astype(np.float32)


def _steps(scaled: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)


@lru_cache(maxsize=16)
def _table(colormap: str) -> NDArray[np.uint8]:
    from cmap import Colormap

    colours = np.rint(np.asarray(Colormap(colormap)(np.linspace(0, 1, 256)))[:, :3] * 255).astype(np.uint8)
    colours.flags.writeable = False
    return colours
