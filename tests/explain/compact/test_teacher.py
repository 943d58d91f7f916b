import numpy as np
import pytest

from explain.compact.teacher import COMPONENTS, lesson_of, teach
from explain.compact.views import Views


def pooled_features():
    rng = np.random.default_rng(0)
    targets = np.repeat([0, 1, 2], [30, 40, 80])
    centres = rng.standard_normal((3, COMPONENTS + 20)) * 2
    return (centres[targets] + rng.standard_normal((len(targets), COMPONENTS + 20))).astype(np.float32), targets


def test_a_lesson_has_one_row_per_view_scaled_to_one():
    lesson = lesson_of(*pooled_features())
    assert lesson.features.shape == (150, COMPONENTS)
    assert (lesson.features**2).mean() == pytest.approx(1, rel=1e-4)
    variances = lesson.features.var(0)
    assert variances[0] > 10 * variances[-1]


def test_the_teachers_logits_name_the_labels():
    pooled, targets = pooled_features()
    assert (lesson_of(pooled, targets).logits.argmax(1) == targets).mean() > 0.97


def views_of(targets):
    pixels = np.broadcast_to(np.uint8(0), (len(targets), 224, 224, 3))
    return Views(pixels, np.array(["other"] * len(targets)), targets)


def test_the_teacher_is_not_asked_again_what_it_has_answered(tmp_path):
    pooled, targets = pooled_features()
    np.save(tmp_path / "pooled.npy", pooled)
    first = teach(views_of(targets), tmp_path / "none.keras", tmp_path)
    (tmp_path / "pooled.npy").unlink()
    again = teach(views_of(targets), tmp_path / "none.keras", tmp_path)
    np.testing.assert_array_equal(first.features, again.features)
    np.testing.assert_array_equal(first.logits, again.logits)


def test_answers_of_other_views_are_refused(tmp_path):
    pooled, targets = pooled_features()
    np.save(tmp_path / "pooled.npy", pooled)
    teach(views_of(targets), tmp_path / "none.keras", tmp_path)
    with pytest.raises(ValueError, match="other views"):
        teach(views_of(targets[:3]), tmp_path / "none.keras", tmp_path)
