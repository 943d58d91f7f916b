import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import pearsonr, spearmanr

from explain.measures.agreement import agreement, agreement_of_every_two
from explain.measures.maps_on_grid import MapsOnGrid

MAPS = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(2, 6), st.integers(2, 6)), elements=st.sampled_from(
    [0.0, 1e-12, 0.25, 1 / 3, 0.5, 7.0]
))  # fmt: skip


def test_agreement_equals_scipy_cell_by_cell():
    rng = np.random.default_rng(0)
    a, b = (x / x.sum() for x in rng.random((2, 1, 30, 30)))
    found = agreement(a, b)
    assert found["pearson"][0] == pytest.approx(pearsonr(a.ravel(), b.ravel()).statistic)
    assert found["spearman"][0] == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic)
    assert found["sim"][0] == pytest.approx(sum(min(x, y) for x, y in zip(a.ravel(), b.ravel(), strict=True)))
    top = [set(np.argsort(x.ravel())[-180:]) for x in (a, b)]
    assert found["iou_top20"][0] == pytest.approx(len(top[0] & top[1]) / len(top[0] | top[1]))


def test_a_map_agrees_with_itself():
    grid = np.random.default_rng(1).random((2, 20, 20))
    grid /= grid.sum(axis=(1, 2), keepdims=True)
    for value in agreement(grid, grid).values():
        np.testing.assert_allclose(value, 1)


def test_every_two_are_compared_once_as_two_alone_are():
    grids = np.random.default_rng(2).random((3, 2, 9, 9))
    grids /= grids.sum(axis=(2, 3), keepdims=True)
    found = {
        (a, b): values for a, b, values in agreement_of_every_two(dict(zip("xyz", map(MapsOnGrid, grids), strict=True)))
    }
    assert list(found) == [("x", "y"), ("x", "z"), ("y", "z")]
    for name, values in agreement(grids[0], grids[2]).items():
        np.testing.assert_array_equal(found["x", "z"][name], values)


@settings(deadline=None)
@given(MAPS, st.integers(0, 2**32 - 1))
def test_agreement_is_symmetric_and_bounded(maps, seed):
    grid = (maps + 0.1) / (maps + 0.1).sum(axis=(1, 2), keepdims=True)
    other = np.random.default_rng(seed).random(grid.shape)
    other /= other.sum(axis=(1, 2), keepdims=True)
    there, back = agreement(grid, other), agreement(other, grid)
    for name, values in there.items():
        np.testing.assert_allclose(values, back[name], atol=1e-12)
        assert not (np.abs(values) > 1 + 1e-12).any()
