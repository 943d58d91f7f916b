import numpy as np
import pytest

from explain.measures.structure import structural_similarity


def naive(a, b):
    """Slide the paper's window over two maps, one cell at a time."""
    offsets = np.arange(-5, 6)
    weights = np.exp(-(offsets[:, None] ** 2 + offsets**2) / (2 * 1.5**2))
    weights /= weights.sum()
    a, b = a / a.max(), b / b.max()
    big_a, big_b = (np.pad(each, 5, mode="symmetric") for each in (a, b))
    found = np.zeros(a.shape)
    for y, x in np.ndindex(a.shape):
        one, other = big_a[y : y + 11, x : x + 11], big_b[y : y + 11, x : x + 11]
        mean_one, mean_other = (weights * one).sum(), (weights * other).sum()
        var_one = (weights * (one - mean_one) ** 2).sum()
        var_other = (weights * (other - mean_other) ** 2).sum()
        both = (weights * (one - mean_one) * (other - mean_other)).sum()
        found[y, x] = ((2 * mean_one * mean_other + 1e-4) * (2 * both + 9e-4)) / (
            (mean_one**2 + mean_other**2 + 1e-4) * (var_one + var_other + 9e-4)
        )
    return found.mean()


def test_it_is_what_a_sliding_window_says():
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 20, 17)), rng.random((2, 20, 17))
    expected = [naive(one, other) for one, other in zip(a, b, strict=True)]
    np.testing.assert_allclose(structural_similarity(a, b), expected, atol=1e-10)


def test_equal_maps_are_one_whatever_their_scale_and_zero_maps_are_undefined():
    maps = np.random.default_rng(1).random((2, 16, 16))
    assert structural_similarity(maps, 3 * maps) == pytest.approx(np.ones(2))
    maps[1] = 0
    assert np.isnan(structural_similarity(maps, maps)).tolist() == [False, True]
