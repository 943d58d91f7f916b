import numpy as np
import pytest

pytestmark = pytest.mark.slow


def losses_with_the_animal_at(column):
    """Two losses of one image whose evidence and features lie in column 2 of a 10 x 10 map."""
    from explain.compact.train import inside_losses

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
