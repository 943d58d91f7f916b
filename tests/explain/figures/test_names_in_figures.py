"""Names that stand in figures instead of in legends: where there is room for them, and beside what they name."""

import numpy as np
import pandas as pd
import pytest

from explain.figures.calibration import reliability_diagram
from explain.figures.chance import compose
from explain.figures.differences import paired_differences
from explain.figures.embedding import embedding
from explain.figures.exhibit import Options
from explain.measures.chance import BASELINES
from explain.statistics.hypothesis_tests import compare_paired
from explain.store.selection import Selection
from tests.explain.figures.toy_material import toy_material

LABELS = ("bear", "elephant")
SELECTION = Selection({"b": "Second & last"}, {})


@pytest.fixture
def predictions():
    images = [f"i{number}" for number in range(6)]
    frame = pd.DataFrame({"image": images, "label": "bear", "model": "b", "probability": 0.5, "predicted": "bear"})
    return frame.assign(right=pd.array([True, False] * 3, dtype="boolean"))


def separate():
    """Give two classes that lie apart."""
    generator = np.random.default_rng(3)
    points = pd.DataFrame(generator.normal(0, 0.4, (60, 2)), columns=["x", "y"])
    labels = np.repeat(["African_elephant", "bear"], 30)
    points["x"] += np.where(labels == "bear", 0, 6)
    ids = [f"i{number}" for number in range(60)]
    return points.assign(image=ids), pd.Series(labels, ids)


def test_classes_on_the_map_of_images_are_named_where_they_lie_and_by_a_legend_where_they_mix():
    points, labels = separate()
    figure = embedding(points, labels, "class")
    assert not figure.layout.showlegend
    assert len(figure.layout.annotations) == 2
    for trace, note in zip(figure.data, figure.layout.annotations, strict=True):
        assert trace.name in note.text
        assert trace.marker.color in note.text
        assert min(trace.x) <= note.x <= max(trace.x)
    mixed = embedding(points.assign(x=points["x"] % 2), labels, "class")
    assert mixed.layout.showlegend
    assert not mixed.layout.annotations


@pytest.mark.parametrize("turned", [1, -1])
def test_classes_of_differences_are_named_in_the_corner_without_points(turned):
    frame = pd.DataFrame({"image": [f"i{number}" for number in range(50)], "label": [*LABELS] * 25}).assign(
        difference=turned * np.arange(50) ** 2.0
    )
    figure = paired_differences(frame, compare_paired(frame["difference"], 0 * frame["difference"]), "a", "b", "c")
    assert not any(trace.showlegend for trace in figure.data)
    (note,) = (note for note in figure.layout.annotations if "\u25a0" in note.text)
    assert all(trace.name in note.text for trace in figure.data)
    middle = np.mean([frame["difference"].min(), frame["difference"].max()])
    for trace in figure.data:
        at_its_side = np.array(trace.x) <= 25 if note.x < 0.5 else np.array(trace.x) > 25
        at_its_height = np.array(trace.y) > middle if note.y > 0.5 else np.array(trace.y) < middle
        assert not (at_its_side & at_its_height).any()


def bins_of(confidence, right):
    columns = {"bin_low": 0.0, "bin_high": 0.5, "n": 9}
    frame = pd.DataFrame({"model": "b", "confidence": confidence, "right": right}).assign(**columns)
    return frame.assign(low=frame["right"] - 0.05, high=frame["right"] + 0.05)


def test_networks_of_calibration_are_named_in_a_corner_without_lines_and_else_by_a_legend(predictions):
    for right, free in (([0.0, 0.6], (0.02, 1.0)), ([0.9, 0.95], (0.98, 0.0))):
        figure = reliability_diagram(bins_of([0.1, 0.6], right), {"b": 0.1}, predictions, SELECTION)
        assert not any(trace.showlegend for trace in figure.data)
        names, perfect = figure.layout.annotations
        assert "Second &amp; last" in names.text
        assert "error 0.100" in names.text
        assert (names.x, names.y) == free
        assert perfect.text == "perfect"
    everywhere = reliability_diagram(
        bins_of([0.05, 0.1, 0.9, 0.95], [1, 0.9, 0.1, 0]), {"b": 0.1}, predictions, SELECTION
    )
    assert [trace.name for trace in everywhere.data if trace.showlegend is not False] == [
        "perfect", "Second &amp; last (error 0.100, n = 36)",
    ]  # fmt: skip
    assert not everywhere.layout.annotations


def test_baselines_of_chance_are_named_by_their_marks_under_the_title():
    figure = compose(toy_material(), Options()).figure
    assert not figure.layout.showlegend
    lines = figure.layout.title.text.split("<br>")[1:]
    for trace, line in zip(figure.data, lines, strict=True):
        assert trace.name in line
        assert trace.marker.color in line
    assert {trace.name for trace in figure.data} == set(BASELINES.values())
    assert len({trace.marker.symbol for trace in figure.data}) == len(lines)
