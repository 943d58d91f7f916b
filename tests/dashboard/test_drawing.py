import base64
import re

import numpy as np
import pandas as pd
import pytest

from dashboard.components.answers import Answers, _rows
from dashboard.components.panels import EveryValue, Panel, _plain
from dashboard.drawing import (
    Outlines,
    Scale,
    agreement_cells,
    drawn,
    rows_of,
    shared_maximum,
)
from dashboard.link import View
from dashboard.page import file_name
from data import Box
from explain.store.selection import Selection

PHOTOGRAPH = np.full((20, 30, 3), 100, np.uint8)


def peaked(height):
    saliency = np.ones((4, 4), np.float32)
    saliency[1, 2] = height
    return saliency


def test_one_scale_shows_equal_density_in_equal_colours_whatever_the_units():
    flat, sharp = peaked(2), peaked(50)
    maximum = shared_maximum({("a", "fem"): flat, ("a", "gradcam"): sharp})
    assert maximum == pytest.approx(50 / (65 / 16))
    view, scale = View(layer="map", interpolation="nearest", scale="shared"), Scale(maximum=maximum)
    np.testing.assert_array_equal(drawn(PHOTOGRAPH, flat, view, scale), drawn(PHOTOGRAPH, 1000 * flat, view, scale))
    own = [drawn(PHOTOGRAPH, m, view.but(scale="own"), scale)[7, 20].tolist() for m in (flat, sharp)]
    shared = [drawn(PHOTOGRAPH, m, view, scale)[7, 20].tolist() for m in (flat, sharp)]
    assert own[0] == own[1]  # each reaches the end of its own scale
    assert shared[0] != shared[1]
    assert "mean" in scale.ends(view)[1]


@pytest.mark.parametrize("layer", ["map", "overlay"])
@pytest.mark.parametrize("scale", ["own", "shared"])
def test_a_signed_map_is_red_for_blue_against_and_white_at_zero(layer, scale):
    signed = np.array([[-2, 0], [0, 2]], np.float32)
    maximum = shared_maximum({("a", "x"): signed})
    assert maximum == 2  # over the mean of absolute values; the mean itself is zero
    view = View(layer=layer, scale=scale, interpolation="nearest", opacity=1.0, colormap="turbo")
    picture = drawn(np.full((20, 20, 3), 100, np.uint8), signed, view, Scale(signed=True, maximum=maximum)).astype(int)
    (against, none), (_, speaks) = picture[5::10, 5::10]
    assert against[2] - against[0] > 50
    assert speaks[0] - speaks[2] > 50
    assert none.min() > 240
    assert np.abs(against - speaks[::-1]).max() < 60  # as far from white on both sides


def test_a_signed_map_of_zeros_is_white():
    picture = drawn(PHOTOGRAPH, np.zeros((2, 2), np.float32), View(layer="map", scale="own"), Scale(signed=True))
    assert picture.min() > 240


def test_the_ends_of_a_signed_scale_are_the_same_on_both_sides():
    low, high = Scale(signed=True, maximum=3).ends(View())
    assert (low, high) == ("-3.0", "3.0 x a map's mean of absolute values")
    assert "minus" in Scale(signed=True).ends(View(scale="own"))[0]


def test_layers_show_the_photograph_alone_or_under_the_map():
    np.testing.assert_array_equal(drawn(PHOTOGRAPH, peaked(9), View(layer="photo"), Scale(maximum=3)), PHOTOGRAPH)
    np.testing.assert_array_equal(drawn(PHOTOGRAPH, peaked(9), View(opacity=0.0), Scale(maximum=3)), PHOTOGRAPH)
    alone = drawn(PHOTOGRAPH, peaked(9), View(layer="map"), Scale(maximum=3))
    np.testing.assert_array_equal(drawn(PHOTOGRAPH, peaked(9), View(opacity=1.0), Scale(maximum=3)), alone)


def test_outlines_lie_on_the_borders_of_box_and_mask():
    mask = np.zeros((20, 30), np.uint8)
    mask[5:15, 10:20] = 3
    changed = np.any(Outlines(mask=mask).on(PHOTOGRAPH) != PHOTOGRAPH, axis=2)
    assert changed[10, 10]
    assert not changed[10, 15]
    assert not changed[0, 0]
    boxed = Outlines((Box(0, 0, 60, 40),), 60, 40).on(PHOTOGRAPH)
    assert boxed[0, 15].tolist() != [100, 100, 100]
    np.testing.assert_array_equal(Outlines().on(PHOTOGRAPH), PHOTOGRAPH)
    assert Outlines().alone((20, 30)) is None


def test_outlines_alone_laid_on_a_picture_are_the_outlines_on_it():
    mask = np.zeros((20, 30), np.uint8)
    mask[5:15, 10:20] = 3
    outlines = Outlines((Box(4, 4, 40, 30),), 60, 40, mask)
    alone = outlines.alone((20, 30))
    laid = np.where(alone[..., 3:] == 255, alone[..., :3], PHOTOGRAPH)
    np.testing.assert_array_equal(laid, outlines.on(PHOTOGRAPH))
    assert set(np.unique(alone[..., 3])) == {0, 255}


@pytest.mark.parametrize(
    ("models", "methods", "lengths"),
    [
        (1, 1, [1]), (1, 3, [3]), (2, 2, [4]), (2, 7, [4, 4, 4, 2]), (3, 2, [3, 3]), (4, 3, [4, 4, 4]),
        (5, 2, [3, 2, 3, 2]), (8, 1, [4, 4]), (1, 11, [4, 4, 3]),
    ],
)  # fmt: skip
def test_rows_are_full_and_do_not_part_the_models_of_a_method(models, methods, lengths):
    selection = Selection({str(n): "" for n in range(models)}, {str(n): "" for n in range(methods)})
    rows = rows_of(selection)
    assert [len(row) for row in rows] == lengths
    assert tuple(key for row in rows for key in row) == selection.keys


def test_a_panel_carries_its_values_row_by_row():
    sent = _plain(Panel("<b>x</b>", "alt", ("line",), np.array([[1, 2, 3], [4, 5, 6]], np.float32)))
    values = np.frombuffer(base64.b64decode(sent["map"].pop("values")), "<f4")
    np.testing.assert_array_equal(values, [1, 2, 3, 4, 5, 6])
    assert sent["map"] == {"rows": 2, "columns": 3, "mean": 3.5, "unit": "mean", "down": 0, "right": 0}
    signed = _plain(Panel("x", "", (), np.array([[-1, 3]], np.float32)))
    assert (signed["map"]["mean"], signed["map"]["unit"]) == (2, "mean of absolute values")
    assert signed["peak"] == 1.5  # in multiples of that mean, of either sign
    assert sent["heading"] == "<b>x</b>"  # the browser sets it as text
    assert _plain(Panel("x", "alt"))["map"] is None


def test_a_panel_carries_its_maps_for_every_value_of_a_parameter():
    maps = np.array([[[1, 3]], [[0, 0]]], np.float32)
    sent = _plain(Panel("x", saliency=maps[0], every=EveryValue("k", "K", 0.5, 0.5, maps)))
    assert np.frombuffer(base64.b64decode(sent["every"]["values"]), "<f4").tolist() == [1, 3, 0, 0]
    assert sent["every"]["means"] == [2, 0]
    assert (sent["parameter"], sent["low"], sent["step"], sent["peaks"]) == ("k", 0.5, 0.5, [1.5, 0])


@pytest.mark.parametrize(
    ("text", "name"), [("a/x.png", "a_x.png"), ("../../etc", "_.._etc"), ("bär 1", "bär_1"), ("..", "image")]
)
def test_a_files_name_has_no_path_in_it(text, name):
    assert file_name(text) == name


def toy_pairs():
    pairs = pd.DataFrame(
        [("a", "gradcam", "a", "fem", 0.5), ("a", "fem", "b", "fem", -0.25), ("a", "fem", "c", "fem", -0.001)],
        columns=["model_a", "method_a", "model_b", "method_b", "pearson"],
    )
    names = {("a", "gradcam"): "A, Grad-CAM", ("a", "fem"): "A, FEM", ("b", "fem"): "B, FEM", ("c", "fem"): "C, FEM"}
    return pairs, names


def test_agreement_has_every_pair_once_below_the_diagonal_and_says_what_is_undefined():
    pairs, names = toy_pairs()
    table, styles = agreement_cells(pairs, names)
    assert list(table.columns) == [*names.values()][:-1]
    assert list(table.index) == [*names.values()][1:]
    expected = [["0.50", "", ""], ["undefined", "-0.25", ""], ["undefined", "0.00", "undefined"]]
    assert table.to_numpy().tolist() == expected
    coloured = np.array([[bool(style) for style in row] for row in styles.to_numpy()])
    np.testing.assert_array_equal(coloured, np.isin(table, ("0.50", "-0.25", "0.00")))


def luminance_of(channels):
    channels = np.array(channels, float) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))  # WCAG 2.1


def test_agreement_is_coloured_over_its_own_range_and_its_letters_can_be_read():
    pairs, names = toy_pairs()
    table, styles = agreement_cells(pairs, names)
    found = {}
    for text, style in zip(table.to_numpy().ravel(), styles.to_numpy().ravel(), strict=True):
        if style:
            background, letters = re.fullmatch(r"background-color: rgb\((.+)\); color: (#000|#fff)", style).groups()
            found[float(text)] = luminance_of(background.split(", "))
            high, low = sorted((found[float(text)], 0.0 if letters == "#000" else 1.0), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5
    assert sorted(found, key=found.get) == [0.5, 0.0, -0.25]  # the most alike is the darkest
    assert found[-0.25] > 0.7
    assert found[0.5] < 0.1


def test_agreement_of_maps_that_have_none_is_undefined():
    pairs, names = toy_pairs()
    table, styles = agreement_cells(pairs.iloc[:0], dict(list(names.items())[:2]))
    assert table.to_numpy().tolist() == [["undefined"]]
    assert styles.to_numpy().tolist() == [[""]]


def test_answers_are_the_five_most_probable_and_the_label_is_marked():
    classes = ("a", "b", "c", "d", "African_elephant", "f")
    rows = _rows(Answers("Model", classes, (0.1, 0.3, 0.05, 0.05, 0.4, 0.1)), "African_elephant")
    assert [row["name"] for row in rows[:2]] == ["African elephant", "b"]
    assert [row["label"] for row in rows] == [True, False, False, False, False]
    assert rows[0]["percent"] == "40.0%"
    assert len(rows) == 5
