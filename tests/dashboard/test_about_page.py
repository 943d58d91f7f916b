"""About: what a map is, in pictures of the store, and the places that other pages' words lead to."""

import json
import re

import pytest

from dashboard.explanations import JUDGING, READING, anchor_of
from explain.explainers.registry import EXPLAINERS
from explain.store import newest_stores

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(built):
    (store,) = newest_stores(built[0])
    return store


def strips(app):
    sent = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    return [strip for each in sent for strip in each.get("strips", ())]


def test_every_method_that_says_its_steps_grows_a_map(built, opened, store):
    shown = strips(opened(built[0], "about"))
    told = [EXPLAINERS[name].title for name in store.shown_methods if EXPLAINERS[name].steps]
    grown = [strip for strip in shown if strip["image"].endswith("step by step")]
    assert [strip["image"].partition(",")[0] for strip in grown] == told
    channels = store.model(store.shown_models[0])
    for strip in grown:
        captions = [picture["caption"] for picture in strip["pictures"]]
        assert captions[0] == "Photograph"
        assert sum(caption.startswith("Channel") for caption in captions) == 3
        assert captions[-2] == f"All {store.activations(channels.name, 'bear_003').shape[-1]} added up"


def test_chance_is_the_share_that_the_mask_covers_and_shares_are_the_store_s(built, opened, store):
    (chance,) = [strip for strip in strips(opened(built[0], "about")) if "knows nothing" in strip["line"]]
    covered = (store.mask(chance["image"]) > 0).mean()
    said = [int(re.search(r"(\d+)%", picture["caption"])[1]) for picture in chance["pictures"]]
    assert said[0] == pytest.approx(100 * covered, abs=2)
    metrics = store.table("metrics")
    inside = metrics[(metrics["image"] == chance["image"]) & (metrics["metric"] == "mass_inside")]["value"]
    assert sorted(said[1:]) == sorted((100 * inside).round().astype(int))


@pytest.mark.parametrize("stem", ["compare", "findings"])
def test_words_lead_to_where_about_explains_them(built, opened, stem):
    about = opened(built[0], "about")
    anchors = {each.proto.anchor for each in (*about.header, *about.subheader)}
    said = next(each.value for each in opened(built[0], stem).markdown if "Explained on About" in each.value)
    led = set(re.findall(r"\(about(?:\?[\w=&-]*)?#([\w-]+)\)", said))
    assert led <= anchors
    assert led == {*(READING if stem == "compare" else JUDGING), anchor_of("gradcam"), anchor_of("fem")}
