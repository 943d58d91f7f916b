"""Where cells lie decides what is measured and drawn, and no raw map."""

from dataclasses import replace

import numpy as np
import pandas as pd

from data.images import decode
from explain.building.build import build
from explain.faithfulness.evaluation import evaluate
from explain.figures.overlay import overlay
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.measuring import measure_maps
from explain.store import check_store, open_store
from explain.store.evidence import explain_stored

MOVED = (2.0, -4.0)  # pixels of 16


def built(parts, folder, alignment):
    dataset, path, specs = parts
    report = build(dataset, [replace(spec, alignment=alignment) for spec in specs], folder / "cache", batch_size=4)
    return open_store(path), report


def test_a_new_alignment_measures_anew_what_it_moves_and_computes_no_map(parts, folder):
    before, _ = built(parts, folder, None)
    dataset, path, specs = parts
    evaluate(dataset, before, specs, steps=2, batch_size=2)
    after, report = built(parts, folder, MOVED)
    assert (report.computed, before.model("linear").alignment, after.model("linear").alignment) == (0, None, MOVED)
    assert after.digest != before.digest
    assert check_store(after) == ()
    place = Alignment(2 / 16, -4 / 16)
    for method in after.model("linear").methods:
        assert (before.alignment("linear", method.name), after.alignment("linear", method.name)) == (CENTRED, place)
        maps = after.saliency("linear", method.name)
        np.testing.assert_array_equal(before.saliency("linear", method.name), maps)
        table = after.table("metrics")
        found = table[(table["method"] == method.name) & (table["metric"] == "entropy")].set_index("image")["value"]
        expected = measure_maps(MapsOnGrid.of(maps, place))["entropy"]
        rows = [after.row(image) for image in found.index]
        np.testing.assert_allclose(found, expected[rows])
    assert "deletion" not in set(after.table("metrics")["metric"])  # it was of pixels in other places
    assert evaluate(dataset, after, specs, steps=2, batch_size=2).computed == 14
    assert built(parts, folder, MOVED)[1].computed == 0
    pd.testing.assert_frame_equal(open_store(path).table("images"), before.table("images"))


def test_a_map_carries_its_place_to_where_it_is_drawn(parts, folder):
    store, _ = built(parts, folder, MOVED)
    method = store.model("linear").methods[0].name
    image = store.table("images")["image"].iloc[0]
    found = explain_stored(store, image, "linear", method)
    photograph = decode(store.thumbnail(image))
    drawn = overlay(photograph, found.saliency, alignment=found.alignment)
    assert found.alignment == store.alignment("linear", method)
    assert not np.array_equal(drawn, overlay(photograph, found.saliency))
