"""A claim's figure: one line per test, on an axis whose ends say what they are for."""

import pandas as pd
import pytest

from explain.figures.findings import effects

NETWORK = "a-network"


def test_a_test_is_a_line_whose_ends_are_named_and_a_class_stands_under_what_decides():
    found = pd.DataFrame(
        {"scope": ["all", NETWORK], "metric": "entropy", "n": 3, "effect": [0.5, -0.3], "low": [0.2, -0.9],
         "high": [0.8, 0.3], "margin": [0.4, 0.3], "difference": [-0.1, 0.05], "decides": [True, False],
         "verdict": ["supported", "too little data"]}
    )  # fmt: skip
    figure = effects(found, {NETWORK: "A title"})
    lines = [note.text for note in figure.layout.annotations if note.yref != "paper"]
    assert lines == ["<b>Entropy</b>", "A title"]
    bands = [(s.x0, s.x1) for s in figure.layout.shapes if s.type == "rect" and s.yref != "paper"]
    assert bands == [(-0.4, 0.4), (-0.3, 0.3)]
    low, high = figure.layout.xaxis.range
    assert -low == high > 0.9  # as much room on both sides
    ends = {note.text: note.x for note in figure.layout.annotations if note.yref == "paper"}
    assert ends == {"<b>← contradicts</b>": 0, "n = 3 images": 0.5, "<b>supports →</b>": 1}
    first, _ = figure.data
    assert (first.x, first.error_x.array, first.error_x.arrayminus) == (
        (0.5,),
        pytest.approx((0.3,)),
        pytest.approx((0.3,)),
    )
    assert first.text == ("-0.100",)  # as measured


def test_tests_of_different_numbers_of_images_say_how_many_each():
    found = pd.DataFrame(
        {"scope": ["all", NETWORK], "metric": "entropy", "n": [3, 2], "effect": 0.5, "low": 0.2, "high": 0.8,
         "margin": 0.4, "difference": 0.1, "decides": True, "verdict": "supported"}
    )  # fmt: skip
    lines = [note.text for note in effects(found, {NETWORK: "A title"}).layout.annotations if note.yref != "paper"]
    assert lines == ["<b>Entropy</b> · n = 3", "<b>Entropy</b> · A title, n = 2"]


def test_a_share_lies_around_what_the_claim_asks_for():
    found = pd.DataFrame(
        {"scope": ["all"], "metric": "same_verdict", "n": 10, "effect": 0.7, "low": 0.6, "high": 0.8, "margin": 0.9,
         "difference": 0.7, "decides": True, "verdict": "contradicted"}
    )  # fmt: skip
    figure = effects(found, {})
    low, high = figure.layout.xaxis.range
    assert (low + high) / 2 == pytest.approx(0.9)
    assert low < 0.6
    assert figure.data[0].text == ("70.0%",)
