from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def open_statistics(built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_CACHE", str(built[0]))

    def run(**params):
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        app.switch_page("views/statistics.py")
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return run


def texts(app):
    return " ".join(str(e.value) for kind in (app.caption, app.warning, app.info, app.markdown) for e in kind)


@pytest.mark.parametrize(
    ("section", "words", "figures"),
    [
        ("distributions", "Each point is an image", 1),
        ("differences", "mean and its bootstrap", 4),
        ("agreement", "not a sign of faithfulness", 2),
        ("averages", "Every map weighs the same", 1),
        ("answers", "expected calibration error", 2),
        ("faithfulness", "python -m explain evaluate", 0),
        ("map", "principal components", 1),
    ],
)
def test_every_section_has_its_figures_each_with_a_table_and_a_file(open_statistics, section, words, figures):
    app = open_statistics(section=section)
    assert words in texts(app)
    assert len(app.get("plotly_chart")) == figures
    assert sum(e.label == "Table" for e in app.expander) == figures
    downloads = [e for e in app.get("download_button") if e.proto.label == "Download (.csv)"]
    assert len(downloads) == figures


def test_the_section_is_written_to_the_link(open_statistics):
    app = open_statistics()
    app.segmented_control(key="link_section").set_value("map").run()
    assert app.query_params["section"] in ("map", ["map"])
    assert not app.exception


@pytest.mark.parametrize(
    "params",
    [
        {"metric": "part_head", "by": "method", "shape": "violin"},
        {"section": "differences", "label": "African_elephant", "metric": "gini"},
        {"section": "agreement", "measure": "iou_top20"},
        {"section": "map", "model": "compact-xception", "method": "fem", "colour": "mass_inside"},
        {"section": "map", "colour": "predicted"},
    ],
)
def test_a_link_opens_what_it_says(open_statistics, params):
    app = open_statistics(**params)
    assert not app.warning
    for name, value in params.items():
        widgets = [*app.selectbox, *app.segmented_control]
        assert [w.value for w in widgets if w.key == f"link_{name}"] == [value]


@pytest.mark.parametrize("name", ["metric", "colour"])
def test_a_column_that_the_store_has_not_is_named(open_statistics, name):
    app = open_statistics(section="map", **{name: "<b>nothing</b>"})
    assert f"link's {name}" in texts(app)
    assert "<b>" not in texts(app)
