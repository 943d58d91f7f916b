import numpy as np
import pytest

from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps


def test_part_shares_of_a_uniform_map_are_as_chance():
    uniform = MapsOnGrid(np.full((1, 112, 112), 1 / 112**2))
    parts = {"head": np.zeros((1, 112, 112)), "body": np.zeros((1, 112, 112))}
    parts["head"][0, :28], parts["body"][0, 28:84] = 1, 1
    values = measure_maps(uniform, parts=parts)
    assert values["part_head"][0] == pytest.approx(0.25)
    assert values["part_head_relative"][0] == pytest.approx(1)
    assert values["part_body_relative"][0] == pytest.approx(1)


def test_a_part_that_is_not_visible_has_a_share_of_nothing_and_no_share_over_chance():
    corner, nothing = np.zeros((1, 8, 8)), np.zeros((1, 8, 8))
    corner[0, :2, :2] = 1
    maps = MapsOnGrid(np.full((1, 8, 8), 1 / 64))
    values = measure_maps(maps, parts={"wing": corner, "tail": nothing})
    assert values["part_wing"][0] == pytest.approx(4 / 64)
    assert values["part_tail"][0] == 0
    assert values["part_wing_relative"][0] == pytest.approx(1)
    assert np.isnan(values["part_tail_relative"][0])
