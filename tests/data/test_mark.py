"""The mark: where it lies, and what it changes of a picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.mark import HEIGHT, MARGINS, WIDTH, Place, marked, place


@given(st.integers(40, 900), st.integers(40, 900), st.integers(0, 99), st.floats(0.5, 1.5))
def test_it_lies_in_the_lower_left_corner_of_images_of_any_size(height, width, seed, scale):
    where = place(height, width, np.random.default_rng(seed), scale)
    assert 0 <= where.left <= MARGINS[1] * width + 1
    assert height - MARGINS[1] * height - 1 <= where.bottom <= height
    assert where.right - where.left == pytest.approx(WIDTH * scale * width, abs=1)
    assert where.bottom - where.top == pytest.approx(HEIGHT * scale * height, abs=1)


def test_nothing_else_of_the_picture_changes():
    pixels = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    where = place(120, 160, np.random.default_rng(1))
    changed = (marked(pixels, where) != pixels).any(axis=2)
    covered = where.mask(120, 160)
    assert not changed[~covered].any()
    assert changed[covered].mean() > 0.9


def test_its_mask_is_its_place():
    expected = np.zeros((4, 6), bool)
    expected[2:4, 1:5] = True
    np.testing.assert_array_equal(Place(1, 2, 5, 4).mask(4, 6), expected)
