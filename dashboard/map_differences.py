"""Where the maps of one photograph differ: which pairs are shown, and on which scale."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from explain.figures.differences import side
from explain.measures.single_image import density_difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.photograph_maps import PhotographMaps
    from explain.store.selection import MapKey

FEW = 2
"""Up to so many models and methods, every difference is shown."""
SMALLEST = 0.005
"""Differences of density below this are rounding: nothing is drawn of them."""


@dataclass(frozen=True)
class Difference:
    """One map minus another.

    Attributes
    ----------
    first, second : (model, method)
    values : ndarray of float64, shape (112, 112)
        Densities on the common grid; of signed maps the positive part counts.
    limit : float
        Where its colours end on both sides; 0 where there is nothing to draw.
    method : str
        The method whose maps the scale is for; empty for the scale of all others.
    """

    first: MapKey
    second: MapKey
    values: NDArray[np.float64]
    limit: float
    method: str


def map_differences(maps: PhotographMaps, first: str = "", second: str = "") -> list[Difference]:
    """Subtract maps from each other; differences share a scale as the maps do.

    Parameters
    ----------
    first, second : str
        As :func:`pairs_of` has them.
    """
    changes = {
        (a, b): density_difference(maps.raw[a], maps.raw[b], (maps.alignments[a], maps.alignments[b]))
        for a, b in pairs_of(list(maps.raw), first, second)
    }
    method_of = {pair: max(maps.alone[key] for key in pair) for pair in changes}
    limits: dict[str, float] = {}
    for pair, change in changes.items():
        limits[method_of[pair]] = max(limits.get(method_of[pair], 0.0), float(np.abs(change).max()))
    limits = {method: limit if limit >= SMALLEST else 0.0 for method, limit in limits.items()}
    return [Difference(*pair, change, limits[method_of[pair]], method_of[pair]) for pair, change in changes.items()]


def ends_in_words(maps: PhotographMaps, differences: Sequence[Difference]) -> str:
    """Say where the colours of differences end, for every scale among them."""
    limits = {each.method: each.limit for each in sorted(differences, key=lambda each: each.method)}
    said = [
        f"from -{limit:.1f} to {limit:.1f}" + (f" with {maps.selection.methods[method]}" if method else "")
        for method, limit in limits.items()
    ]
    return f"Blue over white to red: {'; '.join(said)}."


def pairs_of(keys: Sequence[MapKey], first: str = "", second: str = "") -> list[tuple[MapKey, MapKey]]:
    """List the pairs of maps whose difference is shown.

    Parameters
    ----------
    keys : sequence of (model, method)
        Of the maps that there are.
    first, second : str
        The sides that the reader chose, as a link writes them (:func:`explain.figures.differences.side`); empty, or
        none of the keys, for none.

    Returns
    -------
    list of ((model, method), (model, method))
        The chosen pair; or, of a chosen first side, every pair that differs in the model or in the method alone; or
        all such pairs where there are few models and methods. Else those of the first map. Pairs of models come first.
    """
    known = {side(key): key for key in keys}
    if first in known:
        others = [known[second]] if second in known else _one_apart(known[first], keys)
        return [(known[first], other) for other in others if other != known[first]]
    if any(len({key[part] for key in keys}) > FEW for part in (0, 1)):
        return [(keys[0], other) for other in _one_apart(keys[0], keys)]
    pairs = [(a, b) for a, b in combinations(keys, 2) if b in _one_apart(a, keys)]
    return sorted(pairs, key=lambda pair: pair[0][1] != pair[1][1])


def _one_apart(key: MapKey, keys: Sequence[MapKey]) -> list[MapKey]:
    model, method = key
    of_models = [other for other in keys if other[1] == method and other[0] != model]
    return of_models + [other for other in keys if other[0] == model and other[1] != method]
