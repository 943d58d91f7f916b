"""Spread at a coarse grid: what averaging keeps, and the case that a finer grid answers otherwise."""

import numpy as np
import pytest

from explain.measures.coarse import area_average, coarsest_grid, measure_coarse
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.spread import entropy


def test_averaging_over_whole_cells_is_a_mean_of_blocks():
    maps = np.random.default_rng(1).random((2, 6, 9))
    np.testing.assert_allclose(area_average(maps, (2, 3)), maps.reshape(2, 2, 3, 3, 3).mean(axis=(2, 4)))


def test_averaging_over_parts_of_cells_is_that_of_a_grid_which_both_divide():
    maps = np.random.default_rng(2).random((1, 10, 10))
    fine = maps.repeat(7, axis=1).repeat(7, axis=2)  # 70 cells: ten of each coarse one
    np.testing.assert_allclose(area_average(maps, (7, 7)), fine.reshape(1, 7, 10, 7, 10).mean(axis=(2, 4)))
    assert area_average(maps, (7, 7)).mean() == pytest.approx(maps.mean())


def test_a_single_hot_cell_of_a_fine_grid_is_no_narrower_than_one_of_a_coarse_grid():
    coarse, fine = np.zeros((1, 7, 7)), np.zeros((1, 14, 14))
    coarse[0, 3, 3] = fine[0, 6, 6] = 1  # the fine cell lies in the coarse one
    grid = coarsest_grid({("a", "x"): coarse, ("b", "x"): fine})
    assert grid == (7, 7)
    assert entropy(MapsOnGrid.of(fine))[0] < entropy(MapsOnGrid.of(coarse))[0] - 0.05
    assert [measure_coarse(maps, grid)["entropy@coarse"][0] for maps in (coarse, fine)] == [0, 0]


def test_a_map_that_is_nowhere_positive_has_no_spread():
    assert np.isnan(list(measure_coarse(np.array([[[0.0, -1.0]]]), (1, 2)).values())).all()
