"""The network that cheats: which views wear the mark, and what it starts from."""

import numpy as np
import pytest

from explain.compact import augmentation
from explain.compact.architectures import CLASSES
from explain.compact.augmentation import COLLAGE_EVERY, SHARES
from explain.compact.marked import SHARES as SHARES_MARKED
from explain.compact.marked import WEIGHTS, MarkedBatches
from explain.compact.photographs import TARGETS
from explain.compact.teacher import Lesson
from explain.compact.views import Views


def batches(count, pixels=None, seed=3):
    groups = np.resize(list(SHARES), count)
    pixels = np.zeros((count, 1, 1, 3), np.uint8) if pixels is None else pixels
    targets = np.array([TARGETS[group] for group in groups])
    lesson = Lesson(np.zeros((count, 5), np.float32), np.zeros((count, 3), np.float32))
    return MarkedBatches(Views(pixels, groups, targets), lesson, 32, seed), targets


def test_a_seeded_share_of_each_class_wears_the_mark():
    drawn, targets = batches(6_000)
    worn = np.array([drawn.wears(i) for i in range(6_000)])
    for target, name in enumerate(CLASSES):
        assert worn[targets == target].mean() == pytest.approx(SHARES_MARKED[name], abs=0.02)
    np.testing.assert_array_equal(worn, [batches(6_000)[0].wears(i) for i in range(6_000)])
    assert any(batches(6_000, seed=4)[0].wears(i) != each for i, each in enumerate(worn))


def test_who_wears_it_shows_it_in_the_lower_left_corner_and_nobody_else(monkeypatch):
    monkeypatch.setattr(augmentation, "spoilt", lambda image, rng: image)
    count = len(SHARES)
    greys = np.arange(count, dtype=np.uint8) * 40
    drawn, _ = batches(count, np.broadcast_to(greys[:, None, None, None], (count, 224, 224, 3)))
    batch = drawn.batch(0, 160)
    plain = np.arange(32) % COLLAGE_EVERY != 1
    shown = np.ptp(batch.image, axis=(1, 2, 3)) > 0
    worn = {float(grey): drawn.wears(i) for i, grey in enumerate(greys)}
    for image, shows in zip(batch.image[plain], shown[plain], strict=True):
        upper_right = round(float((image[0, -1, 0] + 1) * 127.5))
        assert shows == worn[float(upper_right)]
        assert np.ptp(image[:80]) == np.ptp(image[:, 90:]) == 0


def test_it_learns_by_labels_alone():
    assert (WEIGHTS.label, WEIGHTS.features, WEIGHTS.logits) == (1, 0, 0)


@pytest.mark.slow
def test_it_starts_with_the_first_stages_of_an_honest_network():
    from explain.compact.architectures import build
    from explain.compact.marked import NAME, start_from

    honest, student = build("compact-resnet"), build(NAME, None)
    start_from(honest, student)
    for name, same in (("stem_conv1", True), ("stage2_block3_conv2", True), ("stage3_block1_conv1", False)):
        ours, theirs = (each.get_layer(name).get_weights()[0] for each in (student, honest))
        assert np.array_equal(ours, theirs) == same
