"""Where a map is sure of itself: standard deviations, place by place, over maps of the image a little changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.faithfulness.small_changes import CUT_LEFT, CUT_RIGHT, put_back
from explain.measures.resampling import COMMON_GRID, common_grid
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from explain.faithfulness.tables import Evaluated
    from explain.measures.alignment import Alignment
    from explain.store.selection import MapKey

SIDE = 28
"""Of the stored grid: four cells of the common one to a side, which is finer than any network's own cells here."""

_STORED = "<f2"


def deviations(maps: ArrayLike, of_changed: Mapping[str, ArrayLike], alignment: Alignment) -> NDArray[np.float64]:
    """Give the standard deviation of maps at every place, over the image as it is and the image a little changed.

    Parameters
    ----------
    maps : array, shape (n, h, w)
        Raw.
    of_changed : mapping of str to array, shape (n, h, w)
        Raw, by change.
    alignment : Alignment
        Of the network.

    Returns
    -------
    ndarray of float64, shape (n, SIDE, SIDE)
        In multiples of a map's mean, as densities are; each cell is the root of the mean variance in it. NaN for a map
        without mass.

    Notes
    -----
    Maps are mirrored back and put where a cut was taken from. A cut's map has as much mass there as the map of the
    whole image; beyond the cut it says nothing, and the others are counted. The variance is divided by one less than
    the number of maps that show a place.
    """
    own = common_grid(maps, alignment)
    seen = [own]
    for change, others in of_changed.items():
        window, back = put_back(change, others, alignment)
        if change in (CUT_LEFT, CUT_RIGHT):
            mass = own[:, window, window].sum(axis=(1, 2), keepdims=True)
            part, back = back * mass, np.full_like(own, np.nan)
            back[:, window, window] = part
        seen.append(back)
    variance = np.nanvar(np.stack(seen) * COMMON_GRID**2, axis=0, ddof=1)
    share = COMMON_GRID // SIDE
    found = np.sqrt(variance.reshape(len(own), SIDE, share, SIDE, share).mean(axis=(2, 4)))
    return np.where(own.any(axis=(1, 2), keepdims=True), found, np.nan)


def certainty_rows(evaluated: Evaluated, found: NDArray[np.float64]) -> pd.DataFrame:
    """Tabulate the standard deviations of the maps of one model and method, as half floats.

    Parameters
    ----------
    found : ndarray of float64, shape (n, SIDE, SIDE)

    Returns
    -------
    pandas.DataFrame
        Rows of the table `certainty`; none of a map without mass.
    """
    rows = evaluated.rows(deviation=[each.astype(_STORED).tobytes() for each in found])
    return rows[~np.isnan(found).any(axis=(1, 2))].reset_index(drop=True)[list(TABLE_COLUMNS["certainty"])]


def deviations_of_image(certainty: pd.DataFrame, image: str) -> dict[MapKey, NDArray[np.float32]]:
    """Read the standard deviations of one image's maps.

    Parameters
    ----------
    certainty : pandas.DataFrame
        The store's table.

    Returns
    -------
    dict of (model, method) to ndarray of float32, shape (SIDE, SIDE)
        In multiples of a map's mean.
    """
    rows = certainty[certainty["image"] == image]
    return {
        (str(row.model), str(row.method)): np.frombuffer(row.deviation, _STORED).reshape(SIDE, SIDE).astype(np.float32)
        for row in rows.itertuples()
    }
