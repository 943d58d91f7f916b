"""What the page Why there sends: a ledger that sums, and enough to erase with."""

import base64
import json

import numpy as np
import pytest

from explain.store import newest_stores

pytestmark = pytest.mark.slow
IMAGE = "elephant_004"


@pytest.fixture
def sent(built, opened):
    def run(**params):
        app = opened(built[0], "why", **({"image": IMAGE} | params))
        parts = [each.proto for each in app.get("bidi_component")]
        return app, [json.loads(part.json) for part in parts if "ledger" in part.component_name]

    return run


def numbers(text):
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)


@pytest.mark.parametrize("model", ["compact-resnet", "compact-xception"])
def test_the_sum_shown_is_the_logit_and_what_can_be_erased_gives_all_logits(built, sent, model):
    (store,) = newest_stores(built[0])
    _, (data,) = sent(model=model)
    logits = store.logits(model, IMAGE)
    total = data["sum"]
    assert total["logit"] == pytest.approx(logits[data["target"]])
    assert total["bias"] + total["paid"] + total["remainder"] == pytest.approx(total["logit"])
    scores = numbers(data["scores"]).reshape(data["rows"] * data["columns"], len(data["classes"]))
    np.testing.assert_allclose(scores.sum(axis=0) + numbers(data["bias"]), logits, atol=1e-3)
    np.testing.assert_allclose(scores[:, data["target"]], numbers(data["positions"]), atol=1e-6)


def test_parts_of_the_mask_share_out_what_places_paid(sent):
    _, (data,) = sent()
    (parts,) = data["first"]
    assert sum(row["paid"] for row in parts["rows"]) == pytest.approx(data["sum"]["paid"])
    inside = numbers(data["inside"])
    assert 0 < inside.mean() < 1


def test_the_rival_is_the_strongest_other_class_or_the_reader_s(built, sent):
    (store,) = newest_stores(built[0])
    _, (data,) = sent(ask="versus")
    others = store.logits("compact-resnet", IMAGE).copy()
    others[data["target"]] = -np.inf
    assert data["against"] == others.argmax()
    _, (chosen,) = sent(ask="versus", against="other")
    assert chosen["classes"][chosen["against"]] == "other"
    _, (turned,) = sent(ask="versus", target="other", against="African_elephant")
    np.testing.assert_allclose(numbers(turned["positions"]), -numbers(chosen["positions"]), atol=1e-6)


def test_the_download_holds_the_whole_ledger(sent):
    app, (data,) = sent()
    (button,) = [each for each in app.get("download_button") if "ledger" in each.proto.label]
    assert "ledger" in button.proto.label
    assert data["lists"][0]["title"] == "By channel"


@pytest.mark.parametrize("params", [{"target": "zebra"}, {"ask": "versus", "against": "African_elephant"}])
def test_what_a_network_cannot_be_asked_is_said_in_a_sentence(sent, params):
    app, shown = sent(**params)
    assert shown == []
    (note,) = [each.value for each in app.info]
    assert note.endswith(("\\.", "."))


def test_places_that_a_link_erases_are_passed_on(sent):
    _, (data,) = sent(erased="0f")
    assert data["erased"] == "0f"
    assert "erased" not in data["address"]


@pytest.mark.parametrize(("parameter", "other"), [("image", "elephant_000"), ("model", "compact-xception")])
def test_what_was_erased_goes_with_its_image_and_model(sent, parameter, other):
    app, _ = sent(erased="f0", model="compact-resnet")
    app.selectbox(key=f"link_{parameter}").set_value(other).run()
    assert app.query_params[parameter] in (other, [other])
    assert "erased" not in app.query_params
