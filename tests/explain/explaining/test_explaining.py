"""What `import explain` gives is what a build stores, to the bit; and it shows, saves and refuses as it says."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import explain
from data import open_dataset
from explain.explainers.registry import EXPLAINERS
from explain.measures.resampling import divide_by_maximum, resample
from explain.models.specification import DEFAULT_MODELS
from explain.store.evidence import explain_stored

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(built, few_images):
    return explain.open_store(few_images, cache=built[0])


@pytest.fixture(scope="module")
def records(few_images):
    return [record for record in open_dataset(few_images).records if record.image != "zz_broken"]


@pytest.fixture(scope="module")
def network():
    return explain.load(DEFAULT_MODELS[0])


@pytest.fixture(scope="module")
def found(network, records):
    return network.explain(records[0].path, methods=list(EXPLAINERS), target=records[0].label)


@pytest.mark.parametrize("model", DEFAULT_MODELS)
def test_maps_and_scores_are_those_of_the_store_to_the_bit(model, store, records):
    """The store was built with four images a pass; one alone, or all at once, are explained with as many."""
    network = explain.load(model)
    stored = [method.name for method in store.model(model).methods]
    labels = [record.label for record in records]
    together = network.explain([record.path for record in records], stored, labels, batch_size=4)
    for record, each in zip(records, together, strict=True):
        alone = network.explain(record.path, methods=stored, target=record.label, batch_size=4)
        for one in (each, alone):
            np.testing.assert_array_equal(one.logits, store.logits(model, record.image))
            assert list(one.maps) == stored
            for method in stored:
                np.testing.assert_array_equal(one.maps[method], store.saliency(model, method, record.image))


def test_another_class_and_parameter_are_those_that_the_store_gives(network, store, records):
    target, parameters = "American_black_bear", {"k": 1.5}
    live = network.explain(records[0].path, target=target, parameters=parameters, batch_size=4)
    for method, saliency in live.maps.items():
        wanted = explain_stored(
            store, records[0].image, DEFAULT_MODELS[0], method, target=target, parameters=parameters
        )
        np.testing.assert_array_equal(saliency, wanted.saliency)
        assert live.parameters[method] == wanted.parameters
    assert live.target == target


def test_what_is_looked_up_is_what_was_explained(network, store, records):
    live = network.explain(records[1].path, target=records[1].label, batch_size=4)
    stored = explain.look_up(store, records[1].image)
    assert (stored.name, stored.model, stored.target, stored.predicted) == (
        live.name, live.model, live.target, live.predicted,
    )  # fmt: skip
    for method in live.maps:
        np.testing.assert_array_equal(stored.saliency(method), live.saliency(method))
        assert stored.caption(method) == live.caption(method)
    pd.testing.assert_frame_equal(stored.predictions, live.predictions)
    more = explain.look_up(store, records[1].image, DEFAULT_MODELS[1], "layercam, evidence", "other")
    assert list(more.maps) == ["layercam", "evidence"]
    assert more.target == "other"


def test_predictions_are_the_softmax_of_the_logits(found):
    shares = np.exp(found.logits.astype(float)) / np.exp(found.logits.astype(float)).sum()
    by_class = found.predictions.set_index("class")["probability"]
    np.testing.assert_allclose([by_class[name] for name in found.classes], shares, rtol=1e-6)
    assert found.predictions["class"].iloc[0] == found.predicted
    assert found.predictions["probability"].is_monotonic_decreasing


def test_every_method_has_a_map_an_overlay_and_a_caption(found):
    assert set(found.maps) | set(found.refused) == set(EXPLAINERS)
    for method, saliency in found.maps.items():
        assert saliency.dtype == np.float32
        picture = found.overlay(method)
        assert picture.size == (found.photograph.shape[1], found.photograph.shape[0])
        assert ("African elephant" in found.caption(method)) == EXPLAINERS[method].targeted


def test_an_overlay_of_no_opacity_is_the_photograph_and_of_full_opacity_the_map(found):
    np.testing.assert_array_equal(found.overlay("fem", opacity=0), found.photograph)
    stretched = resample(found.maps["fem"], found.photograph.shape[:2], alignment=found.alignments["fem"])
    full = np.asarray(found.overlay("fem", opacity=1, colormap="gray")).astype(float)
    np.testing.assert_allclose(full[:, :, 0], 255 * divide_by_maximum(stretched, None), atol=1.01)


def test_the_figure_shows_the_photograph_and_every_map(found):
    figure = found.figure()
    assert len(figure.data) == 1 + len(found.maps)
    titles = " ".join(annotation.text.replace("<br>", " ") for annotation in figure.layout.annotations)
    assert all(found.methods[name].title in titles for name in found.maps)


def test_a_notebook_shows_pictures_with_words_that_are_escaped(network, records, tmp_path):
    path = tmp_path / "<b>bear.jpg"
    path.write_bytes(Path(records[0].path).read_bytes())
    shown = network.explain(path)._repr_html_()
    assert "&lt;b&gt;bear" in shown
    assert "<b>bear" not in shown
    assert shown.count("<img ") == 3
    several = network.explain([path, "nowhere.jpg"])
    assert several._repr_html_().count("<img ") == 3
    assert "nowhere" in several._repr_html_()


def test_what_is_saved_is_what_was_found(found, tmp_path):
    folder = found.save(tmp_path / "new" / "one")
    for method, saliency in found.maps.items():
        np.testing.assert_array_equal(np.load(folder / f"{method}.npy"), saliency)
        np.testing.assert_array_equal(Image.open(folder / f"{method}.png"), found.overlay(method))
    facts = json.loads((folder / "explanation.json").read_text())
    assert (facts["target"], facts["maps"]["fem"]["of_class"]) == ("African_elephant", None)
    assert len(pd.read_csv(folder / "predictions.csv")) == len(found.classes)
    (tmp_path / "file").write_text("")
    with pytest.raises(explain.ExplainError, match="cannot be written"):
        found.save(tmp_path / "file")


def test_a_list_keeps_its_order_and_says_what_could_not_be_read(network, records, tmp_path):
    path = records[0].path
    several = network.explain([path, "nowhere.jpg", path, np.asarray(Image.open(path))], target=[0, 1, 2, None])
    assert [each.name for each in several] == [path.stem, f"{path.stem}-2", "image"]
    assert [each.target_index for each in several] == [0, 2, several[2].logits.argmax()]
    assert list(several.failed) == ["nowhere"]
    assert several.predictions["name"].tolist() == [each.name for each in several]
    assert {each.name for each in several.save(tmp_path).iterdir()} == {*several.predictions["name"], "predictions.csv"}
    assert isinstance(several[:1], explain.Explanations)
    with pytest.raises(explain.ExplainError, match="None of the 2"):
        network.explain(["nowhere.jpg", b""])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": "elefant"}, "no class 'elefant'. Near it: African_elephant"),
        ({"target": 3}, "from 0 to 2"),
        ({"target": True}, "True"),
        ({"target": [0, 1]}, "2 targets"),
        ({"methods": "gradcm"}, "Near it: gradcam"),
        ({"methods": []}, "No explanation method"),
        ({"parameters": {"nothing": 1}}, "no parameter|None of the methods has"),
        ({"parameters": {"k": -7}}, "from"),
        ({"batch_size": 0}, "batch_size"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(network, records, arguments, said):
    with pytest.raises(explain.ExplainError, match=said):
        network.explain(records[0].path, **arguments)


def test_a_map_that_is_not_there_is_said(found):
    with pytest.raises(explain.ExplainError, match="no map by 'nothing'"):
        found.saliency("nothing")


def test_a_store_that_was_not_built_says_how(few_images, tmp_path, built, store):
    with pytest.raises(explain.ExplainError, match="python -m explain build"):
        explain.open_store(few_images, cache=tmp_path)
    assert explain.open_store(store.path).digest == store.digest


def test_importing_explain_imports_nothing_heavy_and_offers_what_it_lists():
    code = (
        "import sys, explain\n"
        "heavy = {'tensorflow', 'keras', 'pandas', 'numpy', 'plotly'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert set(explain.__all__) <= set(dir(explain))\n"
        "[getattr(explain, name) for name in explain.__all__]\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError):
        explain.nothing  # noqa: B018
