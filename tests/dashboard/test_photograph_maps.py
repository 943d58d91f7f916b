"""What is said of a map is what it is: in panels, prints, tables and file names, and where there is no map at all."""

import numpy as np
import pandas as pd
import pytest

from dashboard.drawing import Outlines, Scale
from dashboard.link import View
from dashboard.map_panels import panels_of, sheet
from dashboard.photograph_maps import gather, map_file, numbers_table, on_one_scale
from explain.errors import ExplainError
from explain.explainers.contract import Explainer, Needs, UnavailableError
from explain.explainers.registry import EXPLAINERS
from explain.figures.overlay import DIVERGING
from explain.store.evidence import ExplainedMap
from tests.dashboard.toy_maps import OPEN, SMALL, ToyStore, selection

PHOTOGRAPH = np.full((20, 30, 3), 100, np.uint8)
VIEW = View()
TARGETED, CLASSLESS = "gradcam", "fem"


def explain(model, method):
    """Of the small model, maps of a cat; the open one lacks the class that was asked for."""
    if method == CLASSLESS:
        return ExplainedMap(np.ones((2, 2), np.float32), model, method, None, {"k": 2.5})
    if model == OPEN:
        raise UnavailableError("Open has no class 'zebra'.")
    return ExplainedMap(np.eye(2, dtype=np.float32), model, method, "cat", {})


def panels_in(maps):
    return [panel for row in panels_of(maps) for panel in row]


def scales_in(maps, view=VIEW):
    return sheet("Title", maps, PHOTOGRAPH, view, Outlines(), []).scales


@pytest.fixture
def maps():
    return gather(ToyStore(), selection(TARGETED, CLASSLESS), explain, {})


def test_a_map_that_cannot_be_had_leaves_a_panel_with_the_reason_and_no_map(maps):
    panels = panels_in(maps)
    assert [panel.saliency is not None for panel in panels] == [True, False, True, True]
    assert panels[1].lines == ("Open has no class 'zebra'.",)
    assert (OPEN, TARGETED) not in maps.raw


def test_panels_name_the_class_of_the_map_and_never_the_link_s(maps):
    panels = panels_in(maps)
    assert panels[0].lines == ("Target: cat",)
    assert panels[2].lines == panels[3].lines == ("No target class · K of FEM = 2.5",)


def test_a_class_that_nobody_chose_says_how_it_was_come_to():
    maps = gather(ToyStore(), selection(TARGETED, CLASSLESS), explain, {SMALL: "predicted"})
    assert maps.about((SMALL, TARGETED)) == ("Target: cat (predicted)",)
    assert "predicted" not in maps.about((SMALL, CLASSLESS))[0]


def test_tables_files_and_prints_say_what_each_map_is_of(maps):
    numbers = pd.DataFrame([(*key, "entropy", 0.5) for key in maps.raw], columns=["model", "method", "metric", "value"])
    table = numbers_table(maps, numbers)
    assert list(table["target"]) == ["cat", "", ""]
    assert table["k"].tolist()[1:] == [2.5, 2.5]
    assert np.isnan(table["k"][0])
    assert map_file("image", maps.found[SMALL, TARGETED]) == f"image-small-{TARGETED}-cat"
    assert map_file("image", maps.found[OPEN, CLASSLESS]) == f"image-open-{CLASSLESS}"
    plate = sheet("Title", maps, PHOTOGRAPH, View(target="zebra"), Outlines(), ["store 1"])
    assert plate.notes[0] == "Target: cat (Small)"
    assert "K of FEM = 2.5" in plate.notes[1]
    assert plate.notes[2:] == ("Open, Gradcam: Open has no class 'zebra'.", "store 1")
    (row,) = plate.rows
    assert [heading for heading, _ in row] == [
        "Photograph",
        "Small, Gradcam",
        "Open, Gradcam",
        "Small, Fem",
        "Open, Fem",
    ]
    assert len(np.unique(row[2][1])) == 1  # no map is drawn in its place


def test_a_method_that_a_network_refuses_is_not_asked_for():
    asked = []
    maps = gather(ToyStore(), selection("ablationcam"), lambda *key: asked.append(key) or explain(*key), {})
    assert asked == [(SMALL, "ablationcam")]
    assert maps.missing == {(OPEN, "ablationcam"): "Only with a linear head."}


def test_nothing_at_all_is_said_map_by_map():
    def refuse(model, method):
        raise ExplainError("No.")

    maps = gather(ToyStore(), selection(TARGETED), refuse, {})
    assert [panel.lines for panel in panels_in(maps)] == [("No.",)] * 2
    assert scales_in(maps) == []


def test_signed_maps_have_a_scale_of_their_own_and_each_scale_says_whose_it_is():
    maps = gather(ToyStore(), selection(TARGETED, "evidence"), lambda _, name: explain(SMALL, name), {})
    plain, signed = scales_in(maps)
    assert (plain.low, plain.of) == ("0", "Gradcam")
    assert (signed.low, signed.of) == ("-2.0", "Evidence")
    assert "absolute" in signed.high
    assert signed.colormap == DIVERGING
    panels = panels_in(maps)
    assert [(panel.signed, panel.alone) for panel in panels[1:3]] == [(False, ""), (True, "evidence")]


def test_one_method_s_scale_does_not_move_with_another_s(maps):
    assert [bar.of for bar in scales_in(maps)] == ["Gradcam", "Fem"]
    assert maps.scale_of[SMALL, CLASSLESS] == Scale(False, CLASSLESS, 1)
    together = gather(ToyStore(), selection(TARGETED, CLASSLESS), explain, {}, by_method=False)
    (bar,) = scales_in(together, View(scale="shared"))
    assert (bar.of, bar.high) == ("Gradcam, Fem", "2.0 x a map's mean")
    assert set(together.scale_of.values()) == {Scale(False, "", 2)}


def test_two_photographs_share_the_scale_that_reaches_further(maps):
    higher = np.array([[0, 0], [0, 4]], np.float32)
    other = gather(ToyStore(), selection(TARGETED, CLASSLESS), lambda m, n: ExplainedMap(higher, m, n, None, {}), {})
    ours, theirs = on_one_scale(maps, other)
    assert ours.scale_of[SMALL, TARGETED] == theirs.scale_of[SMALL, TARGETED] == Scale(False, TARGETED, 4)
    assert maps.scale_of[SMALL, TARGETED].maximum == 2  # what was gathered stays as it was


def test_a_print_of_signed_maps_alone_shows_their_scale():
    maps = gather(ToyStore(), selection("evidence"), explain, {})
    plate = sheet("Title", maps, PHOTOGRAPH, View(), Outlines(), [])
    (scale,) = plate.scales
    assert (scale.colormap, scale.low) == (DIVERGING, "-2.0")


def test_an_empty_map_is_said_to_be_empty_under_its_own_class():
    zero = ExplainedMap(np.zeros((2, 2), np.float32), SMALL, TARGETED, "dog", {})
    maps = gather(ToyStore(), selection(TARGETED), lambda *_: zero, {})
    assert maps.about((SMALL, TARGETED)) == ("Target: dog", "Nothing passes: this map is zero everywhere.")


def test_a_method_that_gives_another_s_map_says_so_where_the_head_is_linear(monkeypatch):
    twin = Explainer("twin", "Twin", Needs.GRADIENTS, lambda *_: None, same_as=TARGETED)
    monkeypatch.setitem(EXPLAINERS, "twin", twin)
    each = ExplainedMap(np.ones((2, 2), np.float32), SMALL, "twin", "dog", {})
    maps = gather(ToyStore(), selection("twin"), lambda *_: each, {})
    assert "The same map as Grad-CAM" in maps.about((SMALL, "twin"))
    assert not any("same map" in line for line in maps.about((OPEN, "twin")))


def test_the_print_of_many_models_begins_every_method_in_a_row_of_its_own():
    many = selection(TARGETED, CLASSLESS)
    many = type(many)({f"m{n}": f"M{n}" for n in range(5)}, many.methods)
    store = ToyStore()
    store.model = lambda name: ToyStore().model(SMALL)
    maps = gather(store, many, lambda model, method: explain(SMALL, method), {})
    plate = sheet("Title", maps, PHOTOGRAPH, View(), Outlines(), [])
    assert [len(row) for row in plate.rows] == [4, 2, 3, 2]  # the photograph stands first in the first
    assert plate.rows[2][0][0] == "M0, Fem"
