"""Networks that do not end in pooling and one dense layer, inner layers, softmax heads, and official weights."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data import open_dataset
from explain.errors import ExplainError
from explain.explainers.registry import explainer
from explain.models.evidence import NetworkEvidence
from explain.models.network import load_network
from explain.models.specification import ModelSpec, load_specifications
from explain.store import open_store
from explain.store.evidence import explain_stored

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
SIDE = 16
CLASSES = ("African_elephant", "American_black_bear", "other")


def specification(file, feature_layer="features"):
    return ModelSpec(
        name="own", title="Own", application=None, file=file, input_size=SIDE, preprocessing="tf",
        feature_layer=feature_layer, head_layer="predictions", classes=CLASSES,
    )  # fmt: skip


@pytest.fixture(scope="module")
def flattened(tmp_path_factory):
    """Save a network whose head reads every position by itself: inner 1x1 convolution, flatten, softmax."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    image = layers.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(5, 3, 4, activation="relu", name="inner")(image)
    x = layers.Conv2D(6, 1, use_bias=False, name="features")(x)  # linear, so that the chain rule is a product
    outputs = layers.Dense(3, activation="softmax", name="predictions")(layers.Flatten()(x))
    model = keras.Model(image, outputs)
    path = tmp_path_factory.mktemp("nets") / "flattened.keras"
    model.save(path)
    return path, model


def pixels(n=5):
    return np.random.default_rng(1).integers(0, 256, (n, SIDE, SIDE, 3), dtype=np.uint8)


def by_hand(model, layer, images, classes):
    """Grad-CAM of the flattened network: the head's weights averaged over positions, by the chain rule."""
    import keras

    head = model.get_layer("predictions").get_weights()[0].astype(np.float64)
    inner = model.get_layer("features").get_weights()[0][0, 0].astype(np.float64)  # (channels in, channels out)
    a = np.asarray(keras.Model(model.input, model.get_layer(layer).output)(images / 127.5 - 1), np.float64)
    positions = a.shape[1] * a.shape[2]
    maps = []
    for i, c in enumerate(classes):
        alpha = head[:, c].reshape(positions, -1).mean(0)
        alpha = inner @ alpha if layer == "inner" else alpha
        total = np.zeros(a.shape[1:3])
        for k in range(a.shape[3]):
            total += alpha[k] * a[i, :, :, k]
        maps.append(np.maximum(total, 0))
    return np.array(maps)


@pytest.mark.parametrize("layer", ["features", "inner"])
def test_the_tape_gives_grad_cam_where_no_closed_form_exists(flattened, layer):
    path, model = flattened
    network = load_network(specification(path))
    assert network.head is None
    classes = [0, 1, 2, 1, 0]
    evidence = NetworkEvidence(network, pixels(), layer=None if layer == "features" else layer, precision="float32")
    found = explainer("gradcam").explain(evidence, classes)
    expected = by_hand(model, layer, pixels().astype(np.float32), classes)
    np.testing.assert_allclose(found, expected, atol=1e-5 * expected.max())


def test_an_inner_feature_layer_is_never_taken_for_the_closed_form(tmp_path):
    import keras
    from keras import layers

    image = layers.Input((SIDE, SIDE, 3))
    inner = layers.Conv2D(4, 3, name="inner")(image)
    last = layers.Conv2D(4, 3, name="features")(inner)
    outputs = layers.Dense(3, name="predictions")(layers.GlobalAveragePooling2D()(last))
    keras.Model(image, outputs).save(tmp_path / "net.keras")
    assert load_network(specification(tmp_path / "net.keras")).head is not None
    assert load_network(specification(tmp_path / "net.keras", "inner")).head is None


def test_scores_are_taken_before_the_softmax(flattened):
    path, model = flattened
    logits = load_network(specification(path)).forward(pixels()).logits
    probabilities = np.asarray(model(pixels() / 127.5 - 1))
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(1, keepdims=True), probabilities, rtol=1e-5)
    assert np.abs(logits.sum(1) - 1).max() > 1e-3


def test_a_store_of_such_a_network_holds_the_labels_maps_and_says_why_no_others(flattened, few_images, tmp_path):
    from explain.building.build import build

    path, model = flattened
    report = build(open_dataset(few_images), [specification(path)], tmp_path, batch_size=4)
    store = open_store(report.store)
    assert store.head("own") is None
    from data import decode_image
    from explain.models.preprocessing import resize_image

    image = resize_image(decode_image(few_images / "American_black_bear" / "bear_000.jpg"), SIDE)
    expected = by_hand(model, "features", np.float32(image)[None], [1])[0]
    np.testing.assert_allclose(
        explain_stored(store, "bear_000", "own", "gradcam").saliency, expected, atol=1e-3 * expected.max()
    )
    with pytest.raises(ExplainError, match="does not end in global average pooling"):
        explain_stored(store, "bear_000", "own", "gradcam", target="other")


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """Write fresh Xception weights as Keras publishes its own: legacy HDF5, by layer, under the published name."""
    import h5py
    import keras
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    keras.utils.set_random_seed(3)
    model = keras.applications.Xception(weights=None, classifier_activation=None)
    folder = tmp_path_factory.mktemp("weights")
    with h5py.File(folder / "xception_weights_tf_dim_ordering_tf_kernels.h5", "w") as file:
        save_weights_to_hdf5_group(file, model)
    return folder, model


def test_published_weights_are_read_from_the_folder_of_explain_weights(official, monkeypatch):
    folder, model = official
    monkeypatch.setenv("EXPLAIN_WEIGHTS", str(folder))
    (spec,) = load_specifications("xception")
    network = load_network(spec)
    image = np.random.default_rng(0).integers(0, 256, (1, 299, 299, 3), dtype=np.uint8)
    result = network.forward(image)
    np.testing.assert_allclose(result.logits, np.asarray(model(image / 127.5 - 1)), rtol=1e-3, atol=1e-5)
    assert result.activations.shape == (1, 10, 10, 2048)
    assert network.head is not None


def test_weights_of_another_network_are_an_error_of_two_lines(official, monkeypatch):
    folder, _ = official
    (folder / "resnet50_weights_tf_dim_ordering_tf_kernels.h5").write_bytes(
        (folder / "xception_weights_tf_dim_ordering_tf_kernels.h5").read_bytes()
    )
    monkeypatch.setenv("EXPLAIN_WEIGHTS", str(folder))
    with pytest.raises(ExplainError) as caught:
        load_network(load_specifications("resnet50")[0])
    assert len(str(caught.value).splitlines()) == 2
    assert "does not fit" in str(caught.value)
    assert "EXPLAIN_WEIGHTS" in str(caught.value)


def test_loading_and_running_a_network_writes_nothing_to_standard_error(flattened):
    code = (
        "import numpy as np\n"
        "from tests.explain.models.test_network import SIDE, Path, load_network, specification\n"
        f"load_network(specification(Path({str(flattened[0])!r}))).forward(np.zeros((1, SIDE, SIDE, 3), np.uint8))\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_threads_of_operations_are_limited_until_tensorflow_is_at_work():
    code = (
        "from explain.models.network import limit_threads\n"
        "limit_threads(1)\n"
        "import tensorflow as tf\n"
        "tf.constant(0)\n"
        "limit_threads(2)\n"
        "print(tf.config.threading.get_intra_op_parallelism_threads())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
