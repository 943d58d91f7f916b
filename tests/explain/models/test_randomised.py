"""A network without what its top has learnt: what is shuffled, and how batch normalisation is estimated anew."""

import numpy as np
import pytest

from explain.models.model_spec import ModelSpec
from explain.models.network import import_keras, load_network

SIDE = 16


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Save and load two convolutions, each with a batch normalisation that a training has left far from the data."""
    keras = import_keras()
    rng = np.random.default_rng(0)
    image = x = keras.Input((SIDE, SIDE, 3))
    for number, channels in enumerate((4, 8)):
        x = keras.layers.Conv2D(channels, 3, padding="same", name=f"conv{number}")(x)
        x = keras.layers.BatchNormalization(name=f"norm{number}")(x)
    x = keras.layers.ReLU(name="features")(x)
    x = keras.layers.Dense(3, name="scores")(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(image, x)
    model.set_weights([rng.normal(1, 1, each.shape) ** 2 for each in model.get_weights()])
    file = tmp_path_factory.mktemp("network") / "net.keras"
    model.save(file)
    return load_network(ModelSpec("net", "Net", None, file, SIDE, "0..1", "features", "scores", ("a", "b", "c")))


def weights(network):
    return {layer.name: layer.get_weights() for layer in network._model.layers if layer.weights}


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("share", "kept"), [(0.2, ["conv0", "norm0", "conv1", "norm1"]), (0.6, ["conv0", "norm0"]), (1.0, [])]
)
def test_layers_are_shuffled_from_the_scores_back(network, share, kept):
    before, after = weights(network), weights(network.randomised(1, share))
    assert [name for name in before if same(before[name], after[name])] == kept
    for name in before:
        for one, other in zip(before[name], after[name], strict=True):
            np.testing.assert_array_equal(np.sort(one.ravel()), np.sort(other.ravel()))


def test_batch_normalisation_is_estimated_on_what_reaches_it(network):
    images = np.random.default_rng(3).random((6, SIDE, SIDE, 3)).astype(np.float32)
    keras = import_keras()
    model = network.randomised(2, 1.0, images)._model
    for number in range(2):
        reaching = np.asarray(keras.Model(model.input, model.get_layer(f"conv{number}").output)(images))
        _, _, mean, variance = model.get_layer(f"norm{number}").get_weights()
        np.testing.assert_allclose(mean, reaching.mean(axis=(0, 1, 2)), rtol=1e-4)
        np.testing.assert_allclose(variance, reaching.var(axis=(0, 1, 2)), rtol=1e-3)


def test_the_network_itself_stays_as_it_is(network):
    before = weights(network)
    network.randomised(0, 1.0, np.zeros((2, SIDE, SIDE, 3), np.float32))
    after = weights(network)
    assert all(same(before[name], after[name]) for name in before)
