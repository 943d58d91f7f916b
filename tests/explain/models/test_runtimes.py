"""What runs a network changes its speed and the last digits of its results, and nothing else."""

from dataclasses import replace
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from data import open_dataset
from explain.building.build import build
from explain.cli import main
from explain.errors import ExplainError
from explain.models.network import load_network
from explain.models.runtimes import ONNXRUNTIME, onnx_pass, runtime_versions
from explain.models.specification import ModelSpec, load_specifications
from explain.store import open_store

SIDE = 8


def images(n=4):
    return np.random.default_rng(2).integers(0, 256, (n, SIDE, SIDE, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Save a network that can be worked out by hand: colours mixed, ReLU, averaged, one dense layer."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    image = layers.Input((SIDE, SIDE, 3))
    features = layers.Conv2D(4, 1, activation="relu", bias_initializer="glorot_uniform", name="features")(image)
    outputs = layers.Dense(2, activation="softmax", name="predictions")(layers.GlobalAveragePooling2D()(features))
    model = keras.Model(image, outputs)
    file = tmp_path_factory.mktemp("nets") / "mixed.keras"
    model.save(file)
    return model, ModelSpec("mixed", "Mixed", None, file, SIDE, "tf", "features", "predictions", ("cat", "dog"))


@pytest.mark.slow
@pytest.mark.parametrize("runtime", ["tensorflow", "onnxruntime"])
def test_activations_and_logits_are_those_worked_out_by_hand(saved, runtime):
    model, spec = saved
    found = load_network(replace(spec, runtime=runtime)).forward(images())
    mix, shift, kernel, bias = (np.float64(values) for values in model.get_weights())
    activations = np.maximum(np.einsum("nhwc,cd->nhwd", images() / 127.5 - 1, mix[0, 0]) + shift, 0)
    np.testing.assert_allclose(found.activations, activations, atol=1e-6)
    np.testing.assert_allclose(found.logits, activations.mean(axis=(1, 2)) @ kernel + bias, atol=1e-6)


@pytest.mark.slow
def test_other_batches_and_gradients_work_as_well(saved):
    _, spec = saved
    network = load_network(replace(spec, runtime=ONNXRUNTIME))
    one_by_one = [network.forward(images()[i : i + 1]).logits[0] for i in range(4)]
    np.testing.assert_allclose(network.predict(network.preprocess(images())), one_by_one, atol=1e-6)
    prepared = network.preprocess(images())
    ours, theirs = (each.gradients(prepared, [0, 1, 1, 0])[1] for each in (network, load_network(spec)))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_a_build_on_onnx_runtime_has_the_same_maps_at_a_place_of_its_own(
    built, few_images, tmp_path, monkeypatch, capsys
):
    place = ["--dataset", str(few_images), "--cache", str(tmp_path)]
    command = ["build", *place, "--models", "compact-xception", "--runtime", "onnxruntime"]
    monkeypatch.setattr("sys.argv", ["explain", *command])
    with pytest.raises(SystemExit):
        main()
    assert "6 results computed" in capsys.readouterr().out
    usual, other = open_store(built[1].store), open_store(tmp_path / built[1].store.name)
    (after,), before = other.models, usual.model("compact-xception")
    assert (before.name, before.runtime, after.runtime) == (after.name, "tensorflow", "onnxruntime")
    assert before.digest != after.digest
    for method in ("gradcam", "fem"):
        ours, theirs = usual.saliency(before.name, method)[:], other.saliency(before.name, method)[:]
        assert ours.max() > 0
        np.testing.assert_allclose(theirs, ours, atol=1e-4 * ours.max())
    libraries = other.provenance["models"][0]["determined_by"]["libraries"]
    assert libraries.items() >= runtime_versions(ONNXRUNTIME).items()


@pytest.mark.slow
def test_a_layer_without_a_counterpart_is_a_sentence(saved):
    import keras
    from keras import layers

    image = layers.Input((SIDE, SIDE, 3))
    features = layers.Conv2D(2, 1)(image)
    outputs = layers.Dense(2)(layers.GlobalAveragePooling2D()(keras.ops.erfinv(features)))
    with pytest.raises(ExplainError, match=r"'mixed'.* cannot be converted to ONNX: .*Erfinv.*runtime 'tensorflow'"):
        onnx_pass(keras.Model(image, [features, outputs]), saved[1])


def test_without_onnx_runtime_one_sentence_says_what_to_install(few_images, tmp_path, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("explain.models.runtimes.version", missing)
    specs = [replace(spec, runtime=ONNXRUNTIME) for spec in load_specifications()]
    with pytest.raises(ExplainError, match=r"needs onnxruntime.*pip install '\.\[onnx\]'"):
        build(open_dataset(few_images), specs, tmp_path)


def test_an_unknown_runtime_is_named():
    with pytest.raises(ExplainError, match="no runtime 'abacus'; known are tensorflow, onnxruntime"):
        runtime_versions("abacus")
