"""A map that follows its image is alike to itself under every change; one that stays where it is is not."""

import numpy as np
import pytest

from explain.faithfulness.small_changes import CHANGES, CUT_LEFT, CUT_RIGHT, MIRRORED, NOISES, changed, parts_to_compare
from explain.measures.agreement import agreement
from explain.measures.alignment import CENTRED, Alignment

SIDE = 112


def picture():
    """Make a picture with one bright spot off the middle."""
    at = np.arange(SIDE) + 0.5
    spot = np.exp(-((at[:, None] - 40) ** 2 + (at - 70) ** 2) / 300)
    return np.repeat((spot * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def brightness(pixels):
    """Look at a picture: the brightness of 14 x 14 parts of it."""
    return pixels.astype(np.float64).mean(axis=2).reshape(14, 8, 14, 8).mean(axis=(1, 3))


def likeness(own, of_changed, alignment=CENTRED):
    pairs = parts_to_compare(own[None], {name: each[None] for name, each in of_changed.items()}, alignment)
    return {name: agreement(*two)["pearson"][0] for name, two in zip(of_changed, pairs, strict=True)}


def test_a_map_that_follows_its_image_stays_alike():
    changes = changed(picture(), seed=1)
    assert tuple(changes) == CHANGES
    found = likeness(brightness(picture()), {name: brightness(each) for name, each in changes.items()})
    assert min(found.values()) > 0.97


def test_a_map_that_stays_where_it_is_is_caught_by_the_mirror_and_by_cuts():
    own = brightness(picture())
    found = likeness(own, dict.fromkeys(CHANGES, own))
    assert found[MIRRORED] < 0.5
    assert found[CUT_LEFT] < 0.97
    assert found[CUT_RIGHT] < 0.97
    assert [found[name] for name in NOISES] == pytest.approx([1, 1])


def test_a_cut_shows_what_lies_behind_it():
    pixels = picture()
    changes = changed(pixels, seed=1)
    assert np.abs(changes[CUT_LEFT].astype(int) - np.asarray(pixels)).max() > 20
    np.testing.assert_array_equal(changes[MIRRORED], pixels[:, ::-1])
    assert all(each.shape == pixels.shape and each.dtype == np.uint8 for each in changes.values())


def test_the_same_seed_gives_the_same_noise_and_each_noise_is_another():
    first, again, other = (changed(picture(), seed)[NOISES[0]] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, changed(picture(), 1)[NOISES[1]])


def test_where_cells_lie_is_taken_into_account():
    """Cells that lie a third of a cell to the left see that much less of the spot: known, the mirror test is passed."""
    pixels, moved = picture(), Alignment(0, -3 / SIDE)

    def seen(image):
        return brightness(np.roll(image, 3, axis=1))

    known, unknown = (
        likeness(seen(pixels), {MIRRORED: seen(pixels[:, ::-1])}, at)[MIRRORED] for at in (moved, CENTRED)
    )
    assert known > 0.99 > unknown
