import numpy as np
import pytest

from explain.measures.mirror import DOWN, RIGHT, mirror_fit

SIDE, CELLS = 224, 7


def scenes(count, seed=0):
    """Make places and sizes of blobs, in pixels of a square image."""
    rng = np.random.default_rng(seed)
    return [(rng.uniform(50, 174, 2), rng.uniform(25, 50)) for _ in range(count)]


def seen(scene, offset, *, down=False, right=False):
    """Look at a scene with cells that lie `offset` (down, right) pixels beyond where they are drawn."""
    (y, x), size = scene
    y, x = SIDE - y if down else y, SIDE - x if right else x
    middles = (np.arange(CELLS) + 0.5) * SIDE / CELLS
    rows = np.exp(-(((middles + offset[0] - y) / size) ** 2) / 2)
    columns = np.exp(-(((middles + offset[1] - x) / size) ** 2) / 2)
    return rows[:, None] * columns


@pytest.mark.parametrize("offset", [-15.5, -9.0, 0.0, 4.0])
def test_an_offset_is_found_along_either_axis(offset):
    known = scenes(20)
    plain = np.stack([seen(each, (offset, 2 * offset / 3)) for each in known])
    right = np.stack([seen(each, (offset, 2 * offset / 3), right=True) for each in known])
    down = np.stack([seen(each, (offset, 2 * offset / 3), down=True) for each in known])
    across, along = mirror_fit(plain, right, (SIDE, SIDE), RIGHT), mirror_fit(plain, down, (SIDE, SIDE), DOWN)
    assert across.offset == pytest.approx(2 * offset / 3, abs=1)
    assert along.offset == pytest.approx(offset, abs=1)
    assert across.low <= across.offset <= across.high
    assert across.images == 20
    assert across.after >= across.before


def test_maps_that_are_placed_rightly_are_no_more_alike_when_moved():
    known = scenes(12, seed=3)
    fit = mirror_fit(
        np.stack([seen(each, (0, 0)) for each in known]),
        np.stack([seen(each, (0, 0), right=True) for each in known]),
        (SIDE, SIDE),
    )
    assert abs(fit.offset) < 0.1
    assert fit.before == pytest.approx(1)


def test_maps_that_have_nothing_to_do_with_each_other_give_no_narrow_answer():
    rng = np.random.default_rng(5)
    fit = mirror_fit(rng.random((30, CELLS, CELLS)), rng.random((30, CELLS, CELLS)), (SIDE, SIDE))
    assert np.isnan(fit.offset) or fit.high - fit.low > 5


def test_maps_without_a_difference_do_not_count():
    assert mirror_fit(np.zeros((3, 7, 7)), np.zeros((3, 7, 7)), (SIDE, SIDE)).images == 0
