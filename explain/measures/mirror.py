"""The mirror test: whether the cells of maps lie where they are drawn, found by maps of mirrored images.

A map of a mirrored image, mirrored back, is the map of the image, if cells lie in the middle of their shares. If they
lie d pixels to the right of that, the one map is drawn d pixels too far left and the other d too far right: the two are
alike once one is moved by 2 d.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.measures.resampling import resample

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DOWN, RIGHT = 1, 2
"""Axes of maps (n, h, w) along which images are mirrored."""

_FURTHEST = 0.75
"""Of a cell: offsets up to it are tried. What half a stride of padding can do is less."""
_RESAMPLES, _SEED = 1000, 0


@dataclass(frozen=True)
class MirrorFit:
    """What maps of images and of their mirror images say about one axis.

    Attributes
    ----------
    offset : float
        How many pixels the places that cells look at lie beyond the middles of the cells' shares; NaN where no
        offset within reach fits better than those beside it.
    low, high : float
        95 % interval of the offset: the images drawn anew 1,000 times.
    before, after : float
        Mean Pearson correlation of a map with its mirrored-back twin, as they lie and as they fit best.
    images : int
        That count: those with a map of zeros do not.
    """

    offset: float
    low: float
    high: float
    before: float
    after: float
    images: int


def mirror_fit(maps: ArrayLike, mirrored: ArrayLike, shape: tuple[int, int], axis: int = RIGHT) -> MirrorFit:
    """Find out how far the cells of maps lie from where they are drawn.

    Parameters
    ----------
    maps, mirrored : array, shape (n, h, w)
        Of images, and of the same images mirrored along `axis`, as the network gives them.
    shape : (int, int)
        Height and width of the network's input in pixels.
    axis : {DOWN, RIGHT}

    Notes
    -----
    Maps are enlarged to the input, bilinearly. One is moved over the other by whole pixels, which are half pixels of
    offset; a parabola through the best and its neighbours gives what lies between. Only what both cover is compared.
    """
    found = [
        _likeness(resample(one, shape), np.flip(resample(other, shape), axis - 1), axis - 1, reach)
        for reach in [_reach(np.asarray(maps).shape[axis], shape[axis - 1])]
        for one, other in zip(np.asarray(maps), np.asarray(mirrored), strict=True)
        if np.ptp(one) > 0 and np.ptp(other) > 0
    ]
    if not found:
        return MirrorFit(np.nan, np.nan, np.nan, np.nan, np.nan, 0)
    likeness = np.array(found)
    mean = likeness.mean(axis=0)
    rng = np.random.default_rng(_SEED)
    draws = [_best(likeness[rng.integers(len(likeness), size=len(likeness))].mean(axis=0)) for _ in range(_RESAMPLES)]
    offset = _best(mean)
    inside = ~np.isnan(offset)
    low, high = np.nanpercentile(draws, (2.5, 97.5)) if inside else (np.nan, np.nan)
    after = mean.max() if inside else np.nan
    return MirrorFit(offset, float(low), float(high), float(mean[len(mean) // 2]), float(after), len(likeness))


def _reach(cells: int, side: int) -> int:
    return max(2, round(2 * _FURTHEST * side / cells))


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64], axis: int, reach: int) -> NDArray[np.float64]:
    """Correlate two maps for every move of the second along an axis, from -reach to reach pixels."""
    one, other = np.moveaxis(one, axis, -1), np.moveaxis(other, axis, -1)
    side = one.shape[-1]
    return np.array(
        [
            np.corrcoef(
                one[:, max(0, -move) : min(side, side - move)].ravel(),
                other[:, max(0, move) : min(side, side + move)].ravel(),
            )[0, 1]
            for move in range(-reach, reach + 1)
        ]
    )


def _best(likeness: NDArray[np.float64]) -> float:
    """Give the offset at the top of a curve of likeness by moves; half of the move, NaN at either end."""
    top = int(likeness.argmax())
    if top in (0, len(likeness) - 1):
        return float("nan")
    before, at, after = likeness[top - 1 : top + 2]
    return float(top + (before - after) / (2 * (before - 2 * at + after)) - len(likeness) // 2) / 2
