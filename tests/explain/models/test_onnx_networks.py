"""Networks in ONNX give the feature maps, scores and maps that NumPy's loops give, whoever exported them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator

from explain.errors import ExplainError
from explain.explainers.contract import Needs, UnavailableError
from explain.explainers.registry import EXPLAINERS, explainer
from explain.models.evidence import NetworkEvidence
from explain.models.head import probabilities
from explain.models.inspection import inspect_network
from explain.models.network import load_network
from explain.models.preprocessing import grey as to_grey
from explain.models.preprocessing import prepared
from explain.models.runtimes import ONNXRUNTIME
from tests.explain.models.onnx_networks import NETWORKS, convolution_with_relu, torchs, two_dense

EXPORTED = Path(__file__).with_name("exported") / "tiny"
NAMED_ALIKE = ("gradcam", "gradcam_report", "hirescam", "xgradcam", "layercam", "ablationcam")
"""Methods whose maps pytorch-grad-cam defines as this library does; docs/explainers.md says how the others differ."""


def photographs(size, n=3):
    height, width = (size, size) if isinstance(size, int) else size
    return np.random.default_rng(1).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def images_for(built, n=3):
    """Prepare photographs as the network takes them, channels last."""
    pixels = photographs(built.size, n)
    shape = [each.dim_value for each in built.model.graph.input[0].type.tensor_type.shape.dim]
    return prepared(to_grey(pixels) if 1 in (shape[1], shape[3]) else pixels, built.preprocessing)


def by_differences(after, features, classes):
    """Differentiate scores at the feature map, one value after another."""
    found, step = np.zeros(features.shape), 1e-4
    for at in np.ndindex(features.shape[1:]):
        moved = np.zeros(features.shape)
        moved[(slice(None), *at)] = step
        higher, lower = after(features + moved), after(features - moved)
        found[(slice(None), *at)] = ((higher - lower) / (2 * step))[np.arange(len(classes)), classes]
    return found


@pytest.fixture(params=NETWORKS, ids=lambda each: each.__name__)
def saved(request, tmp_path):
    built = request.param()
    return built, load_network(built.save(tmp_path))


def test_features_scores_and_maps_are_those_of_loops(saved):
    built, network = saved
    features = built.before(images_for(built).astype(np.float64))
    classes = [len(built.classes) - 1, 1, 0]
    evidence = NetworkEvidence(network, photographs(built.size), precision="float32")
    np.testing.assert_allclose(evidence.activations, features, atol=built.tolerance * features.max())
    scores = built.after(features)
    np.testing.assert_allclose(evidence.logits, scores, atol=built.tolerance * np.abs(scores).max())
    if not built.closed:
        return
    weights = by_differences(built.after, features, classes).mean(axis=(1, 2))
    maps = np.maximum(np.einsum("nhwc,nc->nhw", features, weights), 0)
    assert maps.max() > 0
    np.testing.assert_allclose(
        explainer("gradcam").explain(evidence, classes), maps, atol=10 * built.tolerance * maps.max()
    )


def test_the_closed_form_is_found_where_it_holds_and_what_needs_gradients_says_so_elsewhere(saved):
    built, network = saved
    assert (network.head is not None) == built.closed
    assert network.scores == built.scores
    evidence = NetworkEvidence(network, photographs(built.size, 1))
    for method in EXPLAINERS.values():
        possible = method.needs in (Needs.ACTIVATIONS, Needs.PASSES) or (
            method.needs == Needs.GRADIENTS and built.closed
        )
        if possible and (built.closed or not method.linear_head):
            assert method.explain(evidence, [1]).shape[0] == 1
        else:
            with pytest.raises(UnavailableError, match=r"ONNX.*forward only|is exact only where"):
                method.explain(evidence, [1])


def test_probabilities_are_what_the_network_itself_says(saved):
    built, network = saved
    images = images_for(built, 1)
    outputs = []
    for image in images:  # the reference of ONNX itself, which is no runtime
        first = network._axes_of_image == "nchw"
        given = np.repeat((image.transpose(2, 0, 1) if first else image)[None], network._together, axis=0)
        (wanted,) = ReferenceEvaluator(built.model).run(None, {"image": given.astype(network._type)})[built.output :]
        outputs.append(np.ravel(wanted[0]))
    outputs = np.array(outputs, np.float64)
    if len(outputs[0]) == 1:
        outputs = np.hstack([1 - outputs, outputs])
    elif built.scores == "softmax" and np.abs(outputs.sum(axis=1) - 1).max() > 1e-2:  # left to its loss
        outputs = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    found = probabilities(network.forward(photographs(built.size, 1)).logits, network.scores)
    np.testing.assert_allclose(found, outputs, atol=built.tolerance)


def test_inspection_finds_what_the_exporter_knew(saved):
    built, network = saved
    found = inspect_network(network.spec.file)
    assert not found.differentiable
    if len(built.model.graph.output) > 1:
        assert "several outputs" in found.open["head_layer"]
        assert "box, scores" in found.open["head_layer"]
        return
    wanted = {"head_layer": built.head, "feature_layer": built.features} | built.found
    if built.model.graph.input[0].type.tensor_type.shape.dim[2].dim_param:
        assert "any size" in found.open["input_size"]
    else:
        wanted["input_size"] = built.size if isinstance(built.size, int) else list(built.size)
    if built.preprocessing == "none":
        wanted["preprocessing"] = "none"
    else:
        assert "mean" in found.open["preprocessing"]
    assert wanted.items() <= found.choices.items()
    assert (found.closed_form, found.scores, found.classes) == (built.closed, built.scores, len(built.classes))
    assert [each.path for each in found.layers if each.chosen] == [wanted["feature_layer"]]


def test_bytes_of_an_image_do_not_depend_on_what_is_asked_beside_it(saved):
    built, network = saved
    pixels = photographs(built.size, 5)
    together = network.forward(pixels)
    for i in range(5):
        alone = network.forward(pixels[i : i + 1])
        np.testing.assert_array_equal(alone.activations[0], together.activations[i])
        np.testing.assert_array_equal(alone.logits[0], together.logits[i])


def test_shuffled_weights_change_what_it_says_and_leave_it_as_it_is(saved):
    built, network = saved
    before = network.forward(photographs(built.size)).logits
    assert np.abs(network.randomised(3).forward(photographs(built.size)).logits - before).max() > 0
    np.testing.assert_array_equal(network.forward(photographs(built.size)).logits, before)


def test_weights_are_shuffled_from_the_top_down(tmp_path):
    network = load_network(torchs().save(tmp_path))
    pixels = photographs(16)
    before = network.forward(pixels)
    for share, features_stay, scores_stay in ((0.0, True, True), (0.5, True, False), (1.0, False, False)):
        after = network.randomised(2, share).forward(pixels)
        assert np.array_equal(after.activations, before.activations) == features_stay
        assert np.array_equal(after.logits, before.logits) == scores_stay
    shuffled = network.randomised(2, 0.5).head.kernel
    np.testing.assert_array_equal(np.sort(shuffled, axis=None), np.sort(network.head.kernel, axis=None))


def test_weights_in_a_file_beside_it_are_those_within(tmp_path):
    within, beside = tmp_path / "within", tmp_path / "beside"
    for folder in (within, beside):
        folder.mkdir()
    one = load_network(torchs().save(within))
    other = load_network(torchs().save(beside, save_as_external_data=True, location="weights", size_threshold=0))
    assert (beside / "weights").is_file()
    for network in (one, other):
        np.testing.assert_array_equal(network.forward(photographs(16)).logits, one.forward(photographs(16)).logits)
    np.testing.assert_array_equal(
        one.randomised(1).forward(photographs(16)).logits, other.randomised(1).forward(photographs(16)).logits
    )


def test_a_network_in_onnx_runs_on_onnx_runtime_whatever_was_asked_for(tmp_path):
    spec = torchs().save(tmp_path)
    assert spec.runtime == replace(spec, runtime="tensorflow").runtime == ONNXRUNTIME


def test_layers_are_found_by_the_operation_as_well_and_those_near_are_named(tmp_path):
    spec = torchs().save(tmp_path)
    by_operation = load_network(replace(spec, feature_layer="/features", head_layer="/scores"))
    pixels = photographs(16)
    np.testing.assert_array_equal(
        by_operation.forward(pixels).activations, load_network(spec).forward(pixels).activations
    )
    with pytest.raises(ExplainError, match=r"no layer 'feature'.*Near it: .*features"):
        load_network(replace(spec, feature_layer="feature"))


def test_any_tensor_with_a_feature_map_can_be_looked_at_and_no_other(tmp_path):
    spec = convolution_with_relu().save(tmp_path)
    network = load_network(replace(spec, feature_layer="conv_0"))
    assert network.head is None
    assert network.forward(photographs(16)).activations.min() < 0  # before the activation
    with pytest.raises(ExplainError, match=r"output of layer 'scores' has shape .*expected a feature map"):
        load_network(replace(spec, feature_layer="scores"))


def test_what_contradicts_the_specification_is_a_sentence(tmp_path):
    spec = torchs().save(tmp_path)
    for change, words in (
        ({"input_size": 20}, r"takes 16 x 16 pixels.*input_size = 20"),
        ({"classes": ("a", "b")}, r"3 outputs.*names 2 classes"),
        ({"head_layer": "features"}, r"'features' gives shape .*expected scores"),
    ):
        with pytest.raises(ExplainError, match=words):
            load_network(replace(spec, **change))


def test_maps_of_an_exported_resnet_are_those_of_pytorch_grad_cam():
    """Torch exported the network and differentiated it itself: tests/benchmarks/peers/onnx_peer.py."""
    from explain.models.specification import ModelSpec

    peer = dict(np.load(EXPORTED.with_suffix(".npz"), allow_pickle=False))
    found = inspect_network(EXPORTED.with_suffix(".onnx")).choices
    names = tuple(f"class {number}" for number in range(peer["logits"].shape[1]))
    spec = ModelSpec(
        "tiny", "Tiny", None, Path(found["file"]), found["input_size"], "torch", found["feature_layer"],
        found["head_layer"], names,
    )  # fmt: skip
    evidence = NetworkEvidence(load_network(spec), peer["pixels"], precision="float32")
    np.testing.assert_allclose(evidence.activations, peer["activations"], atol=1e-5 * peer["activations"].max())
    np.testing.assert_allclose(evidence.logits, peer["logits"], atol=1e-5 * np.abs(peer["logits"]).max())
    for method in NAMED_ALIKE:
        theirs = np.maximum(peer[method], 0)
        assert theirs.max() > 0
        ours = explainer(method).explain(evidence, peer["classes"].tolist())
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * theirs.max(), err_msg=method)


@pytest.mark.parametrize("network", [two_dense, torchs])
def test_loading_and_running_one_needs_no_tensorflow(network, tmp_path):
    import subprocess
    import sys

    spec = network().save(tmp_path)
    code = (
        "import sys, numpy as np\nfrom pathlib import Path\n"
        "from explain.models.network import load_network\nfrom explain.models.specification import ModelSpec\n"
        f"file = Path({str(spec.file)!r})\n"
        "spec = ModelSpec('own', 'Own', None, file, 16, 'torch', 'features', 'scores', ('a', 'b', 'c'))\n"
        "load_network(spec).forward(np.zeros((2, 16, 16, 3), np.uint8))\n"
        "assert not {'tensorflow', 'keras', 'torch'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_library_loads_one_as_it_loads_any_network(tmp_path):
    import explain

    file = torchs().save(tmp_path).file
    network = explain.load(file, preprocessing="tf", classes=["ant", "bee", "cat"])
    found = network.explain(photographs(16, 1)[0], methods="fem,gradcam,integrated_gradients")
    assert set(found.maps) == {"fem", "gradcam"}
    assert "forward only" in found.refused["integrated_gradients"]
    assert "no gradients" in repr(explain.load(two_dense().save(tmp_path).file, preprocessing="tf"))
