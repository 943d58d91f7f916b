"""Where a figure has room for a name: beside what it names, and over nothing that is drawn."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDE, NARROW = 640, 290
"""Pixels of what is drawn, without its axis: on a screen, and on a telephone."""
_LETTER, _LINE = 7.0, 16.0
_STEPS = 40
"""Places that are tried along each side."""
_FAR = 60.0
"""Pixels from a name to what it names, beyond which nobody sees that they belong together."""
_AROUND, _OWN = 12, 0.8
"""So many of the points around a name, or a third of its group's if that is more, are to this share its own."""


def size_of(name: str) -> tuple[float, float]:
    """Give about how wide and high a name is, in pixels; it is as figures take it, with Plotly's own ``<br>``."""
    lines = name.split("<br>")
    return _LETTER * max(len(unescape(line)) for line in lines), _LINE * len(lines)


def room_in_corner(
    points: NDArray[np.float64], width: float, height: float, corners: Sequence[tuple[bool, bool]]
) -> tuple[bool, bool] | None:
    """Find a corner in which nothing is drawn.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        What is drawn, as shares of the figure's width and height, from its lower left.
    width, height : float
        Of what shall stand there, likewise.
    corners : sequence of (bool, bool)
        Which to try, the best first: whether right, and whether above.
    """
    for right, above in corners:
        across = points[:, 0] >= 1 - width if right else points[:, 0] <= width
        along = points[:, 1] >= 1 - height if above else points[:, 1] <= height
        if not (across & along).any():
            return right, above
    return None


def places_of_names(
    points: NDArray[np.float64], groups: NDArray[np.int64], names: Sequence[str], height: float
) -> list[tuple[float, float]] | None:
    """Find for each group of points a place where its name covers no point and is nearer to its own than to others.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        In the figure's own units.
    groups : ndarray of int, shape (n,)
        Which name each is of.
    height : float
        Of what is drawn, in pixels. It is at least as wide as a telephone: there names do not lie over each other, are
        not cut off, and cover no point if such a place is found; on a screen they never do.

    Returns
    -------
    list of (float, float), or None
        The middle of each name, in the figure's units; None where one has no place.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    at = (points - low) / span
    screen, telephone = np.array([WIDE, height]), np.array([NARROW, height])
    axis = np.linspace(0, 1, _STEPS + 1)
    tried = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    away = np.abs(tried[:, None] - at) * screen  # (places, points, 2)
    off_on_telephone = np.abs(tried[:, None] - at) * telephone
    taken: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for group, name in enumerate(names):
        half = np.array(size_of(name)) / 2
        beyond = np.maximum(away - half, 0)
        distance = np.hypot(beyond[..., 0], beyond[..., 1])
        own = groups == group
        if not own.any():
            return None
        mine = distance[:, own].min(axis=1)
        theirs = distance[:, ~own].min(axis=1) if (~own).any() else np.full(len(tried), np.inf)
        around = min(own.sum(), max(_AROUND, own.sum() // 3))
        nearest = np.argpartition(distance, around - 1, axis=1)[:, :around]
        among_its_own = own[nearest].mean(axis=1) >= _OWN
        edge = half / telephone
        free = among_its_own & (mine > 4) & (mine < _FAR) & (theirs > 2 * mine)
        free &= ((tried >= edge) & (tried <= 1 - edge)).all(axis=1)
        for place, extent in taken:
            free &= (np.abs(tried - place) * telephone > half + extent).any(axis=1)
        if not free.any():
            return None
        bare = free & (off_on_telephone > half).any(axis=2).all(axis=1)
        free = bare if bare.any() else free
        middle = np.hypot(*((tried - np.median(at[own], axis=0)) * screen).T)
        best = tried[np.where(free, middle, np.inf).argmin()]
        taken.append((best, half))
    return [(float(x), float(y)) for x, y in (low + place * span for place, _ in taken)]
