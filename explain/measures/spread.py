"""How widely a map is spread: one number per map, of the map alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.measures.maps_on_grid import MapsOnGrid


def area_half_max(maps: MapsOnGrid) -> NDArray[np.float64]:
    """Share of the area where the map is at least half of its maximum.

    Returns
    -------
    ndarray, shape (n,)
        In (0, 1]; 1 for a uniform map.
    """
    return maps.or_nan(maps.half_max_area / maps.cells.shape[1])


def entropy(maps: MapsOnGrid) -> NDArray[np.float64]:
    """Shannon entropy of the map as a distribution, over that of the uniform map.

    Returns
    -------
    ndarray, shape (n,)
        -sum p log p / log(h w), in [0, 1]; 0 where one cell has all mass, 1 for a uniform map.

    References
    ----------
    Bhatt et al., "Evaluating and Aggregating Feature-based Model Explanations", IJCAI 2020, equation 6, normalised.
    """
    from scipy.special import entr

    return maps.or_nan(entr(maps.grid).sum(axis=(1, 2)) / np.log(maps.cells.shape[1]))


def radius(maps: MapsOnGrid) -> NDArray[np.float64]:
    """Root of the mean squared distance of the mass from its centroid; the image's side is 1.

    Returns
    -------
    ndarray, shape (n,)
        0 for a single cell, about 0.408 (1 / sqrt 6) for a uniform map, at most 0.707 (two opposite corners).
    """
    grid = maps.grid
    rows = (np.arange(grid.shape[1]) + 0.5) / grid.shape[1]
    columns = (np.arange(grid.shape[2]) + 0.5) / grid.shape[2]
    along_rows, along_columns = grid.sum(axis=2), grid.sum(axis=1)
    variance = along_rows @ rows**2 - (along_rows @ rows) ** 2
    variance += along_columns @ columns**2 - (along_columns @ columns) ** 2
    return maps.or_nan(np.sqrt(np.maximum(variance, 0)))


def gini(maps: MapsOnGrid) -> NDArray[np.float64]:
    """Gini index of the cells' values: how concentrated the map is.

    Returns
    -------
    ndarray, shape (n,)
        0 for a uniform map, 1 - 1 / (h w) where one cell has all mass.

    References
    ----------
    Hurley and Rickard, "Comparing Measures of Sparsity", IEEE Trans. Inf. Theory 55(10), 2009, table I.
    """
    count = maps.cells.shape[1]
    # Equal cells may share their ranks: the sum is the same.
    return maps.or_nan((2 * np.einsum("ij,ij->i", maps.cells, maps.ranks) - count - 1) / count)
