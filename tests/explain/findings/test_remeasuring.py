"""Maps measured again from a store: the build's own numbers, and other choices against a map at a time."""

import shutil
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from explain.explainers.registry import DEFAULT_METHODS, EXPLAINERS
from explain.findings import predicted
from explain.findings.casting import cast_of
from explain.findings.multiverse import settings_of
from explain.findings.predicted import (
    answered_otherwise,
    drawn_images,
    findings_of_predicted,
    images_looked_at,
    tables_are_kept,
    tables_of_predicted,
    tables_to_keep,
)
from explain.findings.remeasuring import PREDICTED, MapChoice, remeasure
from explain.findings.study import study_of
from explain.measures.alignment import Alignment
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps
from explain.store import amend_store, check_store, newest_stores, open_store
from explain.store.evidence import explain_stored
from explain.store.selection import Selection

(TARGETED, CLASSLESS) = (
    next(n for n in DEFAULT_METHODS if EXPLAINERS[n].targeted is wanted) for wanted in (True, False)
)


@pytest.fixture(scope="module")
def store(original):
    return newest_stores(original / "cache")[0]


@pytest.fixture(scope="module")
def selection(store):
    return Selection.of(store)


def test_the_builds_own_choices_give_the_builds_own_tables(store, selection):
    choices = [MapChoice(*key) for key in selection.keys]
    found = remeasure(store, choices, list(combinations(choices, 2))).tables(choices, store.table("predictions"))
    for name, keys in (
        ("metrics", ["image", "model", "method", "metric"]),
        ("agreement", ["image", "model_a", "method_a", "model_b", "method_b"]),
    ):
        built = store.table(name).set_index(keys).sort_index()
        again = getattr(found, name).set_index(keys).reindex(built.index)
        numbers = built.select_dtypes("number").columns
        np.testing.assert_allclose(
            again[numbers].to_numpy(float), built[numbers].to_numpy(float), rtol=1e-9, atol=1e-12
        )


def test_other_choices_are_measured_as_one_map_at_a_time_is(store, selection):
    (model,) = selection.models
    parameter = EXPLAINERS[CLASSLESS].parameters[0]
    other = MapChoice(model, CLASSLESS, parameters=((parameter.name, 0.5),))
    raised = MapChoice(model, TARGETED, PREDICTED, from_minimum=True)
    found = remeasure(store, [other, raised])
    for place, image in enumerate(found.images["image"]):
        answer = store.model(model).classes[int(store.logits(model, image).argmax())]
        one = explain_stored(store, image, model, CLASSLESS, parameters={parameter.name: 0.5}).saliency
        two = explain_stored(store, image, model, TARGETED, target=answer).saliency
        for choice, single in ((other, one), (raised, two - two.min())):
            values = measure_maps(MapsOnGrid.of(single[None]))
            assert found.of_maps[choice]["entropy"][place] == pytest.approx(values["entropy"][0], nan_ok=True)


def test_of_the_predicted_class_only_images_that_are_answered_otherwise_change(store, selection):
    changed = answered_otherwise(store, selection)
    said = store.table("predictions")
    (model,) = selection.models
    known = {name for name, index in store.model(model).class_of_label.items() if index is not None}
    assert changed == [r.image for r in said.itertuples() if r.label in known and r.predicted != r.label]
    assert 0 < len(changed) < len(said)
    keys = ["image", "model", "method", "metric"]
    stored = store.table("metrics").set_index(keys)["value"].sort_index()
    found = tables_of_predicted(store, selection).metrics.set_index(keys)["value"].sort_index()
    same = found.index.intersection(stored.index)
    moved = same[np.abs(found[same] - stored[same]) > 1e-9]
    assert set(moved.get_level_values("image")) <= set(changed)
    assert set(moved.get_level_values("method")) == {TARGETED}


def test_where_many_images_change_some_of_all_are_looked_at_and_they_alone(store, selection, monkeypatch):
    changed, images = answered_otherwise(store, selection), store.table("images")
    assert images_looked_at(store, selection) == ()
    monkeypatch.setattr("explain.findings.predicted.MANY", len(changed) - 1)
    drawn = drawn_images(store, selection)
    assert len(set(drawn)) == len(changed) - 1
    assert set(drawn) < set(images.loc[images["status"] == "ok", "image"])
    some, every = (tables_of_predicted(store, selection, only).metrics for only in (drawn, ()))
    assert set(some["image"]) == set(drawn)
    keys = ["image", "model", "method", "metric"]
    values = every.set_index(keys)["value"].reindex(some.set_index(keys).index)
    np.testing.assert_allclose(some["value"], values, rtol=1e-9)


def test_the_builds_tests_of_the_predicted_class_are_those_made_anew(store, selection, monkeypatch):
    assert tables_are_kept(store)
    kept = findings_of_predicted(store, selection)
    assert any(finding.tests for finding in kept)
    monkeypatch.setattr(predicted, "_kept", lambda store, selection: False)
    assert repr(findings_of_predicted(store, selection)) == repr(kept)


def test_tests_of_the_predicted_class_are_read_without_the_tables_of_all_maps(store, selection, tmp_path):
    expected = repr(findings_of_predicted(store, selection))
    copy = open_store(shutil.copytree(store.path, tmp_path / "store"))
    for name in ("metrics", "agreement", "predictions"):
        (copy.path / copy.provenance["tables"][name]).unlink()
    assert repr(findings_of_predicted(copy, selection)) == expected


def test_tests_of_other_maps_than_those_that_are_stored_are_made_again(store, tmp_path):
    path = shutil.copytree(store.path, tmp_path / "store")
    metrics = store.table("metrics")
    moved = amend_store(path, lambda there: ({"metrics": metrics.assign(value=metrics["value"] + 1)}, {}))
    assert not tables_are_kept(moved)
    assert any("_of_predicted" in fault for fault in check_store(moved))
    again = amend_store(path, tables_to_keep)
    assert tables_are_kept(again)
    assert not any("_of_predicted" in fault for fault in check_store(again))


def test_cells_lie_where_the_network_looks_unless_they_are_centred(original):
    store = newest_stores(original / "cache")[0]
    store.models = tuple(replace(model, alignment=(0.0, -4.0)) for model in store.models)  # of 16 pixels
    (model,) = (each.name for each in store.models)
    aligned, centred = MapChoice(model, CLASSLESS), MapChoice(model, CLASSLESS, centred=True)
    found = remeasure(store, [aligned, centred])
    study = study_of(store.dataset)
    assert {each.centred for each in settings_of(study, cast_of(study, Selection.of(store)), store)} == {False, True}
    for place, image in enumerate(found.images["image"]):
        raw = store.saliency(model, CLASSLESS, image)[None]
        for choice, grid in ((aligned, MapsOnGrid.of(raw, Alignment(0.0, -0.25))), (centred, MapsOnGrid.of(raw))):
            assert found.of_maps[choice]["radius"][place] == pytest.approx(measure_maps(grid)["radius"][0], nan_ok=True)
    assert not np.allclose(found.of_maps[aligned]["radius"], found.of_maps[centred]["radius"])
