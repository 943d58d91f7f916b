import numpy as np

from explain.contributions.clusters import Clusters
from explain.figures.eigengap import eigengap


def test_the_gap_is_shaded_between_the_two_eigenvalues_that_it_lies_between():
    found = Clusters(np.zeros(9, np.int64), np.array([0, 0, 0.1, 0.6, 0.65]), 3)
    figure = eigengap(found)
    assert list(figure.data[0].y) == [0, 0, 0.1, 0.6, 0.65]
    (shade,) = figure.layout.shapes
    assert (shade.x0, shade.x1) == (3, 4)
    assert figure.layout.annotations[0].text == "largest gap: 3 clusters"
