from dataclasses import fields

import numpy as np
import pytest

from explain.compact import augmentation
from explain.compact.augmentation import COLLAGE_EVERY, SHARES, Batches
from explain.compact.photographs import TARGETS
from explain.compact.teacher import Lesson
from explain.compact.views import Views

GROUPS = np.array(list(SHARES))


def batches(pixels=None):
    rng = np.random.default_rng(2)
    if pixels is None:
        pixels = rng.integers(0, 256, (len(GROUPS), 224, 224, 3), np.uint8)
    views = Views(pixels, GROUPS, np.array([TARGETS[group] for group in GROUPS]))
    features, logits = (rng.standard_normal((len(GROUPS), c), np.float32) for c in (5, 3))
    return Batches(views, Lesson(features, logits), 32, seed=3)


def test_a_batch_depends_on_seed_and_number_only():
    drawn = batches()
    first = drawn.batch(7, 160)
    drawn.batch(8, 128)
    for other in (drawn.batch(7, 160), batches().batch(7, 160)):
        for field in fields(first):
            np.testing.assert_array_equal(getattr(first, field.name), getattr(other, field.name))


def test_what_a_batch_says_beside_the_image_has_no_place_in_it():
    batch = batches().batch(0, 160)
    assert batch.image.shape == (32, 160, 160, 3)
    assert np.abs(batch.image).max() <= 1
    assert batch.label.shape == batch.logits.shape == (32, 3)
    assert batch.features.shape == (32, 5)
    assert batch.taught.shape == (32,)
    np.testing.assert_allclose(batch.label.sum(1), 1, rtol=1e-6)


@pytest.fixture
def plain(monkeypatch):
    """A batch whose views have one grey each, by which they are known, and that no camera spoils."""
    monkeypatch.setattr(augmentation, "spoilt", lambda image, rng: image)
    greys = np.arange(len(GROUPS), dtype=np.uint8) * 40
    pixels = np.broadcast_to(greys[:, None, None, None], (len(GROUPS), 224, 224, 3))
    return batches(pixels).batch(0, 128)


def test_the_teacher_is_heard_on_views_that_it_names_and_not_on_collages(plain):
    collage = np.arange(32) % COLLAGE_EVERY == 1
    named = plain.logits.argmax(1) == plain.label.argmax(1)
    assert named[~collage].any()
    assert not named[~collage].all()
    np.testing.assert_array_equal(plain.taught, named & ~collage)
    # One view and nothing else is in each picture that is no collage.
    assert np.ptp(plain.image[~collage], axis=(1, 2, 3)).max() == 0


def test_a_collages_label_is_mixed_by_area(plain):
    for i in range(1, 32, COLLAGE_EVERY):
        guest, base = plain.image[i - 1, 0, 0, 0], plain.image[i]
        if plain.label[i].max() == 1:
            continue  # two of one class
        share = (base == guest).all(-1).mean()
        assert plain.label[i][plain.label[i - 1].argmax()] == pytest.approx(share, abs=1e-6)
