"""Figures on a page: what is made legible is the words alone, and visitors share what is copied."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.plots import copied, legible, shared
from explain.figures.exhibit import Exhibit


def figure():
    drawn = go.Figure([go.Scatter(x=[1], y=[2], marker={"color": [3]}), go.Box(y=[1]), go.Heatmap(z=[[1, 2]])])
    drawn.add_scatter(x=[1], y=[2], marker={"color": [3], "showscale": True})
    drawn.add_scatter(x=[1], y=[2], mode="markers+text", text=["at a point"])
    drawn.add_annotation(text="on a cell", font_color="#fff")
    return drawn.add_annotation(text="on the page")


@pytest.mark.parametrize("theme", ["dark", None])
def test_what_can_be_read_already_stays_as_it_is(theme):
    drawn = figure()
    assert legible(drawn, theme) is drawn


def test_words_on_a_light_page_are_dark_and_nothing_else_appears():
    before = figure()
    plain, box, heat, coloured, named = (shown := legible(before, "light")).data
    ink = shown.layout.xaxis.tickfont.color
    assert ink == shown.layout.yaxis.title.font.color == shown.layout.legend.font.color
    assert plain.marker.to_plotly_json() == {"color": [3]}  # no colour bar where none was
    assert box.marker.to_plotly_json() == {}
    assert heat.colorbar.tickfont.color == coloured.marker.colorbar.tickfont.color == ink
    assert named.textfont.color == ink
    assert [note.font.color for note in shown.layout.annotations] == ["#fff", ink]
    assert before == figure()  # what the cache holds


def test_visitors_copy_a_shared_figure_at_once():
    shared = go.Figure([go.Box(x=[1.0, 2.0, 3.0], boxpoints="all") for _ in range(20)])
    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as visitors:
            copies = list(visitors.map(lambda _: copied(shared), range(48)))
    finally:
        sys.setswitchinterval(pause)
    assert {trace.type for figure in (shared, *copies) for trace in figure.data} == {"box"}
    assert all(figure is not shared for figure in copies)


EXHIBIT = Exhibit("one", "One", figure(), "A figure.", pd.DataFrame({"value": [1.0]}))


def page():
    import streamlit as st

    from dashboard.plots import shared
    from tests.dashboard.test_plots import EXHIBIT

    for theme in ("light", "dark"):
        st.plotly_chart(shared(EXHIBIT, theme), key=theme)


def test_visitors_are_sent_one_figure_that_nobody_changes():
    sent = [shared(EXHIBIT, theme) for theme in ("light", "dark")]
    expected = [json.loads(legible(figure(), theme).to_json()) for theme in ("light", "dark")]
    for _ in range(2):
        app = AppTest.from_function(page).run()
        assert not app.exception
        assert [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")] == expected
    assert all(one is shared(EXHIBIT, theme) for one, theme in zip(sent, ("light", "dark"), strict=True))
    assert [json.loads(one.to_json()) for one in sent] == expected
    assert EXHIBIT.figure == figure()


def marked():
    """Give a figure whose points carry numbers: of no image."""
    return go.Figure(go.Scatter(x=[0.5], y=["a measure"], customdata=[0.5]))


def numbers_page():
    import pandas as pd

    from dashboard.link import View
    from dashboard.plots import show
    from explain.figures.exhibit import Exhibit
    from explain.store.selection import Selection
    from tests.dashboard.test_plots import marked

    show(Exhibit("n", "N", marked(), "Numbers.", pd.DataFrame({"value": [0.5]})), Selection({}, {}), View())


def test_points_that_are_no_images_promise_none():
    app = AppTest.from_function(numbers_page).run()
    assert not app.exception
    assert [each.value.replace("\\", "") for each in app.caption] == ["Numbers."]
    (chart,) = app.get("plotly_chart")
    assert not chart.proto.selection_mode
