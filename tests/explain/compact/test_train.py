import numpy as np
import pytest

from explain.compact.augmentation import SHARES
from explain.compact.photographs import TARGETS
from explain.compact.teacher import COMPONENTS, Lesson
from explain.compact.views import Views

pytestmark = pytest.mark.slow


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


def test_the_rate_rises_and_falls_to_a_hundredth():
    from explain.compact.schedule import Schedule

    schedule = Schedule(learning_rate=0.1, warm_up=10)
    assert schedule.rate(0, 0) == pytest.approx(0.01)
    assert schedule.rate(9, 0) == pytest.approx(0.1)
    assert schedule.rate(100, 0.5) == pytest.approx(0.05)
    assert schedule.rate(100, 1) == pytest.approx(0.001)


@pytest.fixture(scope="module")
def lesson():
    """One view of noise per group, and a lesson of noise."""
    rng = np.random.default_rng(0)
    groups = np.array(list(SHARES))
    pixels = rng.integers(0, 256, (len(groups), 224, 224, 3), np.uint8)
    features, logits = (rng.standard_normal((len(groups), c), np.float32) for c in (COMPONENTS, 3))
    return Views(pixels, groups, np.array([TARGETS[g] for g in groups])), Lesson(features, logits)


@pytest.fixture(scope="module", autouse=True)
def of_three_blocks():
    """Make the network of three narrow blocks: what is tested here is alike for any, and a step is traced for each."""
    with pytest.MonkeyPatch.context() as patch:
        stages = ((4, 16, 1, 1), (8, 32, 1, 2), (16, 64, 1, 2))
        patch.setattr("explain.compact.architectures.RESNET_STAGES", stages)
        yield


def trained(lesson, folder, steps, **options):
    from explain.compact.schedule import Schedule
    from explain.compact.train import train

    schedule = Schedule(steps=steps, batch_size=2, warm_up=1, early_share=1, **options)
    return train("compact-resnet", *lesson, [], folder, schedule, report=lambda line: None)


@pytest.fixture(scope="module")
def at_once(lesson, of_three_blocks, tmp_path_factory):
    """Train four steps without a stop; give the network and the folder of its checkpoint."""
    folder = tmp_path_factory.mktemp("at_once")
    return trained(lesson, folder, 4), folder


def test_a_finished_schedule_is_not_trained_again(lesson, at_once):
    from explain.compact.train import restored

    first, folder = at_once
    again = trained(lesson, folder, 4)
    stored, steps, seconds = restored("compact-resnet", 0, folder)
    assert steps == 4
    assert seconds > 0
    for model in (again, stored):
        assert all(map(np.array_equal, first.get_weights(), model.get_weights()))


def test_training_goes_on_from_the_last_checkpoint(lesson, at_once, tmp_path, monkeypatch):
    from explain.compact import trainer
    from explain.compact.train import restored

    learnt = []
    step = trainer.Trainer.step

    def stopped_once(self, example, rate, number):
        if number == 2 and "stopped" not in learnt:
            learnt.append("stopped")
            raise KeyboardInterrupt
        learnt.append(number)
        return step(self, example, rate, number)

    monkeypatch.setattr(trainer.Trainer, "step", stopped_once)
    with pytest.raises(KeyboardInterrupt):
        trained(lesson, tmp_path / "stopped", 4, checkpoint_every=1)
    resumed = trained(lesson, tmp_path / "stopped", 4, checkpoint_every=1)
    assert learnt == [0, 1, "stopped", 2, 3]
    assert restored("compact-resnet", 0, tmp_path / "stopped")[1] == 4
    # Initial weights, batches and rates follow from the seed and the step, so that nothing tells the two apart.
    for ours, theirs in zip(resumed.get_weights(), at_once[0].get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_a_checkpoint_that_is_not_there_is_named(tmp_path):
    from explain.compact.train import restored

    with pytest.raises(FileNotFoundError, match=r"compact-resnet-3\.checkpoint"):
        restored("compact-resnet", 3, tmp_path)
