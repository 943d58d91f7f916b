import numpy as np
import pytest

from data import Box
from explain.measures.location import auc_iou
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps
from explain.measures.regions import box_coverage


def single(row, column, side=112):
    grid = np.zeros((1, side, side))
    grid[0, row, column] = 1
    return MapsOnGrid(grid)


UNIFORM = MapsOnGrid(np.full((1, 112, 112), 1 / 112**2))


def test_localisation_of_a_cell_inside_and_outside_a_box():
    coverage = box_coverage([Box(0, 0, 50, 100)], 100, 100)[None]
    inside, outside = (measure_maps(single(50, c), coverage) for c in (10, 100))
    assert (inside["peak_inside"][0], outside["peak_inside"][0]) == (1, 0)
    assert (inside["mass_inside"][0], outside["mass_inside"][0]) == pytest.approx((1, 0))
    assert measure_maps(UNIFORM, coverage)["iou_half_max"][0] == pytest.approx(0.5)


def test_images_without_a_region_have_no_place():
    coverage = np.stack([np.ones((112, 112)), np.full((112, 112), np.nan)])
    values = measure_maps(MapsOnGrid(np.repeat(UNIFORM.grid, 2, axis=0)), coverage)
    for name in ("peak_inside", "mass_inside", "iou_half_max"):
        assert values[name][0] == pytest.approx(1)
        assert np.isnan(values[name][1])
    assert not np.isnan(values["entropy"]).any()


def test_the_published_pointing_game_forgives_fifteen_pixels_of_224():
    coverage = box_coverage([Box(0, 0, 50, 100)], 100, 100)[None]  # 56 of 112 cells wide
    near = [measure_maps(single(50, column), coverage)["peak_near"][0] for column in (10, 55, 62, 63, 100)]
    assert near == [1, 1, 1, 0, 0]  # 7 cells beside the last inside are 14 pixels, 8 are 16
    nowhere = measure_maps(single(50, 10), np.zeros((1, 112, 112)))
    assert nowhere["peak_near"][0] == nowhere["auc_iou"][0] == 0


def test_a_uniform_map_points_as_a_point_at_random_does():
    coverage = box_coverage([Box(0, 0, 25, 100)], 100, 100)[None]
    assert measure_maps(UNIFORM, coverage)["peak_inside"][0] == pytest.approx(0.25)


def test_iou_over_all_thresholds_is_the_mean_of_single_ones():
    rng = np.random.default_rng(4)
    grid, coverage = rng.random((3, 40, 40)), rng.random((3, 40, 40))
    found = auc_iou(MapsOnGrid(grid), coverage)
    for cells, region, value in zip(grid, coverage, found, strict=True):
        shares = []
        for threshold in np.arange(1, 20) / 20 * cells.max():
            above = cells >= threshold
            both = region[above].sum()
            shares.append(both / (above.sum() + region.sum() - both))
        assert value == pytest.approx(np.mean(shares))
