import numpy as np
import pytest

from explain.figures.free_places import NARROW, WIDE, places_of_names, room_in_corner, size_of

LETTER = 6.5  # pixels, of a figure's usual letter
NAMES = ["African elephant", "American black bear"]


def two_clouds(apart, seed=0):
    generator = np.random.default_rng(seed)
    points = generator.normal(0, 0.5, (120, 2))
    groups = np.repeat([0, 1], 60)
    return points + groups[:, None] * np.array([apart, 0.0]), groups


def covered(points, place, name, width, height):
    """Count the points below a name that stands in the middle of a place, in a figure of so many pixels."""
    span = points.max(axis=0) - points.min(axis=0)
    away = np.abs(points - place) / span * (width, height)
    return int((away < (LETTER * len(name) / 2, 7)).all(axis=1).sum())


@pytest.mark.parametrize("seed", range(5))
def test_names_stand_beside_their_own_points_and_cover_none(seed):
    points, groups = two_clouds(6, seed)
    places = places_of_names(points, groups, NAMES, 400)
    for group, (name, place) in enumerate(zip(NAMES, places, strict=True)):
        assert covered(points, place, name, WIDE, 400) == 0
        nearest = np.hypot(*(points - place).T).argmin()
        assert groups[nearest] == group


@pytest.mark.parametrize("seed", range(5))
def test_names_do_not_lie_over_each_other_and_are_not_cut_off_on_a_telephone(seed):
    points, groups = two_clouds(6, seed)
    places = np.array(places_of_names(points, groups, NAMES, 400))
    low, high = points.min(axis=0), points.max(axis=0)
    pixels = (places - low) / (high - low) * (NARROW, 400)
    halves = np.array([(LETTER * len(name) / 2, 7) for name in NAMES])
    assert ((pixels >= halves) & (pixels <= np.array([NARROW, 400]) - halves)).all()
    assert (np.abs(pixels[0] - pixels[1]) > halves.sum(axis=0)).any()


def test_points_that_lie_among_each_other_have_no_names_beside_them():
    points, groups = two_clouds(0)
    assert places_of_names(points, groups, NAMES, 400) is None


def test_the_same_points_give_the_same_places():
    points, groups = two_clouds(6)
    assert places_of_names(points, groups, NAMES, 400) == places_of_names(points, groups, NAMES, 400)


def test_a_single_point_has_its_name_within_the_figure_or_none():
    for place in places_of_names(np.zeros((1, 2)), np.zeros(1, int), ["x"], 400) or []:
        assert np.abs(place).max() <= 1


def test_a_corner_is_free_where_no_point_is():
    corners = ((False, True), (True, False))
    assert room_in_corner(np.array([[0.9, 0.9]]), 0.4, 0.2, corners) == (False, True)
    assert room_in_corner(np.array([[0.1, 0.9]]), 0.4, 0.2, corners) == (True, False)
    assert room_in_corner(np.array([[0.1, 0.9], [0.9, 0.1]]), 0.4, 0.2, corners) is None


def test_a_name_is_as_wide_as_its_longest_line():
    assert size_of("four<br>letters") == (size_of("letters")[0], 2 * size_of("four")[1])
