"""Clusters of maps: which images a network looks at in like ways, by where their maps lie."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.errors import ExplainError
from explain.measures.resampling import resample

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MOST_CLUSTERS = 8
FEWEST_MAPS = 8
SIDE = 28
"""Rows and columns that larger maps are shrunk to: neighbours are told by where maps lie, not by their texture."""


@dataclass(frozen=True)
class Clusters:
    """Maps in clusters, the largest cluster first.

    Attributes
    ----------
    assigned : ndarray of int, shape (n,)
        Each map's cluster, from 0.
    eigenvalues : ndarray of float64
        The smallest of the graph's normalised Laplacian, rising; a gap after the k-th speaks for k clusters.
    suggested : int
        Where the largest gap is.
    """

    assigned: NDArray[np.int64]
    eigenvalues: NDArray[np.float64]
    suggested: int

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.assigned.max()) + 1


def cluster_maps(maps: ArrayLike, count: int | None = None) -> Clusters:
    """Cluster maps by spectral relevance analysis.

    The positive part of each map, scaled to sum 1, is a point; every point is joined to its nearest neighbours
    (about the root of their number), and the graph is cut where it is thin.

    Parameters
    ----------
    maps : array, shape (n, h, w)
        Raw; of one class and method.
    count : int, optional
        How many clusters; by default what the eigengap suggests.

    Raises
    ------
    ExplainError
        If there are fewer than eight maps, or the count is not between 1 and 8.

    References
    ----------
    Lapuschkin et al., "Unmasking Clever Hans predictors", Nature Communications 10, 2019, methods (SpRAy); von Luxburg,
    "A tutorial on spectral clustering", Statistics and Computing 17, 2007, section 8.3 (the eigengap).
    """
    points = _points(maps)
    if len(points) < FEWEST_MAPS:
        raise ExplainError(f"There are {len(points)} maps; clusters are looked for in {FEWEST_MAPS} or more.")
    if count is not None and not 1 <= count <= MOST_CLUSTERS:
        raise ExplainError(f"{count} clusters were asked for; expected from 1 to {MOST_CLUSTERS}.")
    graph = _graph(points)
    eigenvalues = _eigenvalues(graph)
    suggested = int(np.diff(eigenvalues).argmax()) + 1
    wanted = count or suggested
    assigned = np.zeros(len(points), np.int64) if wanted == 1 else _cut(graph, wanted)
    return Clusters(_largest_first(assigned), eigenvalues, suggested)


def _points(maps: ArrayLike) -> NDArray[np.float64]:
    values = np.maximum(np.asarray(maps, np.float64), 0)
    if max(values.shape[1:]) > SIDE:
        values = resample(values, (SIDE, SIDE))
    flat = values.reshape(len(values), -1)
    total = flat.sum(axis=1, keepdims=True)
    return np.divide(flat, total, out=np.zeros_like(flat), where=total > 0)


def _graph(points: NDArray[np.float64]) -> NDArray[np.float64]:
    from sklearn.neighbors import kneighbors_graph

    joined = kneighbors_graph(points, max(3, round(np.sqrt(len(points))))).toarray()
    return np.maximum(joined, joined.T)


def _eigenvalues(graph: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.linalg import eigvalsh
    from scipy.sparse.csgraph import laplacian

    return np.maximum(eigvalsh(laplacian(graph, normed=True))[: MOST_CLUSTERS + 1], 0)


def _cut(graph: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    from sklearn.cluster import spectral_clustering

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Graph is not fully connected")  # then its parts are the clusters
        assigned = spectral_clustering(graph, n_clusters=count, assign_labels="cluster_qr", random_state=0)
    return np.asarray(assigned, np.int64)


def _largest_first(assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    names, first, sizes = np.unique(assigned, return_index=True, return_counts=True)
    order = names[np.lexsort((first, -sizes))]
    place = {name: number for number, name in enumerate(order.tolist())}
    return np.array([place[name] for name in assigned.tolist()], np.int64)
