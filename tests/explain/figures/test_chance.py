"""Skill over chance as a figure: what is far below chance does not press everything else together."""

import pandas as pd
import pytest

from explain.figures.chance import compose
from explain.figures.exhibit import Options
from tests.explain.figures.toy_material import toy_material


def test_what_is_far_below_chance_stands_at_the_edge_and_the_table_has_it():
    usual = toy_material().rows("chance")
    almost_perfect = usual.assign(value=usual["value"].where(usual["baseline"] != "centre", 0.98))
    shown = compose(toy_material(tables={"chance": almost_perfect}), Options())
    low, high = shown.figure.layout.xaxis.range
    assert -1.2 < low <= -1
    assert 1 <= high < 1.2
    of_centre = shown.table[shown.table["baseline"] == "the image's centre alone"]
    assert (of_centre["skill"] < -5).all()
    (trace,) = (each for each in shown.figure.data if each.name == "the image's centre alone")
    assert list(trace.x) == [-1] * len(of_centre)
    assert list(trace.customdata) == pytest.approx(list(of_centre["skill"]))  # said where the mouse rests
    others = pd.concat([pd.Series(each.x) for each in shown.figure.data if each is not trace])
    assert others.between(-1, 1, inclusive="neither").all()
