"""Datasets built with networks in ONNX, without TensorFlow: what the store holds, says, and computes again."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.building.plan import plan_model
from explain.cli import main
from explain.errors import ExplainError
from explain.explainers.registry import EXPLAINERS, explainer
from explain.models.evidence import NetworkEvidence
from explain.models.network import load_network
from explain.models.preprocessing import resize_image
from explain.serving.answers import read_answer, request
from explain.serving.child import Answering
from explain.serving.sources import sources
from explain.store import open_store
from explain.store.evidence import explain_stored
from tests.explain.models.onnx_networks import own_statistics, scales_itself, torchs, two_dense

ROOT = Path(__file__).parents[3]


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(4)
    for label in ("ant", "bee", "cat"):
        folder = tmp_path / "photos" / label
        folder.mkdir(parents=True)
        for number in range(3):
            pixels = rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)
            Image.fromarray(pixels).resize((40, 40)).save(folder / f"{label}{number}.png")
    return open_dataset(tmp_path / "photos")


def test_maps_are_those_of_the_network_and_every_method_without_one_says_why(photos, tmp_path):
    spec = two_dense().save(tmp_path)
    methods = [each for each in EXPLAINERS.values() if each.name != "scorecam"]
    store = open_store(build(photos, [spec], tmp_path / "cache", methods=methods, batch_size=4).store)
    (model,) = store.models
    assert (model.runtime, model.differentiable, model.closed_form) == ("onnxruntime", False, False)
    assert {method.name for method in model.methods} == {"fem", "eigencam"}
    assert set(model.refused) == {each.name for each in methods} - {"fem", "eigencam"}
    assert "forward only" in model.refused["gradcam"]
    record = photos.records[4]
    pixels = resize_image(Image.open(record.path).convert("RGB"), 16)[None]
    alone = NetworkEvidence(load_network(spec), pixels)
    np.testing.assert_array_equal(store.saliency("own", "fem", record.image), explainer("fem").explain(alone, [0])[0])
    with pytest.raises(ExplainError, match="forward only"):
        explain_stored(store, record.image, "own", "gradcam")


def test_digests_include_what_runs_it_and_nothing_of_tensorflow(photos, tmp_path):
    spec = torchs().save(tmp_path)
    determined = plan_model(spec).determined_by
    assert determined["runtime"] == "onnxruntime"
    assert determined["libraries"] == {each: version(each) for each in ("numpy", "pillow", "onnxruntime", "onnx")}
    other = replace(own_statistics().save(tmp_path), file=spec.file)
    assert plan_model(other).digest != plan_model(spec).digest
    json.dumps(plan_model(other).determined_by)


def test_bytes_do_not_depend_on_the_size_of_batches(photos, tmp_path):
    spec = torchs().save(tmp_path)
    stores = [open_store(build(photos, [spec], tmp_path / str(size), batch_size=size).store) for size in (1, 4, 16)]
    for store in stores[1:]:
        for method in ("gradcam", "fem"):
            np.testing.assert_array_equal(store.saliency("own", method)[:], stores[0].saliency("own", method)[:])


def test_from_the_command_line_to_an_evaluated_store_without_tensorflow(photos, tmp_path):
    (tmp_path / "models.toml").write_text(
        '[own]\nfile = "network.onnx"\nclasses = ["ant", "bee", "cat"]\n'
        "preprocessing = { mean = [0.5, 0.4, 0.3], std = [0.2, 0.25, 0.5] }\n"
    )
    own_statistics().save(tmp_path)
    place = ["--dataset", str(tmp_path / "photos"), "--cache", str(tmp_path / "cache")]
    models = ["--models", str(tmp_path / "models.toml")]
    commands = (["build", *place, *models], ["check", *place, "--maps"], ["evaluate", *place, *models, "--steps", "3"])
    code = (
        "import sys\nfrom explain.cli import main\n"
        f"for command in {commands!r}:\n"
        "    sys.argv = ['explain', *command]\n"
        "    try:\n        main()\n    except SystemExit as end:\n        assert end.code == 0, command\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "9 images, 9 results computed" in done.stdout
    assert "to the bit" in done.stdout


def test_a_network_that_leaves_nothing_open_is_built_without_a_table(photos, tmp_path, monkeypatch, capsys):
    file = scales_itself().save(tmp_path).file
    command = [
        "build",
        "--dataset",
        str(tmp_path / "photos"),
        "--cache",
        str(tmp_path / "cache"),
        "--models",
        str(file),
    ]
    monkeypatch.setattr("sys.argv", ["explain", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    assert "preprocessing = 'none', looks at layer 'features', scores from layer 'scores'" in said.err
    assert "in sorted order (ant, bee, cat)" in said.err


def test_a_photograph_is_explained_by_the_process_that_serves_them(photos, tmp_path):
    spec = two_dense().save(tmp_path)
    spec = replace(spec, preprocessing=own_statistics().preprocessing)
    store = open_store(build(photos, [spec], tmp_path / "cache").store)
    (source,) = sources(store)
    assert type(source).from_json(json.loads(json.dumps(source.to_json()))) == source
    assert source.spec.preprocessing == spec.preprocessing
    content = photos.records[0].path.read_bytes()
    header = json.loads(json.dumps(request([source], {}, ["fem", "gradcam"], 1 << 20)))
    answer = read_answer(*Answering().answer(header, content))
    found = answer.of_model["own"]
    pixels = resize_image(Image.open(io.BytesIO(content)).convert("RGB"), 16)[None]
    np.testing.assert_array_equal(found.logits, load_network(spec).forward(pixels).logits[0])
    assert "forward only" in found.refused["gradcam"]
    spec.file.write_bytes(spec.file.read_bytes() + b"\x3a\x00")
    with pytest.raises(ExplainError, match="have changed"):
        read_answer(*Answering().answer(header, content))
