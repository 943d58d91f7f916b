"""What a map is like, and where its mass lies: one number per map, on the common grid.

Every function takes maps as :func:`explain.measures.resampling.common_grid` gives them: non-negative, summing to 1, or
zero everywhere; for the latter every value is NaN, since nothing can be said of a map without mass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.measures.ranks import cell_ranks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Maps = NDArray[np.float64]

SPREAD_METRICS = ("area_half_max", "entropy", "radius", "gini")
LOCALISATION_METRICS = ("peak_inside", "mass_inside", "iou_half_max")
WIDER_IS = {"area_half_max": 1, "entropy": 1, "radius": 1, "gini": -1}
"""Sign of each spread metric: 1 where a wider map has the larger value, -1 where it has the smaller."""


def spread_metrics(grid: Maps, ranks: Maps | None = None) -> dict[str, NDArray[np.float64]]:
    """Measure how widely maps are spread, in four ways.

    Parameters
    ----------
    grid : array, shape (n, h, w)
    ranks : array, shape (n, h * w), optional
        As :func:`explain.measures.ranks.cell_ranks` gives them, where they are known already.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        `area_half_max`, `entropy`, `radius`, `gini`.
    """
    return {
        "area_half_max": area_half_max(grid),
        "entropy": entropy(grid),
        "radius": radius(grid),
        "gini": gini(grid, ranks),
    }


def area_half_max(grid: Maps) -> NDArray[np.float64]:
    """Share of the area where the map is at least half of its maximum.

    Parameters
    ----------
    grid : array, shape (n, h, w)

    Returns
    -------
    ndarray, shape (n,)
        In (0, 1]; 1 for a uniform map.
    """
    return _or_nan(half_max_region(grid).mean(axis=(1, 2)), grid)


def half_max_region(grid: Maps) -> NDArray[np.bool_]:
    """Mark where maps are at least half of their maximum.

    Parameters
    ----------
    grid : array, shape (n, h, w)

    Returns
    -------
    ndarray of bool, shape (n, h, w)
        False everywhere for a zero map.
    """
    top = grid.max(axis=(1, 2), keepdims=True)
    return (grid >= top / 2) & (top > 0)


def entropy(grid: Maps) -> NDArray[np.float64]:
    """Shannon entropy of the map as a distribution, over that of the uniform map.

    Parameters
    ----------
    grid : array, shape (n, h, w)

    Returns
    -------
    ndarray, shape (n,)
        -sum p log p / log(h w), in [0, 1]; 0 where one cell has all mass, 1 for a uniform map.

    References
    ----------
    Bhatt et al., "Evaluating and Aggregating Feature-based Model Explanations", IJCAI 2020, equation 6, normalised.
    """
    from scipy.special import entr

    cells = grid.shape[1] * grid.shape[2]
    return _or_nan(entr(grid).sum(axis=(1, 2)) / np.log(cells), grid)


def radius(grid: Maps) -> NDArray[np.float64]:
    """Root of the mean squared distance of the mass from its centroid; the image's side is 1.

    Parameters
    ----------
    grid : array, shape (n, h, w)

    Returns
    -------
    ndarray, shape (n,)
        0 for a single cell, about 0.408 (1 / sqrt 6) for a uniform map.
    """
    rows = (np.arange(grid.shape[1]) + 0.5) / grid.shape[1]
    columns = (np.arange(grid.shape[2]) + 0.5) / grid.shape[2]
    along_rows, along_columns = grid.sum(axis=2), grid.sum(axis=1)
    variance = along_rows @ rows**2 - (along_rows @ rows) ** 2
    variance += along_columns @ columns**2 - (along_columns @ columns) ** 2
    return _or_nan(np.sqrt(np.maximum(variance, 0)), grid)


def gini(grid: Maps, ranks: Maps | None = None) -> NDArray[np.float64]:
    """Gini index of the cells' values: how concentrated the map is.

    Parameters
    ----------
    grid : array, shape (n, h, w)
    ranks : array, shape (n, h * w), optional
        As :func:`explain.measures.ranks.cell_ranks` gives them, where they are known already.

    Returns
    -------
    ndarray, shape (n,)
        0 for a uniform map, 1 - 1 / (h w) where one cell has all mass.

    References
    ----------
    Hurley and Rickard, "Comparing Measures of Sparsity", IEEE Trans. Inf. Theory 55(10), 2009, table I.
    """
    ranks = cell_ranks(grid) if ranks is None else ranks
    count = ranks.shape[1]
    # Equal cells may share their ranks: the sum is the same.
    return _or_nan((2 * np.einsum("ij,ij->i", grid.reshape(ranks.shape), ranks) - count - 1) / count, grid)


def localisation_metrics(grid: Maps, coverage: Maps) -> dict[str, NDArray[np.float64]]:
    """Measure how maps lie with regard to a region, such as the animal's box or mask.

    Parameters
    ----------
    grid : array, shape (n, h, w)
    coverage : array, shape (n, h, w)
        Share of each cell that lies inside the region; NaN for images without a region.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        `peak_inside` (1 or 0: the pointing game; the cell of the first maximum lies at least half inside),
        `mass_inside` (share of the mass: the energy-based pointing game), `iou_half_max` (intersection over
        union of the region and the cells at least half the maximum).

    References
    ----------
    Zhang et al., "Top-down Neural Attention by Excitation Backprop", IJCV 2018 (pointing game).
    Wang et al., "Score-CAM", CVPRW 2020, section 4.3 (energy-based pointing game).
    """
    flat = grid.reshape(len(grid), -1)
    inside = coverage.reshape(len(grid), -1)
    area = inside.sum(axis=1)
    known = ~np.isnan(area)
    peak = inside[np.arange(len(grid)), flat.argmax(axis=1)]
    region = half_max_region(grid).reshape(len(grid), -1)
    intersection = np.einsum("ij,ij->i", region, inside)
    union = np.count_nonzero(region, axis=1) + area - intersection
    values = {
        "peak_inside": (peak >= 0.5).astype(np.float64),
        "mass_inside": np.einsum("ij,ij->i", flat, inside),
        "iou_half_max": np.divide(intersection, union, out=np.zeros(len(grid)), where=union > 0),
    }
    return {name: np.where(known, _or_nan(value, grid), np.nan) for name, value in values.items()}


def part_metrics(grid: Maps, parts: Mapping[str, Maps]) -> dict[str, NDArray[np.float64]]:
    """Measure how the mass on an animal is shared between its parts.

    Parameters
    ----------
    grid : array, shape (n, h, w)
    parts : mapping of str to array, shape (n, h, w)
        Share of each cell that lies inside the part; NaN for images without a mask.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        `part_<name>`: share of the map's mass on the part; `part_<name>_relative`: its share of the mass on the
        animal over its share of the visible animal (1: as much as chance). The latter is NaN where the part is
        not visible or no mass lies on the animal.
    """
    visible = {name: coverage.sum(axis=(1, 2)) for name, coverage in parts.items()}
    mass = {name: (grid * coverage).sum(axis=(1, 2)) for name, coverage in parts.items()}
    animal, on_animal = sum(visible.values()), sum(mass.values())
    values = {}
    for name in parts:
        values[f"part_{name}"] = _or_nan(mass[name], grid)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = (mass[name] / on_animal) / (visible[name] / animal)
        values[f"part_{name}_relative"] = _or_nan(np.where(visible[name] > 0, relative, np.nan), grid)
    return values


def _or_nan(values: NDArray[np.float64], grid: Maps) -> NDArray[np.float64]:
    return np.where(grid.any(axis=(1, 2)), values, np.nan)
