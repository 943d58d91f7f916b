import json
from itertools import product

import numpy as np
import pandas as pd
import pytest

from explain.figures.agreement import agreement_matrix, agreement_points
from explain.figures.averages import average_maps
from explain.figures.calibration import confusion_matrix, reliability_diagram
from explain.figures.curves import faithfulness_curves, sanity_checks
from explain.figures.differences import paired_differences
from explain.figures.distributions import distributions
from explain.figures.embedding import embedding
from explain.figures.findings import effects
from explain.figures.style import COLOURS, PARTS, literal, looks_of, signed, ticks_of
from explain.statistics.accuracy import ANOTHER, confusion, reliability
from explain.statistics.answered import answered
from explain.statistics.averages import AverageMap
from explain.statistics.hypothesis_tests import compare_paired
from explain.statistics.summaries import curve_areas, curve_bands, paired_values
from explain.store.selection import Selection

BAD = '<a href="http://example.invalid">x</a>'
MODELS, METHODS = (f"a{BAD}", "b"), ("one", "two")
TITLES = {MODELS[0]: f"First {BAD}", "b": "Second & last"}
SELECTION = Selection(TITLES, {METHODS[0]: f"Method {BAD}", METHODS[1]: "Second method"})
LABELS = (f"bear{BAD}", "elephant")
IMAGES = {f"{number}{BAD}": LABELS[number % 2] for number in range(6)}


def rows(**columns):
    """Give one row per image, model and method."""
    generator = np.random.default_rng(1)
    frame = pd.DataFrame(
        [(image, label, model, method) for (image, label), model, method in product(IMAGES.items(), MODELS, METHODS)],
        columns=["image", "label", "model", "method"],
    )
    return frame.assign(
        **{name: generator.random(len(frame)) if value is None else value for name, value in columns.items()}
    )


@pytest.fixture
def metrics():
    return rows(metric="entropy", value=None)


@pytest.fixture
def predictions():
    frame = rows(probability=None).drop_duplicates(["image", "model"]).drop(columns="method")
    return frame.assign(predicted=frame["label"], right=pd.array([True, False] * (len(frame) // 2), dtype="boolean"))


@pytest.fixture
def agreement():
    kinds = list(product(MODELS, METHODS))
    pairs = [(*a, *b) for i, a in enumerate(kinds) for b in kinds[i + 1 :]]
    frame = pd.DataFrame(
        [(image, label, *pair) for (image, label), pair in product(IMAGES.items(), pairs)],
        columns=["image", "label", "model_a", "method_a", "model_b", "method_b"],
    )
    return frame.assign(pearson=np.linspace(-0.5, 0.9, len(frame)), sim=0.5)


def average(label, model, method):
    saliency = np.full((112, 112), 1 / 112**2, np.float32)
    return AverageMap(label, model, method, 3, saliency, np.zeros((160, 160, 3), np.uint8))


def all_figures(metrics, predictions, agreement):
    curves = rows(probability=0.5, substrate=f"zeros{BAD}", steps=2).merge(
        pd.DataFrame({"curve": ["deletion"] * 3, "fraction": [0, 0.5, 1]}), how="cross"
    )
    pairs = paired_values(metrics, "entropy", (MODELS[0], METHODS[1]), ("b", METHODS[1]))
    bins, label_of = reliability(predictions), {model: {} for model in MODELS}
    points = pd.DataFrame({"image": list(IMAGES), "x": range(6), "y": range(6)})
    found = pd.DataFrame(
        {
            "scope": LABELS, "metric": BAD, "n": 3, "effect": 0.5, "low": 0.0, "high": 0.9, "margin": 0.2,
            "difference": 0.1, "decides": [True, False], "verdict": "supported",
        }
    )  # fmt: skip
    yield from (
        distributions(metrics, SELECTION, BAD, by=by, shape=shape)
        for by, shape in product(("label", "model", "method"), ("box", "violin"))
    )
    yield paired_differences(pairs, compare_paired(pairs["first"], pairs["second"]), BAD, BAD, BAD)
    yield agreement_matrix(agreement, SELECTION)
    yield agreement_points(agreement, SELECTION)
    yield reliability_diagram(bins, dict.fromkeys(MODELS, 0.1), predictions, SELECTION)
    yield confusion_matrix(confusion(predictions, label_of), SELECTION)
    yield faithfulness_curves(curve_bands(curves), curve_areas(curves), SELECTION, BAD)
    yield sanity_checks(rows(check=BAD, spearman=None), SELECTION)
    yield embedding(points, pd.Series(IMAGES), BAD)
    yield average_maps([average(LABELS[0], MODELS[0], METHODS[1])], SELECTION)
    yield effects(found, TITLES)


def test_few_boxes_are_named_where_they_stand(metrics):
    figure = distributions(metrics, SELECTION, "Entropy")
    assert not figure.layout.showlegend
    notes = {note.text.rpartition("</span> ")[2]: note.y for note in figure.layout.annotations}
    headings = [note.y for note in figure.layout.annotations if "</span>" not in note.text]
    assert len(headings) == len(LABELS)
    for trace in figure.data:
        assert trace.orientation == "h"
        assert trace.name in notes
        assert 0 < max(trace.y) - notes[trace.name] < 0.5  # above the last of its boxes, and below the one before
        classes = {text.partition("<br>")[2] for text in trace.hovertext}
        assert len(classes) == len(set(trace.y))


def test_few_sanity_checks_have_a_panel_each_that_names_them():
    figure = sanity_checks(rows(check="head", spearman=0.5), SELECTION)
    assert not any(trace.showlegend for trace in figure.data)
    panels = {trace.yaxis: trace.name for trace in figure.data}
    assert [note.text.rpartition("</span> ")[2] for note in figure.layout.annotations] == list(panels.values())
    assert figure.layout.boxmode == "overlay"  # each stands above what the axis calls it


def shown_texts(value, key=""):
    """Collect every text of a figure but the ids that a click hands back, which are never shown."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("customdata", "template"):
                yield from shown_texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from shown_texts(inner, key)
    elif isinstance(value, str):
        yield value


def test_no_text_of_a_file_becomes_markup_in_any_figure(metrics, predictions, agreement):
    for number, figure in enumerate(all_figures(metrics, predictions, agreement)):
        texts = list(shown_texts(json.loads(figure.to_json())))
        assert not [text for text in texts if "<a" in text], number
        assert any("&lt;a href" in text for text in texts), number


def test_a_click_hands_back_the_image_as_it_is_called(metrics):
    figure = distributions(metrics, SELECTION, "Entropy")
    assert {image for trace in figure.data for image in trace.customdata} == set(IMAGES)


def test_whoever_points_at_an_image_is_told_what_made_the_point(metrics, predictions, agreement):
    for figure in all_figures(metrics, predictions, agreement):
        for trace in figure.data:
            if trace.customdata is not None and figure.layout.xaxis.title.text != "Effect, in standard deviations":
                assert trace.meta == PARTS or set(trace.meta) == {"of", "value", "along"}


def test_cells_and_bars_carry_the_images_that_they_count(predictions):
    label_of = {model: {} for model in MODELS}
    figure = confusion_matrix(confusion(predictions, label_of), SELECTION)
    for trace in figure.data:
        for row, counts in zip(trace.customdata, np.array(trace.text), strict=True):
            for (text, says, count), n in zip(row, counts, strict=True):
                assert count == n
                assert says.startswith(tuple(TITLES.values()))
                assert len(answered(text).members(predictions, label_of)) == n
    bars = [trace for trace in reliability_diagram(reliability(predictions), dict.fromkeys(MODELS, 0.1), predictions,
                                                   SELECTION).data if trace.type == "bar"]  # fmt: skip
    for trace in bars:
        assert [len(answered(text).members(predictions, label_of)) for text, _, _ in trace.customdata] == list(trace.y)


def test_every_figure_of_images_says_how_many(metrics, predictions, agreement):
    for number, figure in enumerate(all_figures(metrics, predictions, agreement)):
        assert any("n = " in text for text in shown_texts(json.loads(figure.to_json()))), number


@pytest.mark.parametrize("background", ["#fbfaf7", "#14191b"])
@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_stands_out_on_light_and_on_dark(colour, background):
    def luminance(text):
        channels = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    lighter, darker = sorted((luminance(colour), luminance(background)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_literal_leaves_ordinary_text_alone():
    assert literal("African elephant, 50 %") == "African elephant, 50 %"
    assert literal("a<b>&c") == "a&lt;b&gt;&amp;c"


def test_the_matrix_has_every_pair_once_and_its_colours_span_the_means(agreement):
    figure = agreement_matrix(agreement, SELECTION)
    values = np.array(figure.data[0].z)
    assert values.shape == (3, 3)
    np.testing.assert_array_equal(np.isnan(values), np.triu(np.ones((3, 3), bool), 1))
    assert (figure.data[0].zmin, figure.data[0].zmax) == (np.nanmin(values), np.nanmax(values))
    assert [float(note.text) for note in figure.layout.annotations] == values[~np.isnan(values)].round(2).tolist()
    chosen = agreement[(agreement["model_a"] == MODELS[0]) & (agreement["model_b"] == "b")]
    chosen = chosen[(chosen["method_a"] == METHODS[0]) & (chosen["method_b"] == METHODS[1])]
    assert values[2, 0] == pytest.approx(sum(chosen["pearson"]) / len(chosen))


def test_numbers_colour_on_a_scale_and_names_by_trace():
    points = pd.DataFrame({"image": ["a", "b", "c"], "x": [0, 1, 2], "y": [0, 1, 2]})
    by_number = embedding(points, pd.Series({"a": 0.1, "b": 0.9}), "value")
    assert {trace.name for trace in by_number.data} == {"no value", "value"}
    wrong = pd.Series({"a": True, "b": False, "c": False})
    by_name = embedding(points, pd.Series({"a": "x", "b": "x", "c": "y"}), "class", wrong)
    assert [(t.name, t.marker.symbol, list(t.customdata)) for t in by_name.data] == [
        ("x", "circle", ["b"]), ("x", "x", ["a"]), ("y", "circle", ["c"]),
    ]  # fmt: skip


def test_many_names_leave_the_rare_ones_to_others():
    ids = [f"i{number}" for number in range(30)]
    points = pd.DataFrame({"image": ids, "x": range(30), "y": range(30)})
    figure = embedding(points, pd.Series({image: f"name {number % 20}" for number, image in enumerate(ids)}), "name")
    assert len({trace.name for trace in figure.data}) == 8
    assert sum(len(trace.customdata) for trace in figure.data) == 30


def test_confusion_counts_other_classes_as_one():
    frame = pd.DataFrame({"image": list("abc"), "label": "bear", "model": "m", "predicted": ["ursus", "dog", "dog"]})
    table = confusion(frame, {"m": {"ursus": "bear"}}).set_index("answer")
    assert table.loc["bear", "n"] == 1
    assert table.loc[ANOTHER, "n"] == 2
    assert table.loc[ANOTHER, "named"] == "dog (2)"


def test_everything_side_by_side_looks_different():
    looks = looks_of(range(36))
    assert len(set(looks.values())) == 36
    assert len({look.colour for look in looks_of(range(11)).values()}) == 11


@pytest.mark.parametrize(("value", "text"), [(-0.0004, "0.000"), (0.0004, "0.000"), (0.0, "0.000"), (-0.5, "-0.500")])
def test_what_rounds_to_zero_has_no_sign(value, text):
    assert signed(value) == text


def test_long_names_along_an_axis_are_slanted_and_cut_and_keep_their_categories():
    names = [f"{number} of the kinds that have a very long name" for number in range(12)]
    settings, deeper = ticks_of(names)
    assert settings["tickvals"] == names
    assert all(
        len(text) <= 20 and name.startswith(text[:-1]) for name, text in zip(names, settings["ticktext"], strict=True)
    )
    assert deeper > 0
    assert ticks_of(["African elephant", "American black bear"]) == ({}, 0)
    assert ticks_of([]) == ({}, 0)


def test_an_average_photograph_stands_once_however_many_methods_look_at_it():
    averages = [average(LABELS[0], model, method) for method in METHODS for model in MODELS]
    figure = average_maps(averages, SELECTION)
    assert len(figure.data) == 1 + len(averages)
    assert sum("photographs" in note.text for note in figure.layout.annotations) == 1


def test_curves_name_their_methods_with_the_area_and_say_which_way_is_better():
    curves = rows(probability=0.5, substrate="zeros", steps=2).merge(
        pd.DataFrame({"curve": ["deletion"] * 3 + ["insertion"] * 3, "fraction": [0, 0.5, 1] * 2}), how="cross"
    )
    figure = faithfulness_curves(curve_bands(curves), curve_areas(curves), SELECTION, "Median")
    notes = [note.text for note in figure.layout.annotations]
    assert sum("lower is better" in note for note in notes) == len(MODELS)
    assert sum("higher is better" in note for note in notes) == len(MODELS)
    assert sum(note.count(" 0.50") == len(METHODS) for note in notes) == 2 * len(MODELS)
    assert not any(trace.showlegend for trace in figure.data)


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_letters_on_every_cell_of_agreement_can_be_read(share):
    pairs = {("a", "f", "b", "f"): 0, ("a", "f", "a", "g"): 1, ("b", "f", "a", "g"): share}
    frame = pd.DataFrame(
        [("i", "x", *pair, value) for pair, value in pairs.items()],
        columns=["image", "label", "model_a", "method_a", "model_b", "method_b", "pearson"],
    )
    selection = Selection({"a": "A", "b": "B"}, {"f": "F", "g": "G"})
    figure = agreement_matrix(frame, selection)
    (heat,), letters = figure.data, {float(note.text): note.font.color for note in figure.layout.annotations}
    low, high = (np.array([int(step[1][i : i + 2], 16) for i in (1, 3, 5)]) for step in heat.colorscale)
    cell = (low + share * (high - low)) / 255
    linear = np.where(cell <= 0.04045, cell / 12.92, ((cell + 0.055) / 1.055) ** 2.4)
    found = float(linear @ (0.2126, 0.7152, 0.0722))
    other = 0.0 if letters[round(share, 2)] == "#000" else 1.0
    assert (max(found, other) + 0.05) / (min(found, other) + 0.05) >= 4.5


def test_boxes_of_agreement_are_named_where_they_stand(agreement):
    figure = agreement_points(agreement, SELECTION)
    assert not any(trace.showlegend for trace in figure.data)
    notes = {note.text.rpartition("</span> ")[2]: note for note in figure.layout.annotations}
    assert [note.y < 0 for note in notes.values()] == [True, False]  # above the upper box, and below the lower
    for trace, (name, note) in zip(figure.data, notes.items(), strict=True):
        assert trace.name == name
        assert trace.marker.color in note.text
        first = figure.layout.yaxis.categoryarray[0]
        values = [x for x, y in zip(trace.x, trace.y, strict=True) if y == first]
        assert note.x == pytest.approx(np.median(values))
