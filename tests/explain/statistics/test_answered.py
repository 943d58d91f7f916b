"""Images by what was answered: the counts of figures are the numbers of images that a link opens."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.errors import ExplainError
from explain.statistics.accuracy import confusion, reliability
from explain.statistics.answered import AsSure, TakenFor, answered

LABEL_OF = {"m": {"ursus": "bear", "loxodonta": "elephant"}, "n": {}}


@pytest.fixture
def predictions():
    generator = np.random.default_rng(3)
    images = [(f"i{number}", ("bear", "elephant")[number % 2]) for number in range(40)]
    rows = [
        (image, label, model, generator.choice(["ursus", "loxodonta", "felis"]), probability)
        for model in ("m", "n")
        for (image, label), probability in zip(images, np.linspace(0, 1, 40), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["image", "label", "model", "predicted", "probability"])
    return frame.assign(right=pd.array([None, *[True, False] * 39, True], dtype="boolean"))


def test_every_cell_has_as_many_images_as_it_counts(predictions):
    counts = confusion(predictions, LABEL_OF)
    assert counts["n"].sum() == len(predictions)
    for row in counts.itertuples():
        if row.n:
            images = TakenFor(row.model, row.label, row.answer).members(predictions, LABEL_OF)
            assert len(set(images)) == len(images) == row.n


def test_every_bin_has_as_many_images_as_it_counts(predictions):
    bins = reliability(predictions)
    for row in bins.itertuples():
        assert len(AsSure(row.model, round(10 * row.bin_high)).members(predictions, LABEL_OF)) == row.n


def test_a_cell_s_images_by_hand(predictions):
    of_m = predictions[predictions["model"] == "m"]
    wanted = [row.image for row in of_m.itertuples() if row.label == "bear" and row.predicted == "loxodonta"]
    assert wanted
    assert TakenFor("m", "bear", "elephant").members(predictions, LABEL_OF) == wanted


TEXTS = st.text(min_size=1)


@given(TEXTS, TEXTS, TEXTS, st.integers(1, 10))
def test_what_is_written_is_read_again_and_is_one_word_of_a_link(model, label, answer, number):
    for images in (TakenFor(model, label, answer), AsSure(model, number)):
        assert answered(str(images)) == images
        assert not set(str(images)) & set(",~ &+#")


@pytest.mark.parametrize("text", ["taken:a", "taken", "sure:a:0", "sure:a:11", "sure:a:x", "sure:a:\u00b2"])
def test_what_is_half_said_is_an_error_that_says_what_is_shown(text):
    with pytest.raises(ExplainError, match="all images are shown"):
        answered(text)


@pytest.mark.parametrize("text", ["", "net:m:bear:3:2", "taken:m:bear:3:2"])
def test_what_is_about_something_else_is_left_to_others(text):
    assert answered(text) is None


def test_an_answer_that_no_class_has_is_an_error(predictions):
    with pytest.raises(ExplainError, match="No answer is called"):
        TakenFor("m", "bear", "unicorn").members(predictions, LABEL_OF)
