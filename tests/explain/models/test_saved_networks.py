"""Networks saved the way people save them give the maps of a tape that was written for each by hand."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from explain.explainers.registry import explainer
from explain.models.evidence import NetworkEvidence
from explain.models.head import probabilities
from explain.models.network import load_network
from explain.models.runtimes import RUNTIMES
from tests.explain.models.saved_networks import NETWORKS, grey, not_square, one_output, tape, transfer

pytestmark = pytest.mark.slow


def photographs(size, n=4):
    height, width = (size, size) if isinstance(size, int) else size
    return np.random.default_rng(1).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def prepared_by_hand(pixels, built):
    if built.model.input_shape[-1] == 1:
        pixels = np.stack([np.asarray(Image.fromarray(each).convert("L")) for each in pixels])[..., None]
    scaled = {"tf": lambda x: x / 127.5 - 1, "none": lambda x: x, "0..1": lambda x: x / 255}[built.preprocessing]
    return scaled(pixels.astype(np.float64)).astype(np.float32)


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda each: each.__name__)
def saved(request, tmp_path_factory):
    import keras

    keras.utils.set_random_seed(7)
    built = request.param()
    return built, load_network(built.save(tmp_path_factory.mktemp("saved")))


def test_features_scores_and_maps_are_the_tapes(saved):
    built, network = saved
    pixels, classes = photographs(built.size), [len(built.classes) - 1, 1, 0, 1]
    features, scores, maps = tape(built, prepared_by_hand(pixels, built), classes)
    evidence = NetworkEvidence(network, pixels, precision="float32")
    np.testing.assert_allclose(evidence.activations, features, atol=1e-4 * np.abs(features).max())
    np.testing.assert_allclose(evidence.logits, scores, atol=1e-4 * np.abs(scores).max())
    found = explainer("gradcam").explain(evidence, classes)
    assert maps.max() > 0
    np.testing.assert_allclose(found, maps, atol=1e-4 * maps.max())


def test_the_closed_form_is_found_where_it_holds_and_nowhere_else(saved):
    built, network = saved
    assert (network.head is not None) == built.closed
    assert network.scores == built.scores


def test_probabilities_are_what_the_network_itself_says(saved):
    built, network = saved
    pixels = photographs(built.size)
    outputs = built.model(prepared_by_hand(pixels, built), training=False)
    outputs = np.asarray(outputs[-1] if isinstance(outputs, list) else outputs, np.float64)
    if (
        built.scores == "softmax" and outputs.shape[1] > 1 and np.abs(outputs.sum(1) - 1).max() > 1e-3
    ):  # left to its loss
        outputs = np.exp(outputs) / np.exp(outputs).sum(1, keepdims=True)
    if outputs.shape[1] == 1:
        outputs = np.hstack([1 - outputs, outputs])
    found = probabilities(network.forward(pixels).logits, network.scores)
    np.testing.assert_allclose(found, outputs, atol=1e-5)


@pytest.mark.parametrize("network", [transfer, one_output, grey, not_square], ids=lambda each: each.__name__)
def test_the_other_runtime_runs_them_as_well(network, tmp_path):
    spec = network().save(tmp_path)
    pixels = photographs(spec.input_size)
    ours, theirs = (load_network(replace(spec, runtime=runtime)).forward(pixels) for runtime in RUNTIMES)
    for one, other in ((ours.activations, theirs.activations), (ours.logits, theirs.logits)):
        np.testing.assert_allclose(one, other, atol=1e-4 * np.abs(one).max())


def test_shuffled_weights_change_what_it_says_and_leave_it_as_it_is(saved):
    built, network = saved
    before = network.forward(photographs(built.size)).logits
    other = network.randomised(3)
    assert np.abs(other.forward(photographs(built.size)).logits - before).max() > 0
    np.testing.assert_array_equal(network.forward(photographs(built.size)).logits, before)
