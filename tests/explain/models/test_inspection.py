"""What a look at a network says of it, the table that it writes, and a build that takes a network without a table."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explain.cli import main
from explain.errors import ExplainError
from explain.models.inspection import Inspection, inspect_network, inspect_once
from explain.models.specification import load_specifications
from explain.store import open_store
from tests.explain.models.saved_networks import (
    NETWORKS,
    grey,
    nested_in_functional,
    not_square,
    one_output,
    several_outputs,
    transfer,
)

ROOT = Path(__file__).parents[3]


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["explain", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.fixture
def photos(tmp_path):
    """Make six images of three classes, told apart by colour."""
    for label, colour in {"cat": (250, 20, 20), "ant": (20, 250, 20), "bee": (20, 20, 250)}.items():
        folder = tmp_path / "photos" / label
        folder.mkdir(parents=True)
        for number in range(2):
            pixels = np.full((20, 20, 3), colour, np.uint8) - np.uint8(number)
            Image.fromarray(pixels).save(folder / f"{label}{number}.png")
    return tmp_path / "photos"


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS, ids=lambda each: each.__name__)
def test_it_finds_what_the_builder_of_each_network_knows(network, tmp_path):
    built = network()
    spec = built.save(tmp_path)
    found = inspect_network(spec.file)
    if network is several_outputs:
        assert "box, kind" in found.open["head_layer"]
        return
    assert found.choices["input_size"] == spec.size_as_json
    assert found.classes == len(built.classes)
    assert found.scores == built.scores
    assert found.channels == built.model.input_shape[-1]
    expected = None if built.preprocessing in ("tf", "0..1") else built.preprocessing
    assert found.choices.get("preprocessing") == expected
    if network.__name__ != "inner_of_inner":  # where it looks at an earlier layer on purpose
        assert found.closed_form == built.closed
    (chosen,) = [layer for layer in found.layers if layer.chosen]
    assert chosen.path == found.choices["feature_layer"]
    looked_at = {"base": "base/out_relu", "out_relu": "base/out_relu", "outer/inner/conv_relu": "outer/conv"}
    assert chosen.path == looked_at.get(built.feature_layer, built.feature_layer)
    assert Inspection.from_json(json.loads(json.dumps(found.as_json()))) == found


@pytest.mark.slow
def test_the_table_is_ready_to_build_once_a_person_said_what_no_file_holds(tmp_path, monkeypatch, capsys):
    file = not_square().save(tmp_path).file
    assert run(monkeypatch, "inspect", file, "--out", tmp_path / "models.toml") == 0
    said = capsys.readouterr().out
    assert "16 x 24 pixels" in said
    assert "<- here" in said
    text = (tmp_path / "models.toml").read_text()
    assert tomllib.loads(text)["network"]["input_size"] == [16, 24]
    with pytest.raises(ExplainError, match=r"'preprocessing' is missing.*it does not scale pixels itself"):
        load_specifications(tmp_path / "models.toml")
    (tmp_path / "models.toml").write_text(text + 'preprocessing = "0..1"\nclasses = ["a", "b", "c"]\n')
    (spec,) = load_specifications(tmp_path / "models.toml")
    assert (spec.input_size, spec.feature_layer, spec.head_layer) == ((16, 24), "last", "predictions")
    assert run(monkeypatch, "inspect", file, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["closed_form"]


@pytest.mark.slow
def test_a_network_that_leaves_nothing_open_is_built_without_a_table(photos, tmp_path, monkeypatch, capsys):
    spec = transfer().save(tmp_path)
    command = ("build", "--dataset", photos, "--models", spec.file, "--cache", tmp_path / "cache", "--json")
    assert run(monkeypatch, *command) == 0
    told = capsys.readouterr()
    assert "looks at layer 'base/out_relu'" in told.err
    assert "in sorted order (ant, bee, cat)" in told.err
    report = json.loads(told.out.splitlines()[-1])
    store = open_store(Path(report["store"]))
    (model,) = store.models
    assert (model.preprocessing, model.classes, model.closed_form) == ("none", ("ant", "bee", "cat"), True)
    code = (
        "import sys\nfrom explain.cli import main\n"
        f"sys.argv = ['explain', *{[str(word) for word in command]!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["computed"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "network", [one_output, grey, not_square, nested_in_functional], ids=lambda each: each.__name__
)
def test_such_networks_are_built_checked_and_evaluated(network, photos, tmp_path, monkeypatch, capsys):
    built = network()
    spec = built.save(tmp_path)
    size = json.dumps(spec.size_as_json)
    (tmp_path / "models.toml").write_text(
        f'[own]\nfile = "network.keras"\ninput_size = {size}\npreprocessing = "{spec.preprocessing}"\n'
        f"classes = {json.dumps(spec.classes)}\n"
    )
    place = ("--dataset", photos, "--cache", tmp_path / "cache")
    assert run(monkeypatch, "build", *place, "--models", tmp_path / "models.toml") == 0
    assert run(monkeypatch, "check", *place, "--maps") == 0
    assert run(monkeypatch, "evaluate", *place, "--models", tmp_path / "models.toml", "--steps", "3") == 0
    capsys.readouterr()


@pytest.mark.slow
def test_sigmoid_of_many_outputs_is_kept_with_the_store(photos, tmp_path):
    from data import open_dataset
    from explain.building.build import build
    from explain.serving.sources import sources
    from tests.explain.models.saved_networks import sigmoid_of_many

    built = sigmoid_of_many()
    spec = built.save(tmp_path)
    store = open_store(build(open_dataset(photos), [spec], tmp_path / "cache").store)
    assert store.models[0].scores == "sigmoid"
    row = store.table("predictions").iloc[0]
    logits = store.logits("own", row["image"]).astype(float)
    assert row["probability"] == pytest.approx(1 / (1 + np.exp(-logits.max())), rel=1e-5)
    (source,) = sources(store)
    assert type(source).from_json(json.loads(json.dumps(source.to_json()))) == source
    assert source.spec.head_layer == spec.head_layer


def test_what_was_found_is_remembered_by_what_the_file_holds(tmp_path, monkeypatch):
    looked = []
    found = Inspection("n", {"input_size": 16}, {}, 3, "", (), 2, "softmax", True)
    monkeypatch.setattr("explain.models.inspection.inspect_network", lambda file: looked.append(file) or found)
    file = tmp_path / "n.keras"
    for content in (b"one", b"one", b"two", b"one"):
        file.write_bytes(content)
        assert inspect_once(file, tmp_path / "notes") == found
    assert len(looked) == 2
    for note in (tmp_path / "notes").iterdir():
        note.write_text("{")
    assert inspect_once(file, tmp_path / "notes") == found
    assert len(looked) == 3


@pytest.mark.parametrize("network", ["no such network", "n" * 5000, "a\0b"])
def test_what_is_no_network_is_a_sentence(network, monkeypatch, capsys):
    assert run(monkeypatch, "inspect", network) == 1
    assert "neither a file nor a name in keras.applications" in capsys.readouterr().err


APPLICATIONS = {
    "MobileNetV2": ("tf", "out_relu", True),
    "EfficientNetB0": ("none", "top_activation", True),
    "DenseNet121": ("torch", "relu", True),
    "ConvNeXtTiny": ("none", "add_17", False),
    "MobileNetV3Small": ("none", "activation_17", False),
    "ResNet50V2": ("tf", "post_relu", True),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_is_known_by_its_own_facts(name):
    found = inspect_network(name.lower())
    assert (found.choices["preprocessing"], found.choices["feature_layer"], found.closed_form) == APPLICATIONS[name]
    assert (found.choices["application"], found.choices["input_size"], found.classes) == (name, 224, 1000)
    assert not found.open


@pytest.mark.slow
def test_what_is_ambiguous_is_left_open_with_the_reason(tmp_path):
    import keras
    from keras import layers

    image = keras.Input((None, None, 3))
    twice = layers.Conv2D(3, 3, padding="same", activation="relu", name="twice")
    pooled = layers.GlobalAveragePooling2D()
    keras.Model(image, layers.Dense(2)(pooled(twice(twice(image))))).save(tmp_path / "shared.keras")
    found = inspect_network(tmp_path / "shared.keras")
    assert found.open.keys() == {"input_size", "preprocessing", "feature_layer", "classes"}
    assert "'twice', which is used twice" in found.open["feature_layer"]
    one, other = layers.Conv2D(3, 3, name="one")(image), layers.Conv2D(3, 5, name="other")(image)
    joined = layers.Concatenate()([layers.GlobalAveragePooling2D()(one), layers.GlobalMaxPooling2D()(other)])
    keras.Model(image, layers.Dense(2)(joined)).save(tmp_path / "branches.keras")
    assert "not come from one feature map" in inspect_network(tmp_path / "branches.keras").open["feature_layer"]


def published(folder, model, name):
    """Write weights as Keras publishes its own: legacy HDF5, by layer."""
    import h5py
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    with h5py.File(folder / name, "w") as file:
        save_weights_to_hdf5_group(file, model)


@pytest.mark.slow
def test_an_application_named_alone_is_loaded_from_its_weights(tmp_path, monkeypatch):
    import keras

    from explain.models.network import load_network

    keras.utils.set_random_seed(1)
    model = keras.applications.EfficientNetB0(weights=None, classifier_activation=None)
    published(tmp_path, model, "efficientnetb0.h5")
    monkeypatch.setenv("EXPLAIN_WEIGHTS", str(tmp_path))
    (spec,) = load_specifications("efficientnetb0", remembered=tmp_path / "notes")
    pixels = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    colours = np.sqrt([0.229, 0.224, 0.225])  # with published weights it divides by these once more than without
    expected = np.asarray(model((pixels / colours).astype(np.float32), training=False))
    found = load_network(spec).forward(pixels).logits
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
