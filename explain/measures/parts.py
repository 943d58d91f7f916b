"""How a map's mass is shared between the parts of the labelled object.

Parts are given by name, each as the share of every cell of the grid that lies inside it, shape (n, h, w); NaN for
images without a mask. What is found stands under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from explain.measures.maps_on_grid import MapsOnGrid

    Parts = Mapping[str, NDArray[np.float64]]


def share_of_mass(maps: MapsOnGrid, parts: Parts) -> dict[str, NDArray[np.float64]]:
    """Share of the map's mass that lies on each part; shape (n,) each, in [0, 1]."""
    return {name: maps.or_nan(mass) for name, mass in _masses(maps, parts).items()}


def share_of_parts(maps: MapsOnGrid, parts: Parts) -> dict[str, NDArray[np.float64]]:
    """Each part's share of the mass on all parts; shape (n,) each, in [0, 1]; NaN where no mass lies on any."""
    masses = _masses(maps, parts)
    mass = sum(masses.values())
    shares = {
        name: np.divide(each, mass, out=np.full_like(each, np.nan), where=mass > 0) for name, each in masses.items()
    }
    return {name: maps.or_nan(share) for name, share in shares.items()}


def share_over_chance(maps: MapsOnGrid, parts: Parts) -> dict[str, NDArray[np.float64]]:
    """Each part's share of the mass on all parts, over its share of their visible area.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        1: as much as chance. NaN where the part is not visible, or no mass lies on any part.
    """
    visible = {name: coverage.sum(axis=(1, 2)) for name, coverage in parts.items()}
    masses = _masses(maps, parts)
    area, mass = sum(visible.values()), sum(masses.values())
    found = {}
    for name in parts:
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = (masses[name] / mass) / (visible[name] / area)
        found[name] = maps.or_nan(np.where(visible[name] > 0, relative, np.nan))
    return found


def _masses(maps: MapsOnGrid, parts: Parts) -> dict[str, NDArray[np.float64]]:
    return {name: (maps.grid * coverage).sum(axis=(1, 2)) for name, coverage in parts.items()}
