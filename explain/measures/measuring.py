"""Every measure that applies, taken of maps or of a network's answers: what tables and pages call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.measures.contract import Needs
from explain.measures.registry import measures_that_need

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from explain.measures.maps_on_grid import MapsOnGrid
    from explain.measures.response import Responses

    Values = dict[str, NDArray[np.float64]]


def measure_maps(
    maps: MapsOnGrid,
    coverage: NDArray[np.float64] | None = None,
    parts: Mapping[str, NDArray[np.float64]] | None = None,
) -> Values:
    """Take every measure of maps that what is given allows.

    Parameters
    ----------
    coverage : ndarray, shape (n, h, w), optional
        Share of each cell that the labelled object covers; NaN for images of which that is not known.
    parts : mapping of str to ndarray, shape (n, h, w), optional
        The same for each of its parts.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        By metric: measures of the map alone, of its place, then of the parts, part by part.
    """
    found: Values = {measure.name: measure.function(maps) for measure in measures_that_need(Needs.MAP)}
    if coverage is not None:
        found |= {measure.name: measure.function(maps, coverage) for measure in measures_that_need(Needs.SUBJECT)}
    if parts:
        of_parts = {measure: measure.function(maps, parts) for measure in measures_that_need(Needs.PARTS)}
        found |= {measure.metric(part): values[part] for part in parts for measure, values in of_parts.items()}
    return found


def compare_maps(a: MapsOnGrid, b: MapsOnGrid) -> Values:
    """Take every measure of two maps of the same images; the dict is by metric, values of shape (n,)."""
    return {measure.name: measure.function(a, b) for measure in measures_that_need(Needs.TWO_MAPS)}


def measure_responses(responses: Responses) -> Values:
    """Take every measure of what a network answers; the dict is by metric, values of shape (n,)."""
    return {measure.name: measure.function(responses) for measure in measures_that_need(Needs.RESPONSES)}


def measure_repeats(likeness: NDArray[np.float64]) -> Values:
    """Take every measure of how alike maps stay, of correlations of shape (n,); the dict is by metric."""
    return {measure.name: measure.function(likeness) for measure in measures_that_need(Needs.REPEATS)}
