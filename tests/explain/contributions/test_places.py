import numpy as np

from explain.contributions.places import BACKGROUND, parts_on_places, region_on_places
from explain.measures.alignment import Alignment


def test_parts_share_a_place_by_area_and_leave_nothing_out():
    mask = np.zeros((4, 4), np.uint8)
    mask[:2, :2] = 1  # a whole place
    mask[2:, 2] = 2  # half of one
    found = parts_on_places(mask, {1: "ear", 2: "trunk", 3: "tail"}, (2, 2))
    np.testing.assert_array_equal(found["ear"], [[1, 0], [0, 0]])
    np.testing.assert_array_equal(found["trunk"], [[0, 0], [0, 0.5]])
    assert set(found) == {"ear", "trunk", BACKGROUND}
    np.testing.assert_allclose(sum(found.values()), 1)


def test_an_alignment_moves_the_places_and_not_the_region():
    region = np.zeros((8, 8))
    region[2:4, 4:6] = 1  # one place of four rows and columns
    expected = np.zeros((4, 4))
    expected[1, 2] = 1
    np.testing.assert_array_equal(region_on_places(region, (4, 4)), expected)
    # Places that look a quarter further down and an eighth further left see it so much further up and right.
    moved = region_on_places(region, (4, 4), Alignment(down=0.25, right=-0.125))
    expected = np.zeros((4, 4))
    expected[0, 2:] = 0.5
    np.testing.assert_array_equal(moved, np.roll(expected, 0, axis=1))


def test_beyond_the_border_the_border_goes_on():
    region = np.repeat([[0, 0, 0, 1]], 4, axis=0)
    np.testing.assert_array_equal(region_on_places(region, (1, 2), Alignment(right=0.5)), [[0.5, 1]])
