"""Findings with datasets that no study is about, with a single model, and with labels that no model knows."""

import shutil
from pathlib import Path

import pytest

from data import open_dataset
from data.datasets import DEMO_FOLDER

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
FOREIGN = {
    "robin": ("African_elephant", ("elephant_000", "elephant_002")),
    "wren": ("American_black_bear", ("bear_000",)),
}


@pytest.fixture(scope="module")
def anyones(tmp_path_factory):
    """Build stores of photographs under labels that no model knows: one of two models, and one of one."""
    from explain.building.build import build
    from explain.models.specification import load_specifications

    root = tmp_path_factory.mktemp("anyones")
    for label, (source, stems) in FOREIGN.items():
        (root / "birds" / label).mkdir(parents=True)
        for stem in stems:
            shutil.copy(DEMO_FOLDER / source / f"{stem}.jpg", root / "birds" / label / f"{stem[-1]}{label}.jpg")
    build(open_dataset(root / "birds"), load_specifications("compact-resnet"), root / "one", batch_size=4)
    shutil.copytree(root / "one", root / "two")
    build(open_dataset(root / "birds"), load_specifications(), root / "two", batch_size=4)
    return root


@pytest.fixture
def open_page(opened):
    return lambda cache, stem="findings", **params: opened(cache, stem, **params)


def listed(app):
    """Give the lines of the list of claims."""
    return next(each.value for each in app.markdown if each.value.startswith("1. [")).splitlines()


def said(app):
    kinds = (app.title, app.subheader, app.caption, app.markdown, app.warning, app.info)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def test_the_reports_claims_are_named_where_the_dataset_is_its_subject(open_page, built):
    app = open_page(built[0], open="6")
    text = said(app)
    assert "A lab report drew these conclusions" in text
    assert "looks at head, tusks and trunk" in text
    names = dict(zip(app.selectbox(key="test_6").options, range(99), strict=False))
    assert "Grad-CAM: head, American black bear" in names
    assert "FEM: body, All" in names


def test_settled_claims_are_folded_and_a_link_says_which_stand_open(open_page, built):
    def opened(**link):
        return {box.key for box in open_page(built[0], **link).selectbox if box.key and box.key.startswith("test_")}

    assert opened(open="1,4") == {"test_1", "test_4"}
    assert opened(open="none") == set()
    answered = ("supported", "contradicted", "no relevant difference", "not tested")
    lines = enumerate(listed(open_page(built[0])), 1)
    assert opened() == {f"test_{n}" for n, line in lines if not any(verdict in line for verdict in answered)}
    assert "test_2" in opened(test="2:entropy:all")


def test_images_for_and_against_are_counted_forwards(open_page, built):
    text = said(open_page(built[0], open="2"))
    assert "images carry it" in text
    assert "Go against it most" in text


def test_with_another_dataset_nothing_speaks_of_the_report_or_its_subjects(open_page, anyones):
    text = said(open_page(anyones / "two")).lower()
    for word in ("report", "animal", "tusk", "trunk", "elephant", "bear "):
        assert word not in text, word
    assert "maps are spread wider than" in text
    assert "no image whose label both models know" in text
    assert "neither masks nor boxes" in text


def test_a_single_model_has_the_claims_about_its_methods(open_page, anyones):
    text = said(open_page(anyones / "one"))
    assert "Grad\\-CAM's maps are spread wider than FEM's" in text
    assert "Compact ResNet and" not in text


def test_a_link_to_a_test_of_another_datasets_claims_shows_the_page(open_page, anyones):
    app = open_page(anyones / "two", test="6:gradcam: head and trunk:all", open="1")
    assert app.selectbox(key="test_1").value == "1:gradcam: area_half_max:all"


@pytest.mark.parametrize("stem", ["gallery", "compare", "statistics", "about"])
def test_no_other_page_speaks_of_animals_where_the_dataset_does_not(open_page, anyones, stem):
    app = open_page(anyones / "two", stem)
    widgets = (app.selectbox, app.slider, app.text_input, app.get("button_group"))
    words = said(app) + " ".join(f"{w.label} {w.help}" for kind in widgets for w in kind if hasattr(w, "help"))
    assert "animal" not in words.lower()
    if stem == "gallery":
        assert "Labelled object's size" in words
