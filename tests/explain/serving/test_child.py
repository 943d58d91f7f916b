import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.datasets import DEMO_FOLDER
from data.digests import file_digest
from explain.errors import ExplainError
from explain.explainers.contract import Explainer, Needs, Parameter
from explain.explainers.registry import EXPLAINERS
from explain.models.head import Head
from explain.models.specification import load_specifications
from explain.serving.answers import Answer, Explanation, read_answer, request
from explain.serving.child import Answering
from explain.serving.messages import FramingError, receive, send
from explain.serving.sources import Source, sources
from explain.store import open_store
from explain.store.evidence import explain_stored
from explain.store.origins import ORIGINS
from tests.explain.models.saved_networks import inner_of_inner

ROOT = Path(__file__).parents[3]
PIXELS = 10_000_000


def picture(width=40, height=30, kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(buffer, kind)
    return buffer.getvalue()


def answer(content, *, max_pixels=PIXELS, models=()):
    return read_answer(*Answering().answer(request(models, {}, (), max_pixels), content))


def test_a_photograph_comes_back_upright_and_at_display_size():
    image = Image.new("RGB", (1600, 800), (10, 20, 30))
    exif = image.getexif()
    exif[0x0112] = 6  # the camera was held upright
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    read = answer(buffer.getvalue())
    assert (read.width, read.height) == (800, 1600)
    assert read.photograph.shape == (640, 320, 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"no picture", "no image format"),
        (picture()[:60], "damaged"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n", "no image format"),
        (picture(4000, 3000), "12,000,000|4000 x 3000"),
    ],
    ids=["empty", "text", "cut", "postscript", "large"],
)
def test_what_cannot_be_read_is_a_sentence(content, words):
    with pytest.raises(ExplainError, match=f"cannot be read: .*({words})"):
        answer(content)


def test_an_answer_that_is_none_is_refused():
    header, body = Answering().answer(request((), {}, (), PIXELS), picture())
    for changed, content in (({}, body), (header, b"no archive"), (header, body[:-40]), ({"targets": 3}, body)):
        with pytest.raises(FramingError, match="cannot be read"):
            read_answer(changed, content)


def test_grad_cam_of_another_class_needs_the_network_where_its_end_has_no_closed_form():
    stored = np.ones((2, 2), np.float32)
    explanation = Explanation(np.zeros((2, 2, 3), np.float32), np.zeros(2, np.float32), 1, {"gradcam": stored}, {})
    assert explanation.saliency("gradcam", head=None, target=1) is stored
    with pytest.raises(ExplainError, match="another class"):
        explanation.saliency("gradcam", head=None, target=0)


def test_maps_by_hand():
    activations = np.array([[[1, 0], [3, 1]], [[0, 2], [0, 1]]], np.float32)
    head = Head(np.array([[1, -1], [2, 0]], np.float32), np.zeros(2, np.float32))
    explanation = Explanation(activations, np.zeros(2, np.float32), 0, {}, {})
    # A_1 + 2 A_2, over the four positions; of class 1, -A_1 alone: nothing positive.
    np.testing.assert_allclose(explanation.saliency("gradcam", head=head, target=0), [[0.25, 1.25], [1, 0.5]])
    assert not explanation.saliency("gradcam", head=head, target=1).any()
    # Each channel's mean is 1; strictly above it lie 3 in the first and 2 in the second.
    np.testing.assert_allclose(explanation.saliency("fem", head=head, target=0, parameters={"k": 0}), [[0, 1], [1, 0]])


def test_a_source_survives_its_message():
    for spec in load_specifications("compact-resnet,xception"):
        source = Source(spec, "ab" * 32)
        assert Source.from_json(json.loads(json.dumps(source.to_json()))) == source


def test_missing_and_changed_weights_are_sentences(tmp_path):
    spec = load_specifications("compact-resnet")[0]
    with pytest.raises(ExplainError, match="have changed"):
        answer(picture(), models=[Source(spec, "0" * 64)])
    gone = Source.from_json(
        {"spec": Source(spec, "").to_json()["spec"] | {"file": str(tmp_path / "x.keras")}, "weights": ""}
    )
    with pytest.raises(ExplainError, match="no longer where"):
        answer(picture(), models=[gone])


@pytest.mark.slow
def test_what_needs_the_network_is_made_there_at_the_parameters_that_were_asked_for(built, monkeypatch):
    def maps(evidence, classes, parameters):
        return np.full((1, 2, 2), parameters["toy_level"] + classes[0], np.float32)

    level = Parameter("toy_level", "Level", 1, 0, 9, 1)
    toy = Explainer("toy", "Toy", Needs.PASSES, maps, parameters=(level,))
    monkeypatch.setitem(EXPLAINERS, "toy", toy)
    model = sources(open_store(built[1].store))[0]
    for told, expected in (({"toy_level": 5, "k": 1}, 7), ({}, 3)):
        asked = request((model,), {model.spec.name: 2}, ("toy", "fem"), PIXELS, told)
        read = read_answer(*Answering().answer(asked, picture()))
        assert read.of_model[model.spec.name].maps.keys() == {"toy"}
        assert (read.of_model[model.spec.name].maps["toy"] == expected).all()


@pytest.mark.slow
def test_one_file_looked_at_in_two_layers_is_two_networks(tmp_path):
    spec = inner_of_inner().save(tmp_path)
    other = replace(spec, name="other", feature_layer="outer/conv")
    models = [Source(each, file_digest(spec.file)) for each in (spec, other)]
    read = answer(picture(), models=models)
    assert [read.of_model[name].activations.shape[-1] for name in ("own", "other")] == [5, 4]


@pytest.mark.slow
def test_an_upload_of_a_stored_photograph_gives_the_stored_maps(built):
    store = open_store(built[1].store)
    content = (DEMO_FOLDER / "African_elephant" / "elephant_002.jpg").read_bytes()
    targets = {model.name: store.class_index(model.name, "African_elephant") for model in store.models}
    read: Answer = read_answer(
        *Answering().answer(request(sources(store), targets, ("gradcam", "fem"), PIXELS), content)
    )
    for model in store.models:
        explanation = read.of_model[model.name]
        np.testing.assert_allclose(explanation.logits, store.logits(model.name, "elephant_002"), rtol=1e-3, atol=1e-3)
        for method, k in (("gradcam", 2.0), ("fem", 2.0), ("fem", 1.0)):
            ours = explanation.saliency(
                method, head=store.head(model.name), target=explanation.target, parameters={"k": k}
            )
            theirs = explain_stored(store, "elephant_002", model.name, method, parameters={"k": k}).saliency
            assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.999


@pytest.mark.slow
def test_a_store_without_origins_still_finds_the_built_in_networks(built, tmp_path):
    folder = shutil.copytree(built[1].store, tmp_path / "store")
    (folder / ORIGINS).unlink()
    store = open_store(folder)
    assert [source.spec.file for source in sources(store)] == [spec.file for spec in load_specifications()]
    for entry in store.provenance["models"]:
        entry["name"] = f"own-{entry['name']}"
    with pytest.raises(ExplainError, match="built elsewhere"):
        sources(store)


def test_the_process_answers_on_its_streams_and_ends_with_its_input():
    command = [sys.executable, "-m", "explain.serving.child"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        send(process.stdin, request((), {}, (), PIXELS), picture())
        assert read_answer(*receive(process.stdout)).photograph.shape == (30, 40, 3)
        process.stdin.close()
        assert process.wait(timeout=30) == 0
