import numpy as np
import pytest
from PIL import Image

from explain.measures.alignment import CENTRED, Alignment
from explain.measures.resampling import common_grid, divide_by_maximum, resample, sum_on_grid


@pytest.mark.parametrize(
    ("name", "filter_"), [("bilinear", Image.Resampling.BILINEAR), ("nearest", Image.Resampling.NEAREST)]
)
def test_enlarging_equals_pillow(name, filter_):
    saliency = np.random.default_rng(0).random((7, 10)).astype(np.float32)
    oracle = np.asarray(Image.fromarray(saliency).resize((40, 35), filter_))
    np.testing.assert_allclose(resample(saliency, (35, 40), name), oracle, atol=1e-5)


def test_constant_maps_stay_constant_under_every_interpolation():
    for name in ("bilinear", "nearest", "bicubic"):
        np.testing.assert_allclose(resample(np.full((2, 5, 5), 3.0), (13, 9), name), 3.0)


def test_common_grid_sums_to_one_and_keeps_zero_maps_zero():
    maps = np.stack([np.zeros((7, 7)), np.eye(7)])
    grid = common_grid(maps)
    assert grid.shape == (2, 112, 112)
    assert not grid[0].any()
    assert grid[1].sum() == pytest.approx(1)


def test_a_signed_map_is_measured_by_its_positive_part():
    signed = np.random.default_rng(4).normal(size=(3, 7, 7))
    signed[2] = -np.abs(signed[2])  # nothing but evidence against
    np.testing.assert_array_equal(common_grid(signed), common_grid(np.where(signed > 0, signed, 0)))
    assert common_grid(signed)[:2].sum(axis=(1, 2)) == pytest.approx(1)
    assert not common_grid(signed)[2].any()


def test_display_scale_divides_by_own_or_shared_maximum():
    maps = np.array([[[0.0, 2.0]], [[0.0, 0.0]]])
    np.testing.assert_array_equal(divide_by_maximum(maps), [[[0, 1]], [[0, 0]]])
    np.testing.assert_array_equal(divide_by_maximum(maps, 4.0), [[[0, 0.5]], [[0, 0]]])


def test_unknown_interpolation_is_named():
    with pytest.raises(ValueError, match="lanczos"):
        resample(np.zeros((2, 2)), (4, 4), "lanczos")


@pytest.mark.parametrize("alignment", [CENTRED, Alignment(0.03, -0.05)])
def test_the_sum_on_the_grid_is_the_sum_of_the_maps_on_it(alignment):
    maps = np.random.default_rng(2).normal(0, 1, (9, 7, 10)).astype(np.float32)
    maps[3] = 0
    found, expected = sum_on_grid(maps, alignment), common_grid(maps, alignment).sum(axis=0)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert not sum_on_grid(np.zeros((2, 7, 7))).any()
