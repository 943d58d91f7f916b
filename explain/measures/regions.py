"""Boxes and masks on the common grid, as the share of each cell that lies inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from explain.measures.resampling import COMMON_GRID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data import Box


def box_coverage(boxes: Sequence[Box], width: float, height: float) -> NDArray[np.float64]:
    """Cover the grid by the union of boxes.

    The image is stretched over the grid, as it is over a network's input.

    Parameters
    ----------
    boxes : sequence of Box
        In pixels.
    width, height : float
        Of the image, pixels.

    Returns
    -------
    ndarray of float64, shape (112, 112)
        Share of each cell inside the union, in [0, 1], exact.
    """
    if len(boxes) == 1:
        (box,) = boxes
        rows = _share_of_cells(box.y0 / height, box.y1 / height)
        return np.outer(rows, _share_of_cells(box.x0 / width, box.x1 / width))
    # Between neighbouring edges of boxes and cells the union is constant: sum the areas of these small rectangles.
    cells = np.arange(COMMON_GRID + 1) / COMMON_GRID
    across = np.unique(np.clip([*cells, *(v / width for b in boxes for v in (b.x0, b.x1))], 0, 1))
    down = np.unique(np.clip([*cells, *(v / height for b in boxes for v in (b.y0, b.y1))], 0, 1))
    x, y = (across[1:] + across[:-1]) / 2, (down[1:] + down[:-1]) / 2
    inside = np.zeros((len(y), len(x)))
    for box in boxes:
        in_x = (x > box.x0 / width) & (x < box.x1 / width)
        in_y = (y > box.y0 / height) & (y < box.y1 / height)
        inside[np.ix_(in_y, in_x)] = 1
    areas = inside * np.diff(down)[:, None] * np.diff(across)[None, :]
    of_cell = [np.searchsorted(edges, cells[:-1]) for edges in (down, across)]
    coverage = np.add.reduceat(np.add.reduceat(areas, of_cell[0], axis=0), of_cell[1], axis=1)
    return np.clip(coverage * COMMON_GRID**2, 0, 1)


def _share_of_cells(low: float, high: float) -> NDArray[np.float64]:
    """Say which share of each cell along one side an interval of [0, 1] covers."""
    cells = np.arange(COMMON_GRID + 1) / COMMON_GRID
    return np.diff(np.clip(cells, low, max(low, high))) * COMMON_GRID


def without_parts(mask: NDArray[np.uint8], parts: Mapping[int, str], beside: Sequence[str]) -> NDArray[np.uint8]:
    """Take parts that do not belong to the subject out of a mask: they become background.

    Parameters
    ----------
    mask : ndarray of uint8, shape (h, w)
    parts : mapping of int to str
        Names of the ids in it.
    beside : sequence of str
        Names of what is taken out.
    """
    taken = [number for number, name in parts.items() if name in beside]
    return np.where(np.isin(mask, taken), np.uint8(0), mask) if taken else mask


def mask_coverage(mask: NDArray[np.uint8], ids: Sequence[int] | None = None) -> NDArray[np.float64]:
    """Cover the grid by the pixels of a mask.

    Parameters
    ----------
    mask : ndarray of uint8, shape (h, w)
    ids : sequence of int, optional
        Which parts count; all but the background by default.

    Returns
    -------
    ndarray of float64, shape (112, 112)
        Share of each cell inside, in [0, 1].
    """
    chosen = mask > 0 if ids is None else np.isin(mask, list(ids))
    picture = Image.fromarray(chosen.astype(np.float32))
    covered = picture.resize((COMMON_GRID, COMMON_GRID), Image.Resampling.BOX)
    return np.clip(np.asarray(covered, np.float64), 0, 1)
