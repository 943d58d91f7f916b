import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.measures.alignment import CENTRED, Alignment
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.resampling import INTERPOLATIONS, common_grid, resample

shares = st.floats(-0.3, 0.3)


def between(values, place):
    """Read a row of cells at a place in cells, linearly, the outermost going on: one number at a time."""
    low = int(np.floor(place))
    part = place - low
    last = len(values) - 1
    first, second = (values[min(max(cell, 0), last)] for cell in (low, low + 1))
    return first * (1 - part) + second * part


def naive(saliency, shape, alignment):
    rows, columns = saliency.shape
    found = np.zeros(shape)
    for y in range(shape[0]):
        for x in range(shape[1]):
            down = ((y + 0.5) / shape[0] - alignment.down) * rows - 0.5
            right = ((x + 0.5) / shape[1] - alignment.right) * columns - 0.5
            found[y, x] = between([between(row, right) for row in saliency], down)
    return found


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 9), st.integers(1, 9), shares, shares, st.integers(0, 99))
def test_a_moved_map_is_what_a_loop_over_pixels_says(rows, columns, height, width, down, right, seed):
    saliency = np.random.default_rng(seed).random((rows, columns))
    moved = Alignment(down, right)
    np.testing.assert_allclose(
        resample(saliency, (height, width), alignment=moved), naive(saliency, (height, width), moved), atol=1e-9
    )


@given(shares, shares, st.sampled_from(INTERPOLATIONS))
def test_a_constant_map_stays_constant_wherever_its_cells_lie(down, right, interpolation):
    moved = resample(np.full((2, 5, 4), 3.0), (13, 9), interpolation, Alignment(down, right))
    np.testing.assert_allclose(moved, 3.0)


@given(st.integers(-3, 3), st.integers(-3, 3))
def test_moving_by_whole_pixels_moves_the_picture_by_them(down, right):
    saliency = np.zeros((8, 8))
    saliency[4, 4] = 1
    still = resample(saliency, (32, 32))
    moved = resample(saliency, (32, 32), alignment=Alignment.of_pixels((down, right), (32, 32)))
    np.testing.assert_allclose(moved, np.roll(still, (down, right), (0, 1)), atol=1e-12)


def test_nothing_known_changes_nothing():
    maps = np.random.default_rng(1).random((2, 7, 10))
    assert Alignment.of_pixels(None, (224, 299)) == CENTRED == Alignment.of_pixels((0, 0), (224, 299))
    np.testing.assert_array_equal(resample(maps, (40, 50), alignment=CENTRED), resample(maps, (40, 50)))


def test_measures_see_a_map_in_its_place():
    saliency = np.zeros((1, 7, 7))
    saliency[0, 3, 3] = 1
    moved = Alignment(0, -1 / 7)  # a cell to the left
    one_left = np.roll(saliency, -1, axis=2)
    np.testing.assert_allclose(common_grid(saliency, moved), common_grid(one_left), atol=1e-12)
    np.testing.assert_allclose(MapsOnGrid.of(saliency, moved).grid, common_grid(one_left), atol=1e-12)


def test_pixels_are_shares_of_height_and_width():
    assert Alignment.of_pixels((-6, 8), (120, 160)) == Alignment(pytest.approx(-0.05), pytest.approx(0.05))
