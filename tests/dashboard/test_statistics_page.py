import json
from dataclasses import replace
from pathlib import Path

import plotly.graph_objects as go
import pytest

from dashboard.boundary import BROKEN
from dashboard.cached_statistics import options_of
from dashboard.link import View
from data import open_dataset
from explain.figures.exhibits import ENTRIES, SECTIONS, Material, report_exhibits
from explain.store import open_store

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def open_statistics(built, opened):
    return lambda **params: opened(built[0], "statistics", **params)


def texts(app):
    return " ".join(str(e.value) for kind in (app.caption, app.warning, app.info, app.markdown) for e in kind)


@pytest.mark.parametrize(
    ("section", "words", "figures"),
    [
        ("distributions", "Each point is an image", 2),
        ("differences", "Line and band: mean", 4),
        ("agreement", "not a sign of faithfulness", 3),
        ("averages", "Every map weighs the same", 1),
        ("answers", "expected calibration error", 2),
        ("faithfulness", "python -m explain evaluate", 0),
        ("map", "principal components", 1),
    ],
)
def test_every_section_has_its_figures_each_with_a_table_and_a_file(open_statistics, section, words, figures):
    app = open_statistics(section=section)
    assert words in texts(app).replace("\\", "")  # page texts are escaped
    drawn_here = section == "averages"  # by the script that draws the maps of a photograph
    assert len(app.get("plotly_chart")) == (0 if drawn_here else figures)
    panels = [each for each in app.get("bidi_component") if "photograph" in json.loads(each.proto.json)]
    assert len(panels) == (2 if drawn_here else 0)  # one for each class
    assert sum(e.label == "Table" for e in app.expander) == figures
    downloads = [e for e in app.get("download_button") if e.proto.label == "Download (.csv)"]
    assert len(downloads) == figures + (section == "answers")  # the accuracy is a table alone


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


def test_options_of_exhibits_are_parameters_of_a_link():
    assert options_of(View(metric="gini", first="a:b")).metric == "gini"
    assert options_of(View(first="a:b")).first == "a:b"


def test_the_page_shows_the_figures_of_the_report(open_statistics, built, few_images):
    store = open_store(built[0] / open_dataset(few_images).digest[:16])
    in_report = [json.loads(e.figure.to_json()) for e in report_exhibits(Material.of(store)) if e.figure is not None]
    shown = []
    for section in SECTIONS:
        for chart in open_statistics(section=section).get("plotly_chart"):
            figure = json.loads(go.Figure(json.loads(chart.proto.spec)).to_json())
            figure["layout"]["template"] = None  # Streamlit's own, and the report's
            shown.append(figure)
    assert shown
    for figure in in_report:
        figure["layout"]["template"] = None
    missing = [figure["layout"]["title"]["text"] for figure in shown if figure not in in_report]
    assert not missing


def test_two_sides_can_be_chosen_by_the_link(open_statistics):
    app = open_statistics(section="differences", first="compact-resnet:fem", second="compact-xception:gradcam")
    assert not app.warning
    assert len(app.get("plotly_chart")) == 1
    assert app.selectbox(key="link_second").value == "compact-xception:gradcam"
    assert "compact-resnet" not in app.selectbox(key="link_first").options[1]


def test_a_pair_that_the_store_has_not_is_named(open_statistics):
    app = open_statistics(section="differences", first="<b>x</b>:y")
    assert "link's pair" in texts(app)
    assert len(app.get("plotly_chart")) == 4


def test_one_broken_figure_leaves_the_others(open_statistics, monkeypatch, caplog):
    def broken(*given):
        raise ZeroDivisionError("on purpose")

    place = next(place for place, entry in enumerate(ENTRIES) if entry.compose.__name__ == "compose_calibration")
    monkeypatch.setattr("dashboard.cached_statistics.ENTRIES", broken_at(place, broken))
    app = open_statistics(section="answers", label="African_elephant")
    (error,) = app.error
    assert f"This figure {BROKEN}" in error.value
    assert len(app.get("plotly_chart")) == 1
    assert "on purpose" in caplog.text


def broken_at(place, compose):
    return (*ENTRIES[:place], replace(ENTRIES[place], compose=compose), *ENTRIES[place + 1 :])


@pytest.mark.parametrize("section", list(SECTIONS))
def test_no_machine_name_is_on_the_page(open_statistics, section):
    app = open_statistics(section=section)
    said = texts(app) + " ".join(map(str, [option for box in app.selectbox for option in box.options]))
    for name in ("compact-resnet", "gradcam", "p_uncorrected", "mass_inside"):
        assert name not in said
    for frame in app.dataframe:
        assert not [column for column in frame.value.columns if "_" in str(column)]
