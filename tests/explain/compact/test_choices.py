from pathlib import Path

import numpy as np
import pytest

from explain.compact.photographs import BROWN_BEAR, TARGETS, Photograph

pytestmark = pytest.mark.slow


def test_sizes_are_compared_on_validation_images_that_have_a_label(monkeypatch):
    from explain.compact import choices
    from explain.compact.architectures import build

    pixels = np.zeros((40, 50, 3), np.uint8)
    asked = []

    def answers(model, images):
        asked.append((model.input_shape[1], len(images)))
        # At 176 pixels one elephant of two is missed, whatever the bias of `other`.
        return np.array([[9, 0, 0], [0, 9, 0] if model.input_shape[1] == 176 else [9, 0, 0], [0, 9, 0], [0, 0, 9.0]])

    monkeypatch.setattr(choices, "logits_of", answers)
    groups = ("elephant", "elephant", "black_bear", "other", BROWN_BEAR)
    kept = [Photograph(Path(g), g, TARGETS[g], True, pixels) for g in groups]
    learnt = [Photograph(Path("other"), "other", TARGETS["other"], False, pixels)]
    found = choices.size_outcomes(build("compact-resnet"), [*kept, *learnt], (176, 208))
    assert asked == [(176, 4), (208, 4)]
    assert [outcome.size for outcome in found] == [176, 208]
    assert [outcome.recall for outcome in found] == pytest.approx([(0.5 + 1 + 1) / 3, 1])
    assert found[0].cross_entropy > found[1].cross_entropy
