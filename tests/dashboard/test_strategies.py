"""The page Strategies, without a browser: on six images, and on the demo set."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st

from dashboard.class_images import images_of_class, images_place_by_place
from explain.store import newest_stores

pytestmark = pytest.mark.slow


def slates(app):
    sent = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    return [slate for each in sent if "slates" in each for slate in each["slates"]]


def test_strategies_have_shares_pictures_and_links(demo_store, opened):
    *listed, whole = slates(opened(demo_store, "strategies", label="American_black_bear", strategy="2"))
    (store,) = newest_stores(demo_store)
    shares = store.strategies("compact-resnet", "American_black_bear").shares
    assert [slate["share"] for slate in listed] == pytest.approx(shares[:6].tolist())
    assert [slate["chosen"] for slate in listed] == [False, True, False, False, False, False]
    assert len(whole["pictures"]) == 51
    paid = [float(picture["value"]) for picture in whole["pictures"]]
    assert paid == sorted(paid, reverse=True)
    assert all(picture["source"].startswith("data:image/jpeg") and picture["alt"] for picture in whole["pictures"])
    assert "strategy=3" in listed[2]["href"]


def test_what_strategies_pay_on_any_image_sums_to_its_score(demo_store, opened):
    app = opened(demo_store, "strategies", label="American_black_bear", image="elephant_004")
    (table,) = [each.value for each in app.table]
    *parts, score = [float(text) for text in table["pays"]]
    assert sum(parts) == pytest.approx(score, abs=0.05)  # of numbers with two digits
    (store,) = newest_stores(demo_store)
    index = store.class_index("compact-resnet", "American_black_bear")
    assert score == pytest.approx(store.logits("compact-resnet", "elephant_004")[index], abs=0.006)


def test_every_cluster_is_a_slice_that_the_gallery_shows(demo_store, opened):
    listed = slates(opened(demo_store, "strategies", look="clusters", clusters="3", label="African_elephant"))
    assert len(listed) == 3
    assert sum(int(slate["facts"][0].split()[0]) for slate in listed) == 51
    for number, slate in enumerate(listed, 1):
        gallery = opened(demo_store, "gallery", slice=f"compact-resnet:{METHOD}:African_elephant:3:{number}")
        size = slate["facts"][0].split()[0]
        assert f"**{size} of 102** images" in [each.value for each in gallery.caption]
        assert f"African_elephant%3A3%3A{number}" in slate["links"][0]["href"]


def followed(app_of, cache, link):
    parts = urlsplit(link["href"])
    params = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return app_of(cache, parts.path.removeprefix("./"), **params)


def words(app):
    return " ".join(str(each.value) for kind in (app.caption, app.warning, app.markdown) for each in kind)


def test_statistics_and_findings_are_asked_about_a_cluster(demo_store, opened):
    slate = slates(opened(demo_store, "strategies", look="clusters", clusters="3", label="African_elephant"))[1]
    size = slate["facts"][0].split()[0]
    for link in slate["links"]:
        assert f"{size} of 102" in words(followed(opened, demo_store, link))
    findings = words(followed(opened, demo_store, slate["links"][2])).replace("\\", "")
    assert "They were chosen by their maps: a claim about maps or answers" in findings


@pytest.mark.parametrize("look", ["strategies", "channels"])
def test_what_pays_most_is_a_slice(demo_store, opened, look):
    slate = slates(opened(demo_store, "strategies", look=look, label="African_elephant"))[0]
    assert len(slate["links"]) == 3
    for link in slate["links"]:
        assert "13 of 102" in words(followed(opened, demo_store, link))


METHOD = "gradcam"


def test_a_channel_has_an_address(demo_store, opened):
    first, *others = slates(opened(demo_store, "strategies", look="channels", channel="37"))
    assert first["heading"] == "Channel 37"
    assert first["chosen"]
    assert any(fact.startswith("fires on: ") for fact in first["facts"])
    assert any("Compact Xception, r = " in fact for fact in first["facts"])
    assert len(first["pictures"]) == 24
    assert len(others) == 6


@pytest.mark.parametrize("look", ["strategies", "channels"])
def test_of_many_images_some_are_looked_at_place_by_place_and_the_page_says_so(demo_store, opened, look, monkeypatch):
    label = "African_elephant"
    monkeypatch.setattr("dashboard.class_images.PLACE_BY_PLACE", 20)
    st.cache_resource.clear()
    st.cache_data.clear()
    try:
        app = opened(demo_store, "strategies", look=look, label=label)
        assert "Looked at: 51 images of this class, and 20 of these place by place" in words(app)
        assert all(slate["pictures"] for slate in slates(app))
        (store,) = newest_stores(demo_store)
        key = (str(store.path), store.digest)
        chosen = images_place_by_place(*key, label)
        assert len(set(chosen)) == 20
        assert set(chosen) < set(images_of_class(*key, label))
    finally:
        st.cache_resource.clear()
        st.cache_data.clear()


def test_too_few_images_and_bad_slices_are_said_in_a_sentence(built, opened):
    app = opened(built[0], "strategies", look="clusters")
    assert "8 or more" in app.info[0].value
    gallery = opened(built[0], "gallery", slice="nonsense")
    assert any("slice" in each.value for each in gallery.warning)
    assert "**7 of 7** images" in [each.value for each in gallery.caption]
