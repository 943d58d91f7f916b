import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from explain.measures.ranks import cell_ranks

MAPS = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(2, 6), st.integers(2, 6)), elements=st.sampled_from(
    [0.0, 1e-12, 0.25, 1 / 3, 0.5, 7.0]
))  # fmt: skip


@settings(deadline=None)
@given(MAPS)
def test_ranks_are_scipys_with_ties(maps):
    np.testing.assert_array_equal(cell_ranks(maps), rankdata(maps.reshape(len(maps), -1), axis=1))
