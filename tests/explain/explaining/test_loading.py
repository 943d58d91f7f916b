"""Networks by name, from files and tables, and in memory: all the same network, and a sentence for what is none."""

import warnings

import numpy as np
import pytest

import explain
from tests.explain.models.saved_networks import nested_in_functional, sequential, tape, transfer

pytestmark = pytest.mark.slow
PIXELS = np.random.default_rng(5).integers(0, 256, (16, 16, 3), np.uint8)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    import keras

    keras.utils.set_random_seed(3)
    built = transfer()
    folder = tmp_path_factory.mktemp("kept")
    built.model.save(folder / "mine.keras")
    (folder / "models.toml").write_text(
        '[mine]\nfile = "mine.keras"\nclasses = ["ant", "bee", "cat"]\n'
        '[other]\nfile = "mine.keras"\ntitle = "Other"\nfeature_layer = "base/conv"\nclasses = ["a", "b", "c"]\n'
    )
    return built, folder


def test_a_file_a_table_and_a_model_in_memory_are_one_network(kept):
    built, folder = kept
    found = [
        network.explain(PIXELS, "gradcam", target=2)
        for network in (
            explain.load(folder / "mine.keras"),
            explain.load(folder / "models.toml", "mine"),
            explain.wrap(built.model),
            explain.wrap(built.model, "Mine", classes=("ant", "bee", "cat"), preprocessing="none"),
        )
    ]
    assert [each.target for each in found] == ["2", "cat", "2", "cat"]
    _, _, maps = tape(built, PIXELS[None].astype(np.float32), [2])
    assert maps.max() > 0
    for each in found:
        np.testing.assert_array_equal(each.logits, found[0].logits)
        np.testing.assert_array_equal(each.saliency(), found[0].saliency())
        np.testing.assert_allclose(each.saliency(), maps[0], atol=2e-3 * maps.max())  # rounded as a store rounds


def test_a_network_in_memory_shows_what_it_learns(kept):
    import keras

    keras.utils.set_random_seed(4)
    built = sequential()
    network = explain.wrap(built.model, preprocessing="0..1")
    before = network.explain(PIXELS)
    built.model.set_weights([2 * each for each in built.model.get_weights()])
    assert not np.array_equal(network.explain(PIXELS).logits, before.logits)


def test_keys_that_are_said_count(kept):
    _, folder = kept
    assert explain.load(folder / "models.toml", "other").spec.feature_layer == "base/conv"
    said = explain.load(folder / "mine.keras", feature_layer="base/conv", title="Said", labels={"insect": "0"})
    assert (said.spec.feature_layer, said.spec.title) == ("base/conv", "Said")
    assert said.explain(PIXELS, target="insect").target == "0"
    builtin = explain.load("compact-resnet", title="Ours")
    assert builtin.spec.title == "Ours"
    assert builtin.spec.classes == explain.load("compact-resnet").spec.classes


def test_an_application_is_found_by_name_without_its_weights_it_says_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: (_ for _ in ()).throw(OSError("off")))
    with pytest.raises(explain.ExplainError, match="No weights for MobileNetV2"):
        explain.load("mobilenetv2")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("nothing",), "unknown"),
        (("nowhere.keras",), "neither a file"),
        (("old.h5",), "HDF5"),
        (("compact-resnet", "entry"), "no .toml"),
        (("",), "No model was named|neither"),
    ],
)
def test_what_is_no_network_is_said(given, said):
    with pytest.raises(explain.ExplainError, match=said):
        explain.load(*given)


def test_tables_that_leave_a_choice_name_it(kept):
    _, folder = kept
    with pytest.raises(explain.ExplainError, match="tables mine, other, and none was named"):
        explain.load(folder / "models.toml")
    with pytest.raises(explain.ExplainError, match="none is 'third'"):
        explain.load(folder / "models.toml", "third")
    with pytest.raises(explain.ExplainError, match="write this into the table"):
        explain.load(folder / "models.toml", "mine", title="x")
    with pytest.raises(explain.ExplainError, match="the key 'clases' is unknown"):
        explain.load(folder / "mine.keras", clases=["a"])


def test_what_is_no_keras_model_and_what_is_left_open_are_said():
    import keras

    with pytest.raises(explain.ExplainError, match="object; expected a Keras model"):
        explain.wrap(object())
    with pytest.raises(explain.ExplainError, match="'preprocessing' is missing"):
        explain.wrap(nested_in_functional().model)
    quantised = sequential().model
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about layers without weights
        quantised.quantize("int8")
    with pytest.raises(explain.ExplainError, match="quantised"):
        explain.wrap(quantised, preprocessing="tf")

    class Own(keras.Model):
        pass

    with pytest.raises(explain.ExplainError, match="subclassed"):
        explain.wrap(Own())
