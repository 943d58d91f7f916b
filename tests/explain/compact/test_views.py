from pathlib import Path

import numpy as np
import pytest

from explain.compact import views
from explain.compact.photographs import TARGETS, Photograph
from explain.compact.views import VIEW_SIZE, VIEWS, load_views, placed, resized


def photograph(group, colour, mask=None, validation=False):
    pixels = np.broadcast_to(np.array(colour, np.uint8), (60, 80, 3))
    return Photograph(Path(group) / "0.jpg", group, TARGETS[group], validation, pixels, mask)


def middle():
    mask = np.zeros((60, 80), bool)
    mask[15:45, 20:60] = True
    return mask


@pytest.fixture
def photographs():
    return [
        photograph("elephant", (90, 90, 90)),
        photograph("elephant", (0, 0, 0), validation=True),
        photograph("other", (0, 200, 0)),
        photograph("African_elephant", (200, 0, 0), middle()),
    ]


def test_views_are_of_training_images_alone_and_the_first_shows_the_whole(photographs, tmp_path):
    found = load_views(photographs, tmp_path)
    assert found.groups.tolist() == [g for g in ("elephant", "other", "African_elephant") for _ in range(VIEWS[g])]
    assert found.targets.tolist() == [TARGETS[g] for g in found.groups]
    assert (found.pixels[: VIEWS["elephant"]] == 90).all()  # none of the black one that is kept for validation


def test_a_share_of_a_renderings_views_stands_before_other_photographs(photographs, tmp_path):
    found = load_views(photographs, tmp_path)
    rendered = found.pixels[found.groups == "African_elephant"]
    green = (rendered[..., 1] > 150).any((1, 2))
    assert green.sum() == VIEWS["African_elephant"] * views.NEW_BACKGROUND


def test_later_calls_read_what_the_first_drew(photographs, tmp_path):
    first = load_views(photographs, tmp_path)
    stored = (tmp_path / "views.npy").stat().st_mtime_ns
    again = load_views(photographs, tmp_path)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    assert (tmp_path / "views.npy").stat().st_mtime_ns == stored


def test_views_of_other_images_are_refused(photographs, tmp_path):
    load_views(photographs, tmp_path)
    with pytest.raises(ValueError, match="other training images"):
        load_views(photographs[:-1], tmp_path)


def test_a_masked_animal_is_put_before_a_background_at_any_size():
    animal, background = photograph("African_elephant", (200, 0, 0), middle()), photograph("other", (0, 200, 0))
    shares = []
    for seed in range(12):
        picture = placed(animal, background, np.random.default_rng(seed)).astype(int)
        assert picture.shape == (VIEW_SIZE, VIEW_SIZE, 3)
        shares.append((picture[..., 0] > picture[..., 1]).mean())
    assert 0.01 < min(shares) < 0.2 < max(shares) < 0.9


def test_an_animal_without_a_mask_cannot_be_cut_out():
    with pytest.raises(ValueError, match="not known"):
        placed(photograph("elephant", (9, 9, 9)), photograph("other", (0, 200, 0)), np.random.default_rng(0))


def test_a_part_of_a_ramp_is_the_ramp_there():
    ramp = np.repeat(np.repeat(np.arange(0, 200, 2, dtype=np.uint8)[None], 100, 0)[..., None], 3, 2)
    part = resized(ramp, (0.5, 0, 1, 1), 50)
    np.testing.assert_allclose(part[0, :, 0].astype(int), np.arange(100, 200, 2), atol=1)
