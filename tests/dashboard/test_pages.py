import json
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def open_page(built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_CACHE", str(built[0]))

    def run(stem, **params):
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        app.switch_page(f"views/{stem}.py")
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return run


def texts(app):
    kinds = (app.title, app.caption, app.markdown, app.warning, app.info, app.text)
    said = [str(element.value) for kind in kinds for element in kind]
    return " ".join(said + [component.proto.json for component in app.get("bidi_component")])


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("gallery", "7 of 7"),
        ("compare", "Agreement is not faithfulness"),
        ("statistics", "Each point is an image"),
        ("findings", "Holm"),
        ("upload", "Nothing is kept"),
        ("about", "Fuad"),
    ],
)
def test_every_page_shows_its_own_content(open_page, stem, words):
    assert words in texts(open_page(stem))


def test_the_gallery_filters_by_class_and_shows_failed_files(open_page):
    assert "3 of 7" in texts(open_page("gallery", label="African_elephant"))
    assert "no image format" in texts(open_page("gallery"))


def test_compare_opens_the_linked_image(open_page):
    assert "elephant_004" in texts(open_page("compare", image="elephant_004"))


def test_compare_sends_the_photograph_and_four_maps_with_their_values(open_page):
    component = open_page("compare", image="elephant_004", k="2.5").get("bidi_component")[0]
    photograph, *maps = json.loads(component.proto.json)["panels"]
    assert photograph["map"] is None
    assert len(maps) == 4
    assert [panel["lines"][0] for panel in maps[2:]] == ["K = 2.5; FEM has no target class."] * 2
    for panel in maps:
        assert len(panel["map"]["values"]) == panel["map"]["rows"] * panel["map"]["columns"]
        assert panel["picture"].startswith("data:image/jpeg;base64,")


def test_bad_links_get_a_notice_and_a_page(open_page):
    shown = texts(open_page("compare", image="<script>alert(1)</script>", k="many"))
    assert "link's image" in shown
    assert "link's k" in shown
    assert "<script>" not in shown


def test_the_gallery_says_whose_map_a_picture_shows_by_the_models_title(open_page):
    app = open_page("gallery", layer="overlay", method="fem")
    box = app.selectbox(key="link_model")
    cards = json.loads(app.get("bidi_component")[0].proto.json)["cards"]
    readable = [card for card in cards if card["picture"]]
    assert [said["model"] for said in readable[0]["said"]] == list(box.options)
    assert all(card["alt"] == f"{card['label']}: {box.options[0]}, FEM" for card in readable)


@pytest.mark.parametrize("stem", ["gallery", "compare", "statistics", "findings", "upload", "about"])
def test_a_cache_that_cannot_be_reached_is_said_in_a_sentence(stem, open_page, monkeypatch):
    monkeypatch.setenv("EXPLAIN_CACHE", "nowhere://stores")
    (error,) = open_page(stem).error
    assert "EXPLAIN\\_CACHE" in error.value


@pytest.mark.parametrize("layer", ["overlay", "map", "photo"])
def test_every_layer_can_be_chosen_in_the_gallery(open_page, layer):
    start = "map" if layer == "photo" else "photo"
    app = open_page("gallery", layer=start)
    app.segmented_control(key="link_layer").set_value(layer).run()
    assert not app.exception
    assert app.segmented_control(key="link_layer").value == layer


def test_text_from_a_link_is_never_markup(open_page):
    app = open_page("compare", image="elephant_002", target="![x](http://example.invalid/x.png)")
    rendered = [str(e.value) for kind in (app.caption, app.markdown, app.warning, app.info) for e in kind]
    assert any("no class" in text for text in rendered)
    assert not any("![x](" in text for text in rendered)


def test_moving_k_writes_it_to_the_link(open_page):
    app = open_page("compare", image="elephant_002")
    app.slider(key="link_k").set_value(1.0).run()
    assert app.query_params["k"] in ("1", ["1"])
    assert not app.exception


def test_no_page_brings_tensorflow_into_the_process():
    code = "import sys, dashboard.cached_store, dashboard.drawing, dashboard.page\n"
    code += "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_link_to_a_test_of_a_claim_opens_its_images(open_page):
    app = open_page("findings", test="2:radius:African_elephant")
    assert app.selectbox(key="test_2").value == "2:radius:African_elephant"
    app.selectbox(key="test_4").set_value("4:1 - pearson:all").run()
    assert app.query_params["test"] in ("4:1 - pearson:all", ["4:1 - pearson:all"])
