"""What maps that know nothing of their image score: beside these, a score says whether it is one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from explain.measures.contract import Needs
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.registry import measures_that_need
from explain.measures.spread import radius

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = dict[str, NDArray[np.float64]]

CENTRE, GAUSSIAN, UNIFORM, AVERAGE, OTHER = "centre", "gaussian", "uniform", "average", "other"
BASELINES = {
    CENTRE: "the image's centre alone",
    GAUSSIAN: "a Gaussian at the centre, as wide as the map",
    UNIFORM: "a uniform map",
    AVERAGE: "the average map of the other images",
    OTHER: "the map of another image of the class",
}
"""Maps without knowledge of their image, in words for people."""

SEED = 20_260


def partners(labels: Sequence[str]) -> NDArray[np.int64]:
    """Give each image another one of its label, whose map stands in for its own.

    Images are paired at random, with a fixed seed, so that two of them exchange their maps; of an odd number, three
    pass theirs on in a circle. A label's pairs do not depend on other labels.

    Returns
    -------
    ndarray of int64, shape (n,)
        Places; an image that is alone with its label is its own partner.

    Examples
    --------
    >>> partners(["a", "a", "b"]).tolist()
    [1, 0, 2]
    """
    names = np.asarray(labels)
    found = np.arange(len(names))
    for label in dict.fromkeys(labels):
        order = np.random.default_rng(SEED).permutation(np.flatnonzero(names == label))
        circle = 3 if len(order) % 2 and len(order) > 1 else 0
        paired, rest = order[: len(order) - circle], order[len(order) - circle :]
        for a, b in zip(paired[0::2], paired[1::2], strict=False):
            found[a], found[b] = b, a
        if circle:
            found[rest] = np.roll(rest, 1)
    return found


def without_knowledge(maps: MapsOnGrid, total: NDArray[np.float64], others: MapsOnGrid) -> dict[str, MapsOnGrid]:
    """Make for each map those that it is held against.

    Parameters
    ----------
    total : ndarray of float64, shape (h, w)
        Sum of all maps of the same model and method on the grid, these included.
    others : MapsOnGrid
        The partners' maps.

    Returns
    -------
    dict of str to MapsOnGrid
        By the names of :data:`BASELINES`, those that are the same for all maps apart, see :func:`alike_for_all`; zero,
        and so without a score, where the map itself is.
    """
    _, height, width = maps.grid.shape
    average = total - maps.grid
    made = {
        GAUSSIAN: gaussians(radius(maps), height, width),
        AVERAGE: np.maximum(average, 0, out=average),
        OTHER: others.grid,
    }
    return {name: MapsOnGrid(_as_distribution(grid, maps.has_mass)) for name, grid in made.items()}


def alike_for_all(count: int, height: int, width: int) -> dict[str, MapsOnGrid]:
    """Make the maps without knowledge that do not depend on the map: by the names of :data:`BASELINES`."""
    centre = np.zeros((height, width))
    centre[(height - 1) // 2 : height // 2 + 1, (width - 1) // 2 : width // 2 + 1] = 1
    made = {CENTRE: centre, UNIFORM: np.ones((height, width))}
    return {name: MapsOnGrid(np.repeat((each / each.sum())[None], count, axis=0)) for name, each in made.items()}


def measure_alike(coverage: NDArray[np.float64]) -> dict[str, Values]:
    """Take every measure of place of maps that are the same for all: by baseline, then by metric, shape (n,)."""
    return {name: _of_place(each, coverage) for name, each in alike_for_all(*coverage.shape).items()}


def measure_chance(
    maps: MapsOnGrid,
    coverage: NDArray[np.float64],
    total: NDArray[np.float64],
    others: MapsOnGrid,
    alike: Mapping[str, Mapping[str, NDArray[np.float64]]] | None = None,
) -> dict[str, Values]:
    """Take every measure of place of the maps that know nothing; by baseline, then by metric, shape (n,).

    Parameters
    ----------
    alike : mapping, optional
        What :func:`measure_alike` gives of the coverage, where it is known.
    """
    fixed = measure_alike(coverage) if alike is None else alike
    scores = {name: {metric: maps.or_nan(value) for metric, value in each.items()} for name, each in fixed.items()}
    made = without_knowledge(maps, total, others)
    scores |= {name: _of_place(each, coverage) for name, each in made.items()}
    return {name: scores[name] for name in BASELINES}


def _of_place(maps: MapsOnGrid, coverage: NDArray[np.float64]) -> Values:
    return {measure.name: measure.function(maps, coverage) for measure in measures_that_need(Needs.SUBJECT)}


def gaussians(radii: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Make round Gaussians at the centre, each with a given RMS radius after the border has cut it off.

    Parameters
    ----------
    radii : ndarray of float64, shape (n,)
        As :func:`explain.measures.spread.radius` gives them; NaN gives zeros. As wide as a uniform map, or wider,
        gives a uniform one.

    Returns
    -------
    ndarray of float64, shape (n, height, width)
    """
    deviations, widths = _widths(height, width)
    chosen = np.exp(np.interp(np.nan_to_num(radii), widths, np.log(deviations)))
    rows, columns = (_profiles(chosen, size) for size in (height, width))
    rows[np.isnan(radii)] = 0
    return rows[:, :, None] * columns[:, None, :]


@lru_cache(maxsize=8)
def _widths(height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tabulate the RMS radius of cut-off Gaussians by their standard deviation; the image's side is 1."""
    deviations = np.geomspace(1e-3, 1e3, 4000)
    variance = np.zeros(len(deviations))
    for size in (height, width):
        profiles = _profiles(deviations, size)
        variance += (profiles / profiles.sum(axis=1, keepdims=True)) @ ((np.arange(size) + 0.5) / size - 0.5) ** 2
    return deviations, np.sqrt(variance)


def _profiles(deviations: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    places = (np.arange(size) + 0.5) / size - 0.5
    exponents = -0.5 * (places / deviations[:, None]) ** 2
    return np.exp(exponents - exponents.max(axis=1, keepdims=True))


def _as_distribution(grid: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    sums = grid.sum(axis=(1, 2))
    return grid / np.where((sums > 0) & known, sums, np.inf)[:, None, None]
