"""The upload page without a browser: its limits, its answers, and that the app's own process stays small."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.datasets import DEMO_FOLDER

ROOT = Path(__file__).parents[2]

VISIT = """
import sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file(sys.argv[1], default_timeout=180)
from dashboard.pages import PAGES

for stem in sorted(PAGES, key="upload".__eq__):
    app.switch_page(f"views/{stem}.py").run()
    assert not app.exception, (stem, app.exception)
app.file_uploader[0].set_value(("photograph.jpg", sys.stdin.buffer.read(), "image/jpeg")).run()
assert "Target:" in " ".join(each.proto.json for each in app.get("bidi_component"))
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""
pytestmark = pytest.mark.slow


@pytest.fixture
def page(built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_CACHE", str(built[0]))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=180)
    app.switch_page("views/upload.py")
    return app.run()


def give(app, content, name="photograph.jpg"):
    app.file_uploader[0].set_value((name, content, "image/jpeg")).run()
    assert not app.exception, app.exception
    return app


def texts(app):
    kinds = (app.caption, app.markdown, app.warning, app.error, app.text)
    said = [str(element.value) for kind in kinds for element in kind]
    return " ".join(said + [component.proto.json for component in app.get("bidi_component")])


def elephant():
    return (DEMO_FOLDER / "African_elephant" / "elephant_002.jpg").read_bytes()


def test_limits_and_formats_are_said_before_the_upload(page):
    said = texts(page)
    for word in ("JPEG", "PNG", "WebP", "20 MB", "50 million pixels", "never written to disk"):
        assert word in said


def test_a_photograph_gets_its_maps_and_predictions_and_follows_the_controls(page):
    shown = texts(give(page, elephant()))
    assert shown.count("No target class") == 2
    assert shown.count("Target: African elephant (predicted)") == 2
    assert "Compact ResNet: African elephant" in shown
    page.selectbox(key="link_target").set_value("American_black_bear").run()
    page.query_params["k"] = "6"
    page.run()
    assert not page.exception
    shown = texts(page)
    assert shown.count("Target: American black bear") == 2
    assert shown.count("K of FEM = 6") == 2
    assert page.query_params["k"] in ("6", ["6"])


def test_what_is_no_picture_is_a_sentence_and_another_try(page):
    assert "no image format" in texts(give(page, b"nothing", "nothing.png"))
    assert any(button.label == "Try again" for button in page.button)


def test_a_removed_photograph_is_gone(page):
    give(page, elephant())
    next(button for button in page.button if button.label == "Remove").click().run()
    assert not page.exception
    assert "Target:" not in texts(page)
    assert "content" not in page.session_state["upload"]


def test_a_class_that_a_model_lacks_is_named_and_no_map_of_another_is_shown(page):
    page.query_params["target"] = "zebra"
    shown = texts(give(page, elephant()))
    assert shown.count("no class 'zebra'") == 2
    assert "Target:" not in shown
    assert shown.count("No target class") == 2
    assert sum("raw map" in button.proto.label for button in page.get("download_button")) == 2


def test_methods_are_those_that_the_link_chooses(page):
    page.query_params["methods"] = "fem"
    shown = texts(give(page, elephant()))
    assert "Target:" not in shown
    assert shown.count("No target class") == 2


def test_the_app_never_imports_tensorflow_even_when_it_explains_a_photograph(built):
    completed = subprocess.run(
        [sys.executable, "-c", VISIT, str(ROOT / "dashboard" / "app.py")],
        cwd=ROOT, env=os.environ | {"EXPLAIN_CACHE": str(built[0])}, input=elephant(), check=False,
    )  # fmt: skip
    assert completed.returncode == 0
