from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

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
    return Batches(photographs, lesson, 160, 16, seed=3)


def test_a_batch_depends_on_seed_and_number_only(batches):
    first = batches.batch(7)
    batches.batch(8)
    again = batches.batch(7)
    for field in fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(again, field.name))


def test_batches_have_the_shapes_that_training_expects(batches):
    batch = batches.batch(0)
    assert batch.image.shape == (16, 160, 160, 3)
    assert np.abs(batch.image).max() <= 1
    assert batch.features.shape == (16, 10, 10, 5)
    assert batch.animal.shape == batch.trust.shape == (16, 10, 10)
    sums = batch.label.sum(1)
    assert np.all(np.isclose(sums, 1) | (sums == 0))
