import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from explain.figures.print_sheet import Plate, PrintedScale, plate_png
from explain.measures.regions import box_coverage
from explain.measures.single_image import density, density_difference, image_agreement, image_metrics
from explain.store import open_store


def maps(seed=0):
    rng = np.random.default_rng(seed)
    return {
        (m, k): rng.random((side, side), np.float32) for m, side in (("a", 7), ("b", 10)) for k in ("gradcam", "fem")
    }


def test_a_map_inside_the_box_has_its_mass_there():
    saliency = np.zeros((7, 7), np.float32)
    saliency[2:4, 2:4] = 1
    from data import Box

    inside = image_metrics({("a", "fem"): saliency}, box_coverage([Box(0, 0, 100, 100)], 100, 100))
    beside = image_metrics({("a", "fem"): saliency}, box_coverage([Box(90, 90, 100, 100)], 100, 100))
    value = {
        name: frame.set_index("metric")["value"]["mass_inside"] for name, frame in (("in", inside), ("out", beside))
    }
    assert value["in"] == pytest.approx(1)
    assert value["out"] == 0


def test_agreement_is_that_of_numpy_on_equal_grids():
    a, b = np.random.default_rng(1).random((2, 112, 112)).astype(np.float32)
    (row,) = image_agreement({("a", "fem"): a, ("b", "fem"): b}).to_dict("records")
    assert row["pearson"] == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1], abs=1e-6)


def test_a_zero_map_has_no_numbers_and_no_density():
    zero = np.zeros((7, 7), np.float32)
    spread = image_metrics({("a", "fem"): zero})
    assert spread["value"].notna().all()
    assert "entropy" not in set(spread["metric"])
    assert not density(zero).any()


@pytest.mark.parametrize("seed", range(3))
def test_differences_of_densities_balance_and_change_sign(seed):
    found = maps(seed)
    a, b = found["a", "fem"], found["b", "gradcam"]
    np.testing.assert_allclose(density_difference(a, b), -density_difference(b, a))
    assert abs(density_difference(a, b).mean()) < 1e-9
    assert not density_difference(a, a).any()


@pytest.mark.slow
def test_numbers_of_stored_maps_are_those_of_the_store(built):
    store = open_store(built[1].store)
    stored = {
        (model.name, method): store.saliency(model.name, method, "bear_000")
        for model in store.models
        for method in ("gradcam", "fem")
    }
    table = store.table("metrics")
    expected = table[table["image"] == "bear_000"].set_index(["model", "method", "metric"])["value"]
    where = {key: store.alignment(*key) for key in stored}
    found = image_metrics(stored, alignments=where).set_index(["model", "method", "metric"])["value"]
    pd.testing.assert_series_equal(found, expected.reindex(found.index), rtol=1e-9)


def test_a_plate_is_a_print_of_its_pictures():
    red, blue = (np.full((40, 60, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 200)))
    rows = [[("Photograph", red), ("one", blue), ("two", red)], [("three", red), ("four", blue)]]
    plate = Plate("Title", rows, [PrintedScale("viridis", "0", "1", "of a method")], ("note",))
    page = Image.open(io.BytesIO(plate_png(plate)))
    assert page.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    pixels = np.asarray(page.convert("RGB"))
    share = {
        name: (np.abs(pixels.astype(int) - colour).sum(2) < 30).mean()
        for name, colour in (("red", (200, 0, 0)), ("blue", (0, 0, 200)))
    }
    small, large = (
        (2480 - 40 * (n + 1)) // n for n in (3, 2)
    )  # the first row's pictures and the second's fill the width
    expected = (2 * small**2 + large**2) / (small**2 + large**2)
    assert share["red"] == pytest.approx(expected * share["blue"], rel=0.01)
    assert plate_png(plate) == plate_png(plate)
