from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.slices import Slice, within
from explain.contributions.clusters import Clusters
from explain.errors import ExplainError
from explain.store.contributions import MapClusters

IMAGES = pd.DataFrame({"image": list("abcde")})
FOUND = MapClusters(tuple("acd"), Clusters(np.array([0, 1, 0]), np.zeros(9), 2))


class Named:
    def model(self, name):
        return type("Model", (), {"title": name.upper()})

    method = staticmethod(lambda model, method: type("Method", (), {"title": method.upper()}))


@given(st.text(st.characters(exclude_characters=":", exclude_categories=("C",)), min_size=1), st.integers(1, 8))
def test_a_slice_is_read_as_it_was_written(label, count):
    for number in range(1, count + 1):
        written = Slice("net", "m", label, count, number)
        assert Slice.of(str(written)) == written


@given(st.text())
def test_no_text_breaks_it(text):
    with suppress(ExplainError):
        assert str(Slice.of(text)).count(":") >= 4


def test_a_slice_keeps_its_images_alone_in_their_order():
    rows, title, notice = within(Named(), "net:m:black_bear:2:1", IMAGES, lambda chosen: FOUND, dict)
    assert rows["image"].tolist() == ["a", "d"]
    assert (title, notice) == ("black bear: cluster 1 of 2, NET, M", "")


@pytest.mark.parametrize("text", ["nothing", "a:b:c:2:3", "a:b:c:0:0", "::::"])
def test_what_is_no_slice_leaves_all_images_and_says_so(text):
    rows, title, notice = within(Named(), text, IMAGES, lambda chosen: FOUND, dict)
    assert len(rows) == 5
    assert title == ""
    assert "slice" in notice


def test_a_slice_that_cannot_be_had_gives_the_reason():
    def refuse(chosen):
        raise ExplainError(f"no maps of {chosen.model}")

    assert within(Named(), "net:m:bear:2:1", IMAGES, refuse, dict)[2] == "no maps of net"
    assert within(Named(), "", IMAGES, refuse, dict)[2] == ""


def test_several_slices_keep_what_lies_in_all_of_them():
    answers = pd.DataFrame(
        {"image": list("abcde"), "model": "net", "label": "bear", "predicted": ["x", "x", "y", "x", "x"], "right": True}
    ).assign(probability=[0.95, 0.95, 0.95, 0.2, 0.95])
    Named.models, Named.dataset = (), None
    text = "net:m:black_bear:2:1~sure:net:10"
    rows, title, notice = within(Named(), text, IMAGES, lambda chosen: FOUND, lambda: answers)
    assert rows["image"].tolist() == ["a"]
    assert title == "black bear: cluster 1 of 2, NET, M and NET: answers with a probability from 0.9 to 1.0"
    assert notice == ""


def test_a_slice_of_nobody_s_answers_leaves_all_images_and_says_so():
    rows, title, notice = within(Named(), "taken:net", IMAGES, lambda chosen: FOUND, dict)
    assert (len(rows), title) == (5, "")
    assert "slice" in notice
