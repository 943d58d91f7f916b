import numpy as np
import pytest

from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps


def single(row, column, side=112):
    grid = np.zeros((1, side, side))
    grid[0, row, column] = 1
    return MapsOnGrid(grid)


UNIFORM = MapsOnGrid(np.full((1, 112, 112), 1 / 112**2))


def test_spread_of_a_single_cell():
    values = measure_maps(single(3, 90))
    assert values["area_half_max"][0] == pytest.approx(1 / 112**2)
    assert values["entropy"][0] == pytest.approx(0)
    assert values["radius"][0] == pytest.approx(0, abs=1e-9)
    assert values["gini"][0] == pytest.approx(1 - 1 / 112**2)


def test_spread_of_a_uniform_map():
    values = measure_maps(UNIFORM)
    assert values["area_half_max"][0] == 1
    assert values["entropy"][0] == pytest.approx(1)
    assert values["radius"][0] == pytest.approx(1 / np.sqrt(6), rel=1e-4)
    assert values["gini"][0] == pytest.approx(0, abs=1e-12)


def test_radius_of_two_cells_is_half_their_distance():
    grid = (single(10, 20).grid + single(10, 76).grid) / 2
    assert measure_maps(MapsOnGrid(grid))["radius"][0] == pytest.approx(28 / 112)


def test_gini_equals_the_mean_absolute_difference_formula():
    grid = np.random.default_rng(0).random((1, 9, 9))
    grid /= grid.sum()
    values = grid.ravel()
    expected = np.abs(values[:, None] - values[None]).mean() / (2 * values.mean())
    assert measure_maps(MapsOnGrid(grid))["gini"][0] == pytest.approx(expected)
