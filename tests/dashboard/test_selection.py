import numpy as np
import pandas as pd
import pytest

from dashboard.link import View
from dashboard.selection import DISTANCE, counts_of, neighbours, select_images
from explain.statistics.per_image import columns_for, per_image, summarise


@pytest.fixture
def summary():
    """Four images: two elephants, two bears; d could not be read. Model y and method other are not looked at."""
    images = pd.DataFrame(
        {
            "image": ["a", "b", "c", "d"], "label": ["elephant", "elephant", "bear", "bear"],
            "width": [100, 100, 100, 0], "height": [100, 100, 100, 0],
            "boxes": ["0 0 100 60", "0 0 10 10", "0 0 50 50;0 0 50 80", ""], "status": ["ok"] * 3 + ["broken"],
        }
    )  # fmt: skip
    rows = [("a", "r", 0.9, True), ("a", "x", 0.7, True), ("b", "r", 0.6, True), ("b", "x", 0.5, False),
            ("c", "r", 0.4, False), ("c", "x", 0.3, pd.NA), ("a", "y", 0.0, False)]  # fmt: skip
    predictions = pd.DataFrame(rows, columns=["image", "model", "probability", "right"])
    predictions["right"] = predictions["right"].astype("boolean")
    metrics = pd.DataFrame(
        [
            ("a", "r", "fem", "entropy", 0.1), ("b", "r", "fem", "entropy", 0.3), ("c", "r", "fem", "entropy", 0.2),
            ("c", "r", "fem", "mass_inside", 0.5), ("a", "y", "fem", "entropy", 9), ("a", "r", "other", "entropy", 9),
        ],
        columns=["image", "model", "method", "metric", "value"],
    )  # fmt: skip
    agreement = pd.DataFrame(
        [
            ("a", "r", "x", "fem", "fem", 0.9), ("b", "r", "x", "fem", "fem", 0.1), ("c", "r", "x", "fem", "fem", 0.5),
            ("a", "r", "r", "fem", "gradcam", 0.2), ("b", "r", "r", "fem", "gradcam", 0.3),
            ("a", "r", "y", "fem", "fem", -1), ("a", "r", "r", "fem", "other", -1),
        ],
        columns=["image", "model_a", "model_b", "method_a", "method_b", "pearson"],
    )  # fmt: skip
    looked_at = ["r", "x"], ["fem", "gradcam"]
    wide = per_image(images, predictions.assign(predicted="thing"), metrics, agreement)
    return summarise(wide[[name for name in columns_for(*looked_at) if name in wide]], *looked_at)


def ids(summary, **view):
    return select_images(summary, View(**view))["image"].tolist()


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({}, "abcd"), ({"order": "descending"}, "dcba"), ({"label": "bear"}, "cd"), ({"verdict": "right"}, "a"),
        ({"verdict": "wrong"}, "bc"), ({"verdict": "models-disagree"}, "b"), ({"size": "small"}, "b"),
        ({"size": "medium"}, "c"), ({"size": "large"}, "a"), ({"text": "B"}, "b"), ({"text": " c "}, "c"),
        ({"text": "["}, ""), ({"sort": "spread"}, "acbd"), ({"sort": "spread", "order": "descending"}, "bcad"),
        ({"sort": "models", "order": "ascending"}, "acbd"), ({"sort": "methods", "order": "ascending"}, "bacd"),
        ({"sort": "models"}, "bcad"), ({"sort": "methods"}, "abcd"), ({"images": ("c", "a", "z")}, "ac"),
        ({"sort": "inside"}, "cabd"),
        ({"sort": "confidence"}, "cbad"), ({"label": "elephant", "size": "medium"}, ""),
    ],
)  # fmt: skip
def test_filters_and_orders(summary, view, expected):
    assert ids(summary, **view) == list(expected)


def test_the_nearest_come_first_unless_something_else_is_sorted_by(summary):
    near = summary.assign(**{DISTANCE: [0.5, 0.1, np.nan, 0.0]})
    assert select_images(near, View(like="d"))["image"].tolist() == list("dbac")
    assert select_images(near, View(like="d", sort="confidence"))["image"].tolist() == list("cbad")


def test_a_filter_s_values_are_counted_with_the_other_filters_as_they_are(summary):
    view = View(label="elephant", verdict="wrong")
    assert counts_of(summary, view, "label", ("", "elephant", "bear")) == {"": 2, "elephant": 1, "bear": 1}
    assert counts_of(summary, view, "verdict", ("all", "right", "wrong")) == {"all": 2, "right": 1, "wrong": 1}


def test_the_union_of_overlapping_boxes_counts_once(summary):
    shares = summary.set_index("image")["subject_share"]
    assert shares["c"] == pytest.approx(0.4)
    assert np.isnan(shares["d"])


def test_neighbours_end_at_the_ends():
    assert neighbours(["a", "b", "c"], "b") == ("a", "c")
    assert neighbours(["a", "b", "c"], "a") == (None, "b")
    assert neighbours(["a"], "z") == (None, None)
