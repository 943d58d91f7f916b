"""Files in ONNX from elsewhere: what is wrong with one is a sentence, and nothing outside its folder is read."""

from contextlib import suppress
from importlib.metadata import PackageNotFoundError

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from explain.errors import ExplainError
from explain.models.inspection import inspect_network
from explain.models.network import load_network
from explain.models.onnx_archive import read_onnx
from explain.models.onnx_graph import OnnxGraph
from explain.models.specification import load_specifications
from explain.models.weights import digest_of_weights
from tests.explain.models.onnx_networks import torchs
from tests.explain.models.onnx_writing import Graph


def written(folder, model):
    file = folder / "network.onnx"
    file.write_bytes(model.SerializeToString())
    return file


def refused(folder, model):
    with pytest.raises(ExplainError) as caught:
        read_onnx(written(folder, model))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"\x08\x09", bytes(1000), b"{}" * 50])
def test_what_is_no_network_is_a_sentence(tmp_path, content):
    file = tmp_path / "network.onnx"
    file.write_bytes(content)
    for opens in (read_onnx, inspect_network, load_specifications):
        with pytest.raises(ExplainError, match=r"no \.onnx file that can be read"):
            opens(file)


def test_a_folder_and_a_missing_file_are_no_networks(tmp_path):
    (tmp_path / "net.onnx").mkdir()
    for opens in (read_onnx, inspect_network, load_specifications):
        with pytest.raises(ExplainError, match="is a folder"):
            opens(tmp_path / "net.onnx")
    with pytest.raises(ExplainError, match="is not there"):
        load_specifications(tmp_path / "other.onnx")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda node: setattr(node, "domain", "mylib"), ("'Relu'", "mylib", "not ONNX' own")),
        (lambda node: setattr(node, "op_type", "RandomNormalLike"), ("random numbers", "eval()")),
        (lambda node: setattr(node, "op_type", "Fancy"), ("no valid ONNX", "Fancy")),
        (lambda node: setattr(node, "name", "a\nb"), ("line of text",)),
        (lambda node: node.attribute.append(helper.make_attribute("body", onnx.GraphProto())), ("control flow",)),
        (
            lambda node: (setattr(node, "op_type", "BatchNormalization"),
                          node.attribute.append(helper.make_attribute("training_mode", 1))),
            ("exported in training", "eval()"),
        ),
    ],
)  # fmt: skip
def test_operations_that_are_not_run_are_named(tmp_path, change, words):
    model = torchs().model
    (node,) = (each for each in model.graph.node if each.op_type == "Relu")
    change(node)
    said = refused(tmp_path, model)
    assert all(word in said for word in words), said


def test_functions_and_sparse_weights_are_refused(tmp_path):
    model = torchs().model
    model.functions.append(helper.make_function("own", "twice", ["x"], ["y"], [], [helper.make_opsetid("", 17)]))
    assert "inline_local_functions" in refused(tmp_path, model)
    model = torchs().model
    model.graph.sparse_initializer.add().dims.extend([1 << 40])
    assert "sparse" in refused(tmp_path, model)


@pytest.mark.parametrize("location", ["../secret", "/etc/hostname", "", "a/../../secret", "way/out"])
def test_weights_from_another_folder_are_not_read(tmp_path, location):
    (tmp_path / "secret").write_bytes(bytes(4 * 6 * 3 * 9))
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "way").symlink_to(tmp_path)
    (tmp_path / "out").write_bytes(bytes(4 * 6 * 3 * 9))
    model = torchs().model
    kernel = model.graph.initializer[0]
    kernel.ClearField("raw_data")
    kernel.data_location = TensorProto.EXTERNAL
    kernel.external_data.add(key="location", value=location)
    assert "not in its own folder" in refused(inner, model)
    with pytest.raises(ExplainError, match="not in its own folder"):
        digest_of_weights(inner / "network.onnx")


def test_weights_that_are_not_beside_it_are_missed(tmp_path):
    spec = torchs().save(tmp_path, save_as_external_data=True, location="weights", size_threshold=0)
    whole = (tmp_path / "weights").read_bytes()
    (tmp_path / "weights").write_bytes(whole[:100])
    with pytest.raises(ExplainError, match="bytes are there"):
        read_onnx(spec.file)
    (tmp_path / "weights").unlink()
    for opens in (read_onnx, inspect_network):
        with pytest.raises(ExplainError, match=r"'weights', which is not beside it.*external_data=False"):
            opens(spec.file)


def test_what_lies_beside_a_network_is_part_of_its_digest(tmp_path):
    spec = torchs().save(tmp_path, save_as_external_data=True, location="weights", size_threshold=0)
    before = digest_of_weights(spec.file)
    assert before == digest_of_weights(spec.file)
    content = bytearray((tmp_path / "weights").read_bytes())
    content[10] ^= 1
    (tmp_path / "weights").write_bytes(content)
    assert digest_of_weights(spec.file) != before


@pytest.mark.parametrize(
    ("dims", "words"), [([1 << 20, 1 << 20], "unpack to more than"), ([-4], "negative"), ([7], "bytes are there")]
)
def test_weights_that_are_larger_than_what_is_stored_are_not_made(tmp_path, dims, words):
    model = torchs().model
    model.graph.initializer[0].ClearField("dims")
    model.graph.initializer[0].dims.extend(dims)
    assert words in refused(tmp_path, model)


def test_a_tensor_that_would_fill_the_memory_is_refused_before_it_is_made(tmp_path):
    graph = Graph()
    large = graph.add("Resize", "image", "", graph.constant(np.float32([1, 1, 1000, 1000])), mode="nearest")
    graph.add("Flatten", graph.add("GlobalAveragePool", large), to="scores")
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 16, 16])
    model = graph.model(image, [("scores", TensorProto.FLOAT, ["n", 3])])
    with pytest.raises(ExplainError, match=r"would hold 768000000 values"):
        OnnxGraph(read_onnx(written(tmp_path, model)), "large")


def test_anything_but_one_image_is_refused(tmp_path):
    model = torchs().model
    other = torchs().model
    other.graph.input.add().CopyFrom(helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["n", 3, 4, 4]))
    for changed, words in (
        (other, "'image' with 4 axes, 'mask' with 4 axes; expected one input"),
        (model, "5 channels"),
    ):
        if changed is model:
            del model.graph.input[:]
            model.graph.input.add().CopyFrom(
                helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 5, 16, 16])
            )
        with pytest.raises(ExplainError, match=words):
            inspect_network(written(tmp_path, changed))


def test_a_file_cut_or_flipped_anywhere_is_read_or_is_a_sentence(tmp_path):
    spec = torchs().save(tmp_path)
    whole = spec.file.read_bytes()
    rng = np.random.default_rng(5)
    for at in rng.integers(0, len(whole), 150):
        damaged = bytearray(whole)
        damaged[at] ^= int(rng.integers(1, 256))
        for content in (bytes(damaged), whole[:at]):
            spec.file.write_bytes(content)
            with suppress(ExplainError):
                inspect_network(spec.file)
            with suppress(ExplainError):
                load_network(spec)


def test_without_the_packages_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    spec = torchs().save(tmp_path)
    monkeypatch.setattr("explain.models.runtimes.version", missing)
    for opens in (read_onnx, inspect_network, load_specifications, digest_of_weights):
        with pytest.raises(ExplainError, match=r"needs onnxruntime.*pip install '\.\[onnx\]'"):
            opens(spec.file)
