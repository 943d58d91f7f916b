import numpy as np
import pytest

from explain.statistics.averages import AverageMap, average_map, averages_table


def test_every_map_weighs_the_same_and_empty_ones_do_not_count():
    maps = np.zeros((3, 2, 2), np.float32)
    maps[0, 0, 0], maps[1, 1, 1] = 1000, 1
    mean, n = average_map(maps)
    assert n == 2
    assert mean.sum() == pytest.approx(1)
    np.testing.assert_allclose(mean, mean[::-1, ::-1], atol=1e-9)


def test_nothing_to_average_is_a_zero_map():
    mean, n = average_map(np.zeros((0, 7, 7), np.float32))
    assert n == 0
    assert not mean.any()


def test_the_centre_of_mass_lies_where_the_mass_is():
    saliency = np.zeros((112, 112), np.float32)
    saliency[27:29, 83:85] = 0.25
    row = averages_table([AverageMap("bear", "m", "fem", 4, saliency, np.zeros((160, 160, 3), np.uint8))]).iloc[0]
    assert row["centre_row"] == pytest.approx(0.25)
    assert row["centre_column"] == pytest.approx(0.75)
    assert row["n"] == 4
