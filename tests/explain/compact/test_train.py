from pathlib import Path

import numpy as np
import pytest

from explain.compact.augmentation import SHARES
from explain.compact.photographs import TARGETS, Photograph
from explain.compact.teacher import COMPONENTS, Lesson

pytestmark = pytest.mark.slow


def losses_with_the_animal_at(column):
    """Two losses of one image whose evidence and features lie in column 2 of a 10 x 10 map."""
    from explain.compact.losses import inside_losses

    activations = np.zeros((1, 10, 10, 4), np.float32)
    activations[0, 4, 2] = 5
    seen = np.zeros((1, 10, 10, 3), np.float32)
    seen[0, 4, 2, 0] = 20
    animal = np.zeros((1, 10, 10), np.float32)
    animal[0, 3:6, column] = 1
    label = np.array([[1, 0, 0]], np.float32)
    return [float(loss) for loss in inside_losses(activations, seen, label, animal)]


def test_explanations_on_the_animal_cost_little():
    gradcam, fem = losses_with_the_animal_at(2)
    assert gradcam < 0.1
    assert fem < 0.3


def test_explanations_beside_the_animal_cost_much():
    on, beside = losses_with_the_animal_at(2), losses_with_the_animal_at(7)
    assert all(b > a + 2 for a, b in zip(on, beside, strict=True))


def test_exported_kernels_are_half_as_wide_and_load_as_float32(tmp_path):
    import keras

    from explain.compact.architectures import build
    from explain.compact.export import export

    model = build("compact-resnet")
    path = tmp_path / "small.keras"
    export(model, path)
    loaded = keras.saving.load_model(path, compile=False, safe_mode=True)
    for ours, theirs in zip(model.get_weights(), loaded.get_weights(), strict=True):
        assert theirs.dtype == np.float32
        np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-6)
    assert path.stat().st_size < 2.3 * model.count_params()


def test_features_are_compared_at_each_place_and_as_a_whole():
    from explain.compact.losses import POOLED, feature_loss

    there = np.zeros((1, 2, 2, 1), np.float32)
    moved = np.array([1, -1, 0, 0], np.float32).reshape(there.shape)
    lifted = there + 1
    assert float(feature_loss(there, there)) == 0
    assert float(feature_loss(moved, there)) == pytest.approx(0.5)  # places differ, their mean does not
    assert float(feature_loss(lifted, there)) == pytest.approx(1 + POOLED)


def test_the_rate_rises_and_falls_to_a_hundredth():
    from explain.compact.schedule import Schedule

    schedule = Schedule(learning_rate=0.1, warm_up=10)
    assert schedule.rate(0, 0) == pytest.approx(0.01)
    assert schedule.rate(9, 0) == pytest.approx(0.1)
    assert schedule.rate(100, 0.5) == pytest.approx(0.05)
    assert schedule.rate(100, 1) == pytest.approx(0.001)


@pytest.fixture(scope="module")
def lesson():
    """One image of noise per group, and a lesson of noise."""
    rng = np.random.default_rng(0)
    photographs = []
    for group in SHARES:
        mask = np.ones((64, 64), bool) if group[0].isupper() else None
        pixels = rng.integers(0, 256, (64, 64, 3), np.uint8)
        photographs.append(Photograph(Path(group), group, TARGETS[group], False, pixels, mask))
    features, evidence = (rng.standard_normal((len(SHARES), 4, 4, c), np.float32) for c in (COMPONENTS, 3))
    return photographs, Lesson(features.astype(np.float16), evidence)


def trained(lesson, folder, steps, start=None):
    from explain.compact.schedule import Schedule
    from explain.compact.train import train

    schedule = Schedule(steps=steps, batch_size=2, warm_up=1)
    return train("compact-resnet", *lesson, folder, schedule, start=start, report=lambda line: None)


def test_a_network_that_is_trained_on_keeps_its_first_layers_and_moves_the_others(lesson, tmp_path):
    from explain.compact.architectures import FIRST_LAYERS_END, build

    start = build("compact-resnet")
    start.save(tmp_path / "start.keras")
    after = trained(lesson, tmp_path, 2, tmp_path / "start.keras")
    names = [layer.name for layer in start.layers]
    kept = names[: names.index(FIRST_LAYERS_END["compact-resnet"]) + 1]
    for layer in start.layers:
        # To the last digit but one: averaging a weight with itself rounds.
        same = all(map(np.allclose, layer.get_weights(), after.get_layer(layer.name).get_weights()))
        assert same == (layer.name in kept or not layer.weights), layer.name


def test_a_finished_schedule_is_not_trained_again(lesson, tmp_path):
    from explain.compact.train import restored

    first = trained(lesson, tmp_path, 2)
    again = trained(lesson, tmp_path, 2)
    stored, steps = restored("compact-resnet", tmp_path)
    assert steps == 2
    for model in (again, stored):
        assert all(map(np.array_equal, first.get_weights(), model.get_weights()))
