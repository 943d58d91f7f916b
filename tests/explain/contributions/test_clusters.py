import numpy as np
import pytest
from sklearn.cluster import SpectralClustering

from explain.contributions.clusters import FEWEST_MAPS, cluster_maps
from explain.errors import ExplainError


def blobs(sizes, seed=0):
    """Make maps that lie in one corner each, and a number of the corner per map."""
    rng = np.random.default_rng(seed)
    which = np.repeat(range(len(sizes)), sizes)
    maps = rng.random((len(which), 8, 8)) * 0.05
    for number, corner in enumerate(which):
        row, column = 4 * (corner // 2), 4 * (corner % 2)
        maps[number, row : row + 4, column : column + 4] += rng.random((4, 4))
    order = rng.permutation(len(which))
    return maps[order], which[order]


def same_partition(one, other):
    return len({*zip(one, other, strict=True)}) == len({*one}) == len({*other})


def test_planted_clusters_are_found_the_largest_first():
    maps, which = blobs((9, 16, 12))
    found = cluster_maps(maps)
    assert found.suggested == found.count == 3
    assert same_partition(found.assigned, which)
    assert np.bincount(found.assigned).tolist() == [16, 12, 9]
    assert found.eigenvalues[:3] == pytest.approx([0, 0, 0], abs=1e-9)
    assert found.eigenvalues[3] > 0.1


def test_a_count_that_is_asked_for_is_given_and_agrees_with_another_assignment():
    maps, which = blobs((10, 10, 10, 10), seed=4)
    found = cluster_maps(maps, 4)
    points = maps.reshape(len(maps), -1) / maps.sum(axis=(1, 2))[:, None]
    peer = SpectralClustering(4, affinity="rbf", gamma=300, assign_labels="kmeans", random_state=1).fit_predict(points)
    assert same_partition(found.assigned, which)
    assert same_partition(peer, found.assigned)


def test_scale_and_what_speaks_against_a_class_do_not_count():
    maps, _ = blobs((12, 12))
    stretched = maps * np.linspace(1, 9, len(maps))[:, None, None]
    np.testing.assert_array_equal(cluster_maps(maps, 2).assigned, cluster_maps(stretched, 2).assigned)
    assert cluster_maps(np.zeros((10, 4, 4))).count >= 1


def test_fewer_maps_than_a_graph_needs_and_odd_counts_are_refused():
    with pytest.raises(ExplainError, match="8 or more"):
        cluster_maps(np.ones((FEWEST_MAPS - 1, 2, 2)))
    with pytest.raises(ExplainError, match="from 1 to 8"):
        cluster_maps(np.ones((10, 2, 2)), 9)
