from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from explain.compact import augmentation
from explain.compact.augmentation import SHARES, Batches, cropped_map
from explain.compact.photographs import TARGETS, Photograph
from explain.compact.teacher import Lesson


def test_whole_map_is_returned_unchanged():
    values = np.random.default_rng(0).random((10, 10, 3), np.float32)
    np.testing.assert_allclose(cropped_map(values, (0, 0, 1, 1), 10), values, atol=1e-6)


def test_a_crop_of_a_ramp_is_the_ramp_there():
    ramp = np.broadcast_to(((np.arange(10) + 0.5) / 10)[None, :, None], (10, 10, 1))
    cropped = cropped_map(ramp, (0.25, 0, 0.75, 1), 10)
    np.testing.assert_allclose(cropped[0, :, 0], 0.25 + 0.5 * (np.arange(10) + 0.5) / 10, atol=1e-6)


@pytest.fixture
def batches():
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (60, 80, 3), np.uint8)
    mask = np.zeros((60, 80), bool)
    mask[15:45, 20:60] = True
    photographs = [
        Photograph(Path(group), group, TARGETS[group], False, pixels, mask if group[0].isupper() else None)
        for group in SHARES
    ]
    n = len(photographs)
    features = rng.standard_normal((n, 10, 10, 5)).astype(np.float16)
    lesson = Lesson(features, rng.standard_normal((n, 10, 10, 3)).astype(np.float32))
    return Batches(photographs, lesson, 16, seed=3)


def test_a_batch_depends_on_seed_and_number_only(batches):
    first = batches.batch(7, 160)
    batches.batch(8, 128)
    again = batches.batch(7, 160)
    for field in fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(again, field.name))


def test_batches_have_the_shapes_that_training_expects(batches):
    batch = batches.batch(0, 160)
    assert batch.image.shape == (16, 160, 160, 3)
    assert np.abs(batch.image).max() <= 1
    assert batch.features.shape == (16, 10, 10, 5)
    assert batch.animal.shape == batch.trust.shape == (16, 10, 10)
    sums = batch.label.sum(1)
    assert np.all(np.isclose(sums, 1) | (sums == 0))


def drawn(pixels, evidence, monkeypatch, **chances):
    """A batch of grey elephants, in the middle of whose image the teacher sees them, and of `other`, all green."""
    monkeypatch.setattr(augmentation, "SHARES", {"elephant": 0.5, "other": 0.5})
    monkeypatch.setattr(augmentation, "spoilt", lambda image, rng: image)
    monkeypatch.setattr(augmentation, "_collage", lambda base, guest, rng: base)
    monkeypatch.setattr(augmentation, "random_box", lambda rng: (0, 0, 1, 1))
    for name, value in chances.items():
        monkeypatch.setattr(augmentation, name, value)
    green = np.broadcast_to(np.array([0, 200, 0], np.uint8), (160, 160, 3))
    photographs = [
        Photograph(Path("e"), "elephant", TARGETS["elephant"], False, pixels),
        Photograph(Path("o"), "other", TARGETS["other"], False, green),
    ]
    features = np.stack([np.ones((10, 10, 4)), np.zeros((10, 10, 4))]).astype(np.float16)
    lesson = Lesson(features, np.stack([evidence, np.zeros_like(evidence)]))
    batch = Batches(photographs, lesson, 32, seed=0).batch(0, 160)
    return batch, batch.label[:, TARGETS["elephant"]] == 1


def elephant_in_the_middle():
    pixels = np.full((160, 160, 3), 250, np.uint8)
    pixels[32:128, 32:128] = 100
    evidence = np.zeros((10, 10, 3), np.float32)
    evidence[2:8, 2:8, 0] = 5
    return pixels, evidence


def test_animals_go_before_other_backgrounds_at_any_size_and_take_their_targets_along(monkeypatch):
    batch, elephants = drawn(*elephant_in_the_middle(), monkeypatch, NEW_BACKGROUND={"elephant": 1.0}, RETONED=0)
    assert 8 < elephants.sum() < 24
    sizes = set()
    for image, features, animal in zip(
        batch.image[elephants], batch.features[elephants], batch.animal[elephants], strict=True
    ):
        green = image[..., 1] - image[..., 0] > 1.5
        assert green[:8].all() or green[-8:].all() or green[:, :8].all() or green[:, -8:].all()
        centres = animal[..., None] > 0.9
        on = np.where(centres, features, 1)
        assert on.min() > 0.4
        assert features[0, 0].max() < 0.6
        assert not green[8::16, 8::16][animal > 0.9].any()
        sizes.add(int(animal.sum()))
    assert len(sizes) > 2


def test_an_animal_changes_its_tone_and_the_rest_does_not(monkeypatch):
    batch, elephants = drawn(*elephant_in_the_middle(), monkeypatch, NEW_BACKGROUND={}, RETONED=1)
    tones = batch.image[elephants][:, 80, 80, 0]
    assert np.ptp(tones) > 0.3
    np.testing.assert_allclose(batch.image[elephants][:, 2, 2, 0], 250 / 127.5 - 1, atol=0.02)
