"""Numbers of one image's maps, as the build computes them for all images: for maps that no store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.measures.agreement import agreement_of_every_two
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps
from explain.measures.resampling import COMMON_GRID, common_grid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Maps = Mapping[tuple[str, str], NDArray[np.float32]]
    Alignments = Mapping[tuple[str, str], Alignment]


def image_metrics(
    maps: Maps, coverage: NDArray[np.float64] | None = None, alignments: Alignments | None = None
) -> pd.DataFrame:
    """Measure the maps of one image.

    Parameters
    ----------
    maps : mapping of (model, method) to ndarray, shape (h, w)
        Raw; of signed maps the positive part is measured.
    coverage : ndarray of float64, shape (112, 112), optional
        Share of each cell of the common grid that the labelled object covers, as :mod:`explain.measures.regions` gives
        it.
    alignments : mapping of (model, method) to Alignment, optional
        Those that are absent have none.

    Returns
    -------
    pandas.DataFrame
        Columns model, method, metric, value; what is undefined (a map that is zero everywhere) is left out.
    """
    inside = None if coverage is None else coverage[None]
    rows = [
        (model, method, metric, float(value[0]))
        for (model, method), on_grid in _on_grid(maps, alignments).items()
        for metric, value in measure_maps(on_grid, inside).items()
    ]
    return pd.DataFrame(rows, columns=["model", "method", "metric", "value"]).dropna(subset=["value"])


def image_agreement(maps: Maps, alignments: Alignments | None = None) -> pd.DataFrame:
    """Compare every two maps of one image.

    Parameters
    ----------
    maps : mapping of (model, method) to ndarray, shape (h, w)
        Raw; of signed maps the positive part is compared.
    alignments : mapping of (model, method) to Alignment, optional
        Those that are absent have none.

    Returns
    -------
    pandas.DataFrame
        Columns model_a, method_a, model_b, method_b, and one per measure of two maps.
    """
    rows = [
        dict(zip(("model_a", "method_a", "model_b", "method_b"), (*a, *b), strict=True))
        | {name: float(value[0]) for name, value in values.items()}
        for a, b, values in agreement_of_every_two(_on_grid(maps, alignments))
    ]
    return pd.DataFrame(rows)


def density(saliency: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide a map by the mean of its absolute values, so that maps of different methods and networks have one unit.

    Parameters
    ----------
    saliency : ndarray of float32, shape (h, w)
        Signed or not; without signs, the divisor is the map's mean.

    Returns
    -------
    ndarray of float32, shape (h, w)
        A map that is zero everywhere stays so.

    Examples
    --------
    >>> density(np.array([[3, -1]], np.float32))
    array([[ 1.5, -0.5]], dtype=float32)
    """
    mean = np.abs(saliency).mean()
    return saliency / mean if mean > 0 else saliency


def density_difference(
    a: NDArray[np.float32], b: NDArray[np.float32], alignments: tuple[Alignment, Alignment] = (CENTRED, CENTRED)
) -> NDArray[np.float64]:
    """Subtract one map from another on the common grid, both as density over their mean.

    Parameters
    ----------
    a, b : ndarray of float32, shape (h, w); the shapes may differ
        Of signed maps the positive part counts.
    alignments : (Alignment, Alignment)
        Of either.

    Returns
    -------
    ndarray of float64, shape (112, 112)
        Positive where `a` has the larger share of its mass; sums to zero unless a map is zero everywhere.
    """
    first, second = (common_grid(m[None], at)[0] for m, at in zip((a, b), alignments, strict=True))
    return (first - second) * COMMON_GRID**2


def _on_grid(maps: Maps, alignments: Alignments | None) -> dict[tuple[str, str], MapsOnGrid]:
    return {key: MapsOnGrid.of(saliency[None], (alignments or {}).get(key, CENTRED)) for key, saliency in maps.items()}
