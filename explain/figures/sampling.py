"""Which images a figure draws where there are more than anybody can tell apart, or a browser draws at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.figures.style import MOST_POINTS
from explain.statistics.some_images import some_of

if TYPE_CHECKING:
    import pandas as pd


def drawn(rows: pd.DataFrame, most: int = MOST_POINTS) -> tuple[pd.DataFrame, str]:
    """Draw images at random, by a fixed seed, with all rows that they have.

    Parameters
    ----------
    rows : pandas.DataFrame
        With a column `image`; of one image there may be several.
    most : int
        Images that are drawn.

    Returns
    -------
    (pandas.DataFrame, str)
        The rows, in their order; and a sentence for the caption, empty where no image is left out.
    """
    codes, images = rows["image"].factorize()
    if len(images) <= most:
        return rows, ""
    chosen = np.zeros(len(images), bool)
    # by id, so that figures of the same images draw the same ones, in whatever order their tables have them
    order = np.argsort(np.asarray(images, str), kind="stable")
    chosen[order[some_of(len(images), most)]] = True
    said = f" Drawn are {most:,} of {len(images):,} images, by a fixed seed; numbers and tables are of all."
    return rows[chosen[codes]], said
