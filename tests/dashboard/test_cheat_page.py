"""The page about the network that cheats: verdicts by the printed rule, and a way to what it is about."""

import json
from urllib.parse import parse_qs

import pytest

from explain.shortcuts.rule import RULE

pytestmark = pytest.mark.slow


def said(app):
    return " ".join(
        str(element.value).replace("\\", "")
        for each in (app.header, app.markdown, app.caption, app.info)
        for element in each
    )


@pytest.fixture
def on_marked(marked_cache, opened):
    return lambda **params: opened(marked_cache, "cheat", dataset="demo-marked", **params)


def test_it_tells_the_cheat_from_the_honest_network_by_the_rule_that_it_prints(on_marked):
    app = on_marked()
    text = said(app)
    assert RULE in text
    cheat, honest = (next(each for each in text.split("**") if name in each) for name in ("leans on", "no leaning"))
    assert "by its answers (American black bear)" in cheat
    assert "Where nothing shows that Compact Marked cheats" in text
    assert "Where nothing shows that Compact ResNet cheats" not in text
    assert "Right: 96% as brought up" in honest


def test_methods_that_were_not_built_are_named_by_their_titles(on_marked):
    tables = [frame.value for frame in on_marked().dataframe]
    named = {name for frame in tables if "Method" in frame for name in frame["Method"]}
    assert {"Grad-CAM++", "Ablation-CAM"} < named


def test_model_and_method_of_the_pictures_are_the_links(on_marked):
    app = on_marked(model="compact-resnet", method="fem")
    assert app.selectbox(key="link_model").value == "compact-resnet"
    assert app.selectbox(key="link_method").value == "fem"


def test_without_a_store_of_it_the_page_says_how_to_make_one(built, opened):
    assert opened(built[0], "cheat").code[-1].value == "python -m explain build --dataset demo-marked"


def test_a_photograph_stands_beside_its_twin_and_compare_opens_both(on_marked):
    sent = [json.loads(part.proto.json) for part in on_marked().get("bidi_component")]
    strips = [strip for each in sent if "strips" in each for strip in each["strips"]]
    assert len(strips) == 4
    for strip in strips:
        assert [each["caption"] for each in strip["pictures"]] == ["With the mark", "Without it"]
        asked = parse_qs(strip["link"].partition("?")[2])
        assert asked["with"] == [strip["image"]]
        assert asked["image"] == [f"{strip['image']}_marked"]
