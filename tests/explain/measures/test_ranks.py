import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from explain.measures.agreement import agreement
from explain.measures.ranks import cell_ranks
from explain.measures.spread import spread_metrics

MAPS = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(2, 6), st.integers(2, 6)), elements=st.sampled_from(
    [0.0, 1e-12, 0.25, 1 / 3, 0.5, 7.0]
))  # fmt: skip


@settings(deadline=None)
@given(MAPS)
def test_ranks_are_scipys_with_ties(maps):
    np.testing.assert_array_equal(cell_ranks(maps), rankdata(maps.reshape(len(maps), -1), axis=1))


@settings(deadline=None)
@given(MAPS)
def test_known_ranks_change_no_number(maps):
    total = maps.sum(axis=(1, 2), keepdims=True)
    grid = np.divide(maps, total, out=np.zeros_like(maps), where=total > 0)
    known = spread_metrics(grid, cell_ranks(grid))
    for name, values in spread_metrics(grid).items():
        np.testing.assert_array_equal(values, known[name])
        assert ((values > -1e-12) & (values < 1 + 1e-12))[total[:, 0, 0] > 0].all()
        assert np.isnan(values[total[:, 0, 0] == 0]).all()


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
