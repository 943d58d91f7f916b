import numpy as np
from scipy.spatial.distance import cdist

from explain.statistics.likeness import distances_from


def test_distances_are_those_of_another_library():
    features = np.random.default_rng(4).random((7, 5), np.float32)
    expected = cdist(features[[3]], features, "cosine")[0]
    np.testing.assert_allclose(distances_from(features, 3), expected, atol=1e-6)
    assert distances_from(features, 3).argmin() == 3
