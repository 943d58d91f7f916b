import pandas as pd
import pytest

from explain.statistics.summaries import (
    curve_areas,
    curve_bands,
    distribution_table,
    paired_values,
)


def metrics(values):
    """Make a table from (image, model, method, value)."""
    frame = pd.DataFrame(values, columns=["image", "model", "method", "value"])
    return frame.assign(label="bear", metric="entropy")


def test_only_images_with_both_values_are_paired():
    frame = metrics([("a", "m", "fem", 1.0), ("a", "n", "fem", 0.25), ("b", "m", "fem", 3.0)])
    pairs = paired_values(frame, "entropy", ("m", "fem"), ("n", "fem"))
    assert list(pairs["image"]) == ["a"]
    assert list(pairs["difference"]) == [0.75]


def test_the_distribution_has_the_quartiles():
    frame = metrics([(str(i), "m", "fem", float(i)) for i in range(5)])
    row = distribution_table(frame, "entropy").iloc[0]
    assert (row["n"], row["mean"], row["first_quartile"], row["median"], row["third_quartile"]) == (5, 2, 1, 2, 3)


@pytest.mark.parametrize(("band", "expected"), [("quartiles", (2.0, 1.0, 3.0)), ("mean", (2.0, 0.0368, 3.9632))])
def test_bands_of_five_images(band, expected):
    # Student's t with 4 degrees of freedom: 2.7764 x sqrt(2.5 / 5) = 1.9632
    curves = pd.DataFrame({"image": list("abcde"), "probability": [0.0, 1.0, 2.0, 3.0, 4.0]}).assign(
        model="m", method="fem", curve="deletion", substrate="zeros", steps=1, fraction=0.5
    )
    row = curve_bands(curves, band).iloc[0]
    assert (row["centre"], row["low"], row["high"]) == pytest.approx(expected, abs=1e-4)
    assert row["n"] == 5


def test_areas_under_curves_are_trapezoids_averaged_over_images():
    course = {"curve": "deletion", "substrate": "zeros", "steps": 2, "model": "a", "method": "b"}
    rows = [("i", 1, 0.0), ("i", 0, 1.0), ("i", 0.5, 0.5), ("j", 0, 1.0), ("j", 0.5, 1.0), ("j", 1, 1.0)]
    curves = pd.DataFrame([{**course, "image": i, "fraction": f, "probability": p} for i, f, p in rows])
    (area,) = curve_areas(curves)["area_under"]
    assert area == 0.75  # 0.5 of the first, whose steps come in any order, and 1 of the second
