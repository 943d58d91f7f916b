import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.pages import PAGES
from data import open_dataset
from data.datasets import DEMO_FOLDER
from explain.building.build import build
from explain.models.specification import load_specifications

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def open_page(built, opened):
    return lambda stem, **params: opened(built[0], stem, **params)


ODD_NAMES = ("two\nlines", "n" * 240)


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """Build a store of a dataset whose labels no model knows, with one model; two images have odd names."""
    root, cache = tmp_path_factory.mktemp("data") / "pets", tmp_path_factory.mktemp("cache")
    for label, source, stems in (
        ("cat", "African_elephant", ("elephant_000", "elephant_002", "elephant_004")),
        ("dog", "American_black_bear", ("bear_000", "bear_003", "bear_004")),
    ):
        (root / label).mkdir(parents=True)
        for stem in stems:
            shutil.copy(DEMO_FOLDER / source / f"{stem}.jpg", root / label)
    for stem, name in zip(("elephant_005", "elephant_006"), ODD_NAMES, strict=True):
        shutil.copy(DEMO_FOLDER / "African_elephant" / f"{stem}.jpg", root / "cat" / f"{name}.jpg")
    build(open_dataset(root), load_specifications()[:1], cache, batch_size=4)
    return cache


def panels(app):
    """Give the panels of the comparison as the browser gets them."""
    rows = next(sent["rows"] for sent in map(json.loads, components(app)) if "photograph" in sent)
    return [panel for row in rows for panel in row]


def controls_of(app):
    """Give the titles of what can be chosen in the browser, by the link's parameter."""
    sent = [control for sent in map(json.loads, components(app)) for control in sent.get("controls", ())]
    return {control["name"]: [title for _, title in control["options"]] for control in sent if "options" in control}


def cards_of(app):
    """Give the gallery's cards."""
    return next(sent["cards"] for sent in map(json.loads, components(app)) if "cards" in sent)


def components(app):
    """Give what the pages' own parts are sent."""
    return [component.proto.json for component in app.get("bidi_component")]


def texts(app):
    kinds = (app.title, app.header, app.subheader, app.caption, app.markdown, app.warning, app.info, app.text)
    said = [str(element.value) for kind in kinds for element in kind]
    return " ".join(said + components(app))


WORDS = {
    "overview": "carry it", "gallery": "7 of 7", "compare": "Agreement is not faithfulness",
    "statistics": "Each point is an image", "findings": "Holm", "upload": "Nothing is kept", "about": "Fuad",
    "why": "plain sum", "strategies": "Principal components", "guess": "Nothing about you",
    "claim": "What the images can show",
    "cheat": "in place of the animal",
}  # fmt: skip


@pytest.mark.parametrize("stem", PAGES)
def test_every_page_shows_its_own_content(open_page, stem):
    assert WORDS[stem] in texts(open_page(stem))


def test_the_gallery_filters_by_class_and_shows_failed_files(open_page):
    assert "3 of 7" in texts(open_page("gallery", label="African_elephant"))
    assert "no image format" in texts(open_page("gallery"))


def test_compare_opens_the_linked_image(open_page):
    assert "elephant_004" in texts(open_page("compare", image="elephant_004"))


def test_compare_sends_the_photograph_and_four_maps_with_their_values(open_page):
    app = open_page("compare", image="elephant_004", k="2.5")
    maps = panels(app)
    assert len(maps) == 4
    assert [panel["lines"][0] for panel in maps[:2]] == ["Target: African elephant"] * 2
    assert [panel["lines"][0] for panel in maps[2:]] == ["No target class · K of FEM = 2.5"] * 2
    for panel in maps:
        values = base64.b64decode(panel["map"]["values"])
        assert len(values) == 4 * panel["map"]["rows"] * panel["map"]["columns"]
    compared = next(sent for sent in components(app) if "photograph" in json.loads(sent))
    assert compared.count("data:image/jpeg;base64,") == 1  # maps are drawn on it


@pytest.mark.parametrize("target", ["zebra", "tusker"])
def test_a_class_that_a_model_lacks_shows_no_map_of_another(open_page, target):
    app = open_page("compare", image="elephant_004", target=target)
    maps = panels(app)
    for panel in maps[:2]:
        assert panel["map"] is None
        assert f"no class '{target}'" in panel["lines"][0]
    assert all(panel["map"] for panel in maps[2:])  # FEM has no class
    assert not any("Target:" in line for panel in maps for line in panel["lines"])
    offered = [button.proto.label for button in app.get("download_button")]
    assert sum("raw map" in label for label in offered) == 2


def test_another_class_is_named_by_the_map(open_page):
    maps = panels(open_page("compare", image="elephant_004", target="american black BEAR"))
    assert [panel["lines"][0] for panel in maps[:2]] == ["Target: American black bear"] * 2


def test_a_label_that_no_model_knows_gives_the_predicted_class_and_says_so(pets, opened):
    app = opened(pets, "compare")
    maps = panels(app)
    assert len(maps) == 2  # one model
    assert re.fullmatch(r"Target: .+ \(predicted: this model has no class for the label\)", maps[0]["lines"][0])
    assert "cat (predicted" not in maps[0]["lines"][0]
    assert maps[1]["lines"][0].startswith("No target class")


def test_images_whose_names_have_two_lines_or_over_200_characters_open_from_their_links(pets, opened):
    images = [card["image"] for card in cards_of(opened(pets, "gallery"))]
    odd = [image for image in images if image.startswith(("two", "nnn"))]
    assert len(odd) == 2
    assert not set(odd) & set(ODD_NAMES)
    for image in odd:
        app = opened(pets, "compare", image=image)
        assert not app.warning
        assert json.dumps(image)[1:-1] in texts(app)
    (warning,) = opened(pets, "compare", image=ODD_NAMES[1]).warning
    assert "link's image is not in this dataset" in warning.value


@pytest.mark.parametrize("stem", PAGES)
def test_every_page_stands_on_any_dataset_with_one_model(stem, pets, opened):
    shown = texts(opened(pets, stem))
    assert "pets" in shown
    if stem in ("gallery", "compare", "upload"):
        assert "animal" not in shown


def test_a_link_chooses_models_and_methods(open_page):
    app = open_page("compare", image="elephant_004", models="compact-xception", methods="fem")
    (one,) = panels(app)
    assert one["heading"] == "Compact Xception, FEM"
    assert "Agreement is not" not in texts(app)  # there is nothing to compare
    cards = cards_of(open_page("gallery", models="compact-xception"))
    assert {said["model"] for card in cards for said in card["said"]} == {"Compact Xception"}


def test_unknown_models_and_methods_are_named_left_out_and_no_markup(open_page):
    app = open_page("compare", models="compact-xception,![x](y)", methods="nothing", method="nothing")
    (warning,) = app.warning
    shown = warning.value.split("  \n")
    assert [text.split(":")[0] for text in shown[:2]] == ["The link's models", "The link's methods"]
    assert r"\!\[x\]" in shown[0]
    assert "nothing" in shown[1]
    assert "link's method is not" in shown[2]
    assert len(panels(app)) == 2  # one model's two usual methods


def test_models_and_methods_can_be_chosen_and_those_that_are_shown_are_on(open_page):
    app = open_page("compare", image="elephant_004", models="compact-xception")
    assert len(panels(app)) == 2
    sent = next(sent for sent in map(json.loads, components(app)) if "models" in sent.get("looks", {}))
    assert sent["looks"] == {"models": "compact-xception", "methods": "gradcam,fem"}
    assert controls_of(app)["models"] == ["Compact ResNet", "Compact Xception"]


@pytest.mark.parametrize(
    ("said", "written"),
    [("b", {"models": "b"}), ("b,a", {}), ("", {}), ("c,<b>,a", {"models": "a,c"})],
    ids=["one", "the usual ones", "none", "a third, and one that is not there"],
)
def test_several_that_are_set_are_written_in_their_order_and_the_usual_ones_are_left_out(said, written):
    def page(said):
        from dashboard.components.controls import Several
        from dashboard.link_controls import write_set

        options = (("a", "A"), ("b", "B"), ("c", "C"))
        write_set({"models": said}, [Several("models", "Models", "", options, ("a", "b"))])

    app = AppTest.from_function(page, args=(said,)).run()
    assert not app.exception
    assert {name: app.query_params[name] for name in app.query_params} in (
        written,
        {name: [text] for name, text in written.items()},
    )


def test_a_difference_of_any_two_can_be_chosen(open_page):
    usual = open_page("compare", image="elephant_004")
    chosen = open_page("compare", image="elephant_004", first="compact-resnet:gradcam", second="compact-xception:fem")
    rows = [next(sent for sent in map(json.loads, components(app)) if "pictures" in sent) for app in (usual, chosen)]
    captions = [[picture["caption"] for picture in row["pictures"]] for row in rows]
    assert [sum(" minus " in caption for caption in some) for some in captions] == [4, 1]


def test_a_link_from_findings_of_the_predicted_class_shows_each_models_own_answer(open_page):
    maps = panels(open_page("compare", image="elephant_004", of="predicted"))
    lines = [panel["lines"][0] for panel in maps]
    assert sum("(its own answer)" in line for line in lines) == 2  # the two networks' maps that have a class
    assert sum("No target class" in line for line in lines) == 2
    chosen = panels(open_page("compare", image="elephant_004", of="predicted", target="other"))
    assert sum(panel["lines"][0] == "Target: other" for panel in chosen) == 2


@pytest.mark.parametrize("stem", ["gallery", "compare", "statistics", "findings", "claim", "why"])
def test_however_much_of_a_link_is_wrong_it_is_one_notice(open_page, stem):
    app = open_page(stem, label="unicorn", image="nobody", slice="x", images="nobody", like="nobody", test="9:x:y")
    (notice,) = app.warning
    assert "The link's label is not in this dataset" in notice.value
    assert notice.value.count("link's") > 1


def test_bad_links_get_a_notice_and_a_page(open_page):
    shown = texts(open_page("compare", image="<script>alert(1)</script>", k="many"))
    assert "link's image" in shown
    assert "link's k" in shown
    assert "<script>" not in shown


@pytest.mark.parametrize(
    ("stem", "name", "value"),
    [("gallery", "page", "999999"), ("findings", "test", "1:nothing:all"), ("findings", "test", "999:radius:all")],
)
def test_values_that_a_page_has_nothing_for_are_named(open_page, stem, name, value):
    (warning,) = open_page(stem, **{name: value}).warning
    assert warning.value.startswith(f"The link's {name}")


def test_the_gallery_says_whose_map_a_picture_shows_by_the_models_title(open_page):
    app = open_page("gallery", layer="overlay", method="fem")
    offered = controls_of(app)
    assert offered["method"] == ["Grad-CAM", "FEM"]
    cards = cards_of(app)
    readable = [card for card in cards if card["pictures"]]
    assert [said["model"] for said in readable[0]["said"]] == offered["model"]
    assert all(card["alts"] == [f"{card['label']}: {offered['model'][0]}, FEM"] for card in readable)


@pytest.mark.parametrize("stem", PAGES)
def test_a_cache_that_cannot_be_reached_is_said_in_a_sentence(stem, opened):
    (error,) = opened("nowhere://stores", stem).error
    assert "EXPLAIN\\_CACHE" in error.value


@pytest.mark.parametrize("layer", ["overlay", "map", "photo"])
def test_the_gallery_shows_every_layer_and_offers_all(open_page, layer):
    app = open_page("gallery", layer=layer)
    assert not app.exception
    assert controls_of(app)["layer"] == ["Photograph", "Overlay", "Map"]
    every = {alt.partition(": ")[2] for card in cards_of(app) if card["pictures"] for alt in card["alts"]}
    assert every == ({"photograph"} if layer == "photo" else {"Compact ResNet, Grad-CAM"})


def test_text_from_a_link_is_never_markup(open_page):
    app = open_page("compare", image="elephant_002", target="![x](http://example.invalid/x.png)")
    rendered = [str(e.value) for kind in (app.caption, app.markdown, app.warning, app.info) for e in kind]
    assert "no class" in panels(app)[0]["lines"][0]  # the browser sets it as text
    assert not any("![x](" in text for text in rendered)


def test_what_the_browser_has_set_is_written_to_the_link_where_a_link_could_say_it():
    def page():
        from dashboard.components.controls import Range
        from dashboard.link_controls import choice, write_set

        said = {"k": 1.0, "colormap": "magma", "opacity": 9, "layer": "<b>", "image": "elephant_002"}
        ranges = [Range(name, name, "", 0, 1, 0.1) for name in ("k", "opacity")]
        write_set(said, [*ranges, choice("colormap", "Colours", ""), choice("layer", "Show", "")])

    app = AppTest.from_function(page).run()
    assert not app.exception
    written = {name: app.query_params[name] for name in app.query_params}
    assert written == {"k": "1", "colormap": "magma"}


def test_no_page_brings_tensorflow_into_the_process():
    code = "import sys, dashboard.cached_store, dashboard.drawing, dashboard.page\n"
    code += "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_link_to_a_test_of_a_claim_opens_its_images(open_page):
    app = open_page("findings", test="2:radius:African_elephant")
    assert app.selectbox(key="test_2").value == "2:radius:African_elephant"
    box = app.selectbox(key="test_4")
    other = next(test for test in ("4:1 - pearson:all", "4:1 - spearman:all") if test != box.value)
    box.set_value(other).run()
    assert app.query_params["test"] in (other, [other])
