import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explain.measures.hottest import hottest

MAPS = arrays(np.float64, (5, 6), elements=st.integers(-3, 20).map(float))


@given(MAPS, st.sampled_from([0.1, 0.2, 0.5, 1.0]))
def test_every_marked_cell_is_higher_than_every_other_one(saliency, share):
    found = hottest(saliency, share)
    if found.any() and not found.all():
        assert saliency[found].min() > max(saliency[~found].max(), 0) or (saliency[~found] <= 0).all()
    assert not found[saliency <= 0].any()


def test_a_fifth_of_cells_that_all_differ_is_a_fifth():
    saliency = np.random.default_rng(1).permutation(np.arange(1, 101)).reshape(10, 10)
    found = hottest(saliency)
    assert found.sum() == 20
    assert set(saliency[found]) == set(range(81, 101))


def test_equals_are_marked_together_and_an_empty_map_has_none():
    assert hottest(np.ones((4, 5))).all()
    assert not hottest(np.zeros((4, 5))).any()
