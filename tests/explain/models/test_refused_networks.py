"""Networks that do not fit, or cannot be explained: one sentence each, which says what to do."""

from dataclasses import replace

import numpy as np
import pytest

from explain.errors import ExplainError
from explain.models.network import load_network
from explain.models.specification import ModelSpec
from tests.explain.models.saved_networks import SIDE, in_turn, one_output, sequential, tape, transfer

pytestmark = pytest.mark.slow


def functional(*inputs, outputs=3, first=()):
    import keras
    from keras import layers

    given = [keras.Input((SIDE, SIDE, 3), name=name) for name in inputs or ("image",)]
    x = layers.Concatenate()(given) if len(given) > 1 else given[0]
    x = in_turn(*first, layers.Conv2D(4, 3, activation="relu", name="last"), layers.GlobalAveragePooling2D())(x)
    return keras.Model(given if len(given) > 1 else given[0], layers.Dense(outputs, name="predictions")(x))


def saved(model, folder, **facts):
    file = folder / "net.keras"
    model.save(file)
    spec = ModelSpec("own", "Own", None, file, SIDE, "tf", "last", "predictions", ("ant", "bee", "cat"))
    return replace(spec, **facts)


def refusal(spec):
    with pytest.raises(ExplainError) as caught:
        load_network(spec)
    return str(caught.value)


def test_several_inputs(tmp_path):
    message = refusal(saved(functional("image", "age"), tmp_path))
    assert "2 inputs ('image', 'age')" in message
    assert "expected one image" in message


def test_a_sequential_model_that_saw_no_image(tmp_path):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Conv2D(4, 3, name="last"), layers.Flatten(), layers.Dense(3, name="predictions")])
    assert "has seen no image yet" in refusal(saved(model, tmp_path))


def test_a_subclassed_network_and_a_layer_of_ones_own(tmp_path):
    import keras
    from keras import layers

    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x):
            return self.dense(keras.ops.mean(x, (1, 2)))

    class Own(layers.Layer):
        def call(self, x):
            return x

    model = Mine()
    model(np.zeros((1, SIDE, SIDE, 3), np.float32))
    assert "Rebuild it as a functional model" in refusal(saved(model, tmp_path))
    assert "'Own'" in refusal(saved(functional(first=[Own(name="mine")]), tmp_path))


def test_a_lambda_layer_does_not_run(tmp_path):
    import keras

    model = functional(first=[keras.layers.Lambda(lambda x: x / 255, name="scale")])
    assert "Lambda layer ('scale')" in refusal(saved(model, tmp_path))


@pytest.mark.parametrize(
    ("scale", "offset", "written", "right"),
    [
        (1 / 127.5, -1, "tf", "none"),
        (1 / 255, 0, "tf", "none"),
        (1 / 255, 0, "0..1", "none"),
        (2, -1, "none", "0..1"),
        (127.5, 127.5, "0..1", "tf"),
    ],
)
def test_pixels_that_would_be_scaled_twice(tmp_path, scale, offset, written, right):
    import keras

    model = functional(first=[keras.layers.Rescaling(scale, offset=offset, name="scale")])
    spec = saved(model, tmp_path, preprocessing=written)
    message = refusal(spec)
    assert f"preprocessing = {written!r}" in message
    assert f'Write preprocessing = "{right}"' in message
    assert load_network(replace(spec, preprocessing=right)).head is not None


def test_a_normalization_layer_and_arithmetic_on_pixels_are_scaling_as_well(tmp_path):
    import keras

    of_pixels = keras.layers.Normalization(mean=[123.0, 117.0, 104.0], variance=[3000.0, 3000.0, 3000.0])
    assert '"none"' in refusal(saved(functional(first=[of_pixels]), tmp_path))
    of_shares = keras.layers.Normalization(mean=[0.48, 0.45, 0.4], variance=[0.05, 0.05, 0.05])
    assert '"0..1"' in refusal(saved(functional(first=[of_shares]), tmp_path))
    assert '"none"' in refusal(saved(functional(first=[lambda x: x / 127.5, lambda x: x - 1]), tmp_path))
    for application in (keras.applications.vgg16, keras.applications.densenet, keras.applications.mobilenet_v2):
        assert '"none"' in refusal(saved(functional(first=[application.preprocess_input]), tmp_path))


def test_another_size_another_number_of_classes_and_no_feature_map(tmp_path):
    spec = saved(functional(), tmp_path)
    assert "Write input_size = 16" in refusal(replace(spec, input_size=(16, 32)))
    assert "3 outputs" in refusal(replace(spec, classes=("a", "b")))
    assert "expected a feature map" in refusal(replace(spec, feature_layer="predictions"))
    assert "Near it: last" in refusal(replace(spec, feature_layer="lost"))
    assert "ends in 'relu'" in refusal(replace(spec, head_layer="last"))
    assert "'softmax'" not in refusal(replace(spec, feature_layer="base/last"))


def test_one_output_wants_two_names(tmp_path):
    spec = replace(one_output().save(tmp_path), classes=("yes",))
    assert "first what 0 means, then what 1 means" in refusal(spec)


def test_a_specification_that_contradicts_how_the_network_ends(tmp_path):
    assert "ends in softmax" in refusal(replace(sequential().save(tmp_path), scores="sigmoid"))
    linear = saved(functional(), tmp_path, scores="sigmoid")
    assert load_network(linear).scores == "sigmoid"  # left to its loss, so that only a person knows


def test_weights_of_eight_bits(tmp_path):
    model = functional()
    model.quantize("int8")
    assert "before model.quantize" in refusal(saved(model, tmp_path))


def test_a_wrong_number_of_weights(tmp_path):
    import zipfile

    (tmp_path / "other").mkdir()
    spec, other = saved(functional(), tmp_path), saved(functional(outputs=5), tmp_path / "other")
    with zipfile.ZipFile(spec.file) as first, zipfile.ZipFile(other.file) as second:
        parts = {name: first.read(name) for name in ("config.json", "metadata.json")}
        parts["model.weights.h5"] = second.read("model.weights.h5")
    with zipfile.ZipFile(spec.file, "w") as mixed:
        for name, content in parts.items():
            mixed.writestr(name, content)
    message = refusal(spec)
    assert "cannot be loaded" in message
    assert "\n" not in message


def test_mixed_precision_is_explained_in_single_precision_where_scores_are_made(tmp_path):
    import keras

    keras.utils.set_random_seed(3)
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        built = transfer()
        spec = built.save(tmp_path)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    network = load_network(spec)
    pixels = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE, 3), dtype=np.uint8)
    assert network.head is not None
    found = network.forward(pixels)
    features, _, _ = tape(replace_after(built), pixels.astype(np.float32), [0, 1])
    np.testing.assert_allclose(found.activations, features, atol=2e-3 * features.max())
    by_head = found.activations.mean((1, 2)) @ network.head.kernel + network.head.bias
    np.testing.assert_allclose(found.logits, by_head, atol=2e-3 * np.abs(by_head).max())


def replace_after(built):
    import tensorflow as tf

    return replace(built, after=lambda x: tf.reduce_mean(tf.cast(x, tf.float32), (1, 2)))
