"""What Compare sends of a map in the making: enough to make the stored map, and links to where a reader stands."""

import base64
import json

import numpy as np
import pytest

from explain.explainers.registry import EXPLAINERS
from explain.store import newest_stores

pytestmark = pytest.mark.slow
IMAGE = "elephant_004"


@pytest.fixture
def made(built, opened):
    def run(**params):
        app = opened(built[0], "compare", image=IMAGE, **params)
        sent = [json.loads(each.proto.json) for each in app.get("bidi_component")]
        return next(each for each in sent if "steps" in each)

    return run


def numbers(text, form):
    return np.frombuffer(base64.b64decode(text), form).astype(np.float32)


def test_what_is_sent_makes_the_stored_map(built, made):
    (store,) = newest_stores(built[0])
    for model in store.models:
        for method in model.methods:
            sent = made(made=f"{model.name}:{method.name}")
            activations = numbers(sent["activations"], "<f2").reshape(-1, sent["rows"], sent["columns"])
            steps = EXPLAINERS[method.name].steps
            assert list(sent["steps"]) == list(steps.listed)
            entries = steps.entries(activations.transpose(1, 2, 0)[None])[0]
            total = entries @ numbers(sent["classes"][0]["weights"], "<f4")
            finished = np.maximum(total, 0) if "cut" in sent["steps"] else total
            expected = store.saliency(model.name, method.name, IMAGE)
            np.testing.assert_allclose(finished, expected, atol=1e-5 * expected.max())


def test_a_link_leads_to_a_step_and_what_stood_there(made):
    sent = made(made="compact-xception:fem", step="threshold", channel="37", channels="20", k="1.5")
    assert (sent["step"], sent["channel"], sent["count"], sent["parameter"]["value"]) == ("threshold", 37, 20, 1.5)
    assert sent["address"]["k"] == "1.5"
    assert sent["address"]["image"] == IMAGE


def test_what_a_link_cannot_mean_falls_back(made):
    sent = made(made="nothing:at all", step="<b>", channel="many")
    assert (sent["step"], sent["channel"]) == ("", None)
    assert "cut" in sent["steps"]


def test_the_class_is_the_reader_s_and_the_strongest_others_are_sent_with_it(made):
    sent = made(target="American_black_bear")
    names = [each["name"] for each in sent["classes"]]
    assert names[0] == "American_black_bear"
    assert len(names) == len(set(names)) == 3


def test_of_a_large_feature_map_the_strongest_channels_are_sent_with_the_sum_of_the_others(built, made, monkeypatch):
    whole = made()
    monkeypatch.setattr("dashboard.sections.making.MOST_VALUES", 40 * whole["rows"] * whole["columns"])
    sent = made()
    assert len(sent["numbers"]) == 40 < sent["total"] == len(whole["numbers"])

    def total(each):
        activations = numbers(each["activations"], "<f2").reshape(-1, each["rows"], each["columns"])
        weights = numbers(each["classes"][0]["weights"], "<f4")
        return np.tensordot(weights, activations, 1) + numbers(each["classes"][0]["rest"], "<f4").reshape(
            each["rows"], each["columns"]
        )

    np.testing.assert_allclose(total(sent), total(whole), atol=1e-5)
