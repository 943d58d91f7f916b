"""Tables against values worked out by hand, image by image, and by other libraries."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import entropy, pearsonr, spearmanr

from data import Box, ImageRecord
from data.datasets import read_boxes
from explain.building.tables import ReadImage, boxes_text, images_table, map_tables, predictions_table
from explain.measures.resampling import common_grid
from explain.models.head import softmax
from explain.models.specification import ModelSpec

FEW = settings(max_examples=40, deadline=None)
BOX = Box(0, 0, 50, 100)
BEAR = "n02133161"


def record(name, label="African_elephant", synset=None, boxes=(BOX,), path=None):
    relative = f"{label}/{name}.jpg"
    return ImageRecord(name, label, synset, path or "unread", relative, "0" * 64, boxes)


def specification(classes, synsets=(), name="net"):
    return ModelSpec(name, "Net", None, None, 96, "tf", "features", "predictions", classes, synsets)


def maps_of(count, seed=0):
    return np.random.default_rng(seed).random((count, 7, 7), np.float32)


def as_stored(spec, records, scores="softmax"):
    """Describe a model as a store does: with the class of each label."""
    known = {each.label: spec.class_index(each.label, each.synset) for each in records}
    return SimpleNamespace(name=spec.name, classes=spec.classes, class_of_label=known, scores=scores)


def values(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def test_images_are_listed_with_their_boxes_and_the_reason_of_a_failure():
    read = [ReadImage("ok", 100, 80), ReadImage("no image format")]
    table = images_table([record("a", synset=BEAR), record("b", boxes=())], read)
    assert table["image"].tolist() == ["a", "b"]
    assert table["synset"].tolist()[0] == BEAR
    assert table["synset"].isna().tolist() == [False, True]
    assert table[["width", "height"]].to_numpy().tolist() == [[100, 80], [0, 0]]
    assert table["boxes"].tolist() == ["0 0 50 100", ""]
    assert table["status"].tolist() == ["ok", "no image format"]


@FEW
@given(st.lists(st.tuples(*[st.integers(0, 5000)] * 2, *[st.integers(1, 5000)] * 2), max_size=4))
def test_boxes_are_read_as_they_were_written(corners):
    boxes = tuple(Box(x, y, x + width, y + height) for x, y, width, height in corners)
    assert read_boxes(boxes_text(record("a", boxes=boxes))) == boxes


def test_probabilities_are_shares_of_the_exponentials():
    assert softmax(np.log([[1.0, 2.0, 5.0]])).tolist() == [pytest.approx([0.125, 0.25, 0.625])]


def test_an_answer_its_probability_and_the_labels_rank_are_worked_out_by_hand():
    logits = {"net": np.log([[1, 2, 5], [6, 1, 1], [2, 6, 2]]).astype(np.float32)}
    records = [record("a"), record("unread"), record("c", "black bear", BEAR)]
    records.insert(1, record("b"))
    logits["net"] = np.insert(logits["net"], 2, 0, axis=0)
    spec = specification(("African elephant", "bear", "other"), ("n02504458", BEAR, "n0"))
    table = predictions_table(records, np.array([True, True, False, True]), [as_stored(spec, records)], logits)
    assert table["image"].tolist() == ["a", "b", "c"]
    assert table["predicted"].tolist() == ["other", "African elephant", "bear"]
    assert table["probability"].tolist() == pytest.approx([0.625, 0.75, 0.6])
    assert table["label_probability"].tolist() == pytest.approx([0.125, 0.75, 0.6])
    assert table["label_rank"].tolist() == [3, 1, 1]
    assert table["right"].tolist() == [False, True, True]  # the last by its synset


def test_after_sigmoid_every_class_has_a_probability_of_its_own():
    odds = np.log([[1, 3, 9]]).astype(np.float32)  # odds of 1, 3 and 9 to one
    model = as_stored(specification(("African elephant", "bear", "other")), [record("a")], scores="sigmoid")
    table = predictions_table([record("a")], np.array([True]), [model], {"net": odds})
    assert table["probability"].tolist() == pytest.approx([0.9])
    assert table["label_probability"].tolist() == pytest.approx([0.5])


def test_a_label_that_the_model_does_not_have_is_neither_right_nor_wrong():
    spec = specification(("cat", "dog"))
    model = as_stored(spec, [record("a")])
    row = predictions_table([record("a")], np.array([True]), [model], {"net": np.zeros((1, 2))}).iloc[0]
    assert row["predicted"] == "cat"
    assert row[["label_probability", "label_rank", "right"]].isna().all()


def test_every_map_is_measured_as_if_it_were_alone():
    # More images than are held at a time, and one among them that could not be read.
    count, failed = 35, 17
    read = [ReadImage("no image format") if row == failed else ReadImage("ok", 100, 100) for row in range(count)]
    records = [record(f"image_{row}") for row in range(count)]
    maps = {("net", "gradcam"): maps_of(count), ("net", "fem"): maps_of(count, 1)}
    tables = map_tables(records, read, {}, maps)
    assert len(values(tables.metrics, method="fem", metric="entropy")) == count - 1
    for row in (0, 15, 16, 18, 34):
        first, second = (common_grid(array[row : row + 1])[0].ravel() for array in maps.values())
        mine = values(tables.metrics, image=f"image_{row}", method="gradcam").set_index("metric")["value"]
        assert mine["entropy"] == pytest.approx(entropy(first) / np.log(first.size))
        assert mine["mass_inside"] == pytest.approx(first.reshape(112, 112)[:, :56].sum())
        assert mine["peak_inside"] == (first.argmax() % 112 < 56)
        (pair,) = values(tables.agreement, image=f"image_{row}").itertuples()
        assert (pair.method_a, pair.method_b) == ("gradcam", "fem")
        assert pair.pearson == pytest.approx(pearsonr(first, second)[0])
        assert pair.spearman == pytest.approx(spearmanr(first, second)[0])
        assert pair.sim == pytest.approx(np.minimum(first, second).sum())


def test_where_a_map_is_zero_or_an_image_has_no_box_the_rows_are_absent():
    maps = maps_of(3)
    maps[1] = 0
    records = [record("boxed"), record("zero"), record("bare", boxes=())]
    table = map_tables(records, [ReadImage("ok", 100, 100)] * 3, {}, {("net", "fem"): maps}).metrics
    inside = {"peak_inside", "mass_inside", "iou_half_max"}
    assert inside < set(values(table, image="boxed")["metric"])
    assert values(table, image="zero").empty
    assert not inside & set(values(table, image="bare")["metric"])
    assert len(values(table, image="bare")) == 4 + 4  # on the common grid and on the maps' own


@FEW
@given(st.integers(-20, 20), st.integers(0, 2**32 - 1))
def test_a_map_times_a_constant_has_the_same_numbers(power, seed):
    # Powers of two, so that float32 rounds nothing: then the numbers are the same to the last digit.
    maps = {("net", "gradcam"): maps_of(2, seed), ("net", "fem"): maps_of(2, seed + 1)}
    scaled = maps | {("net", "fem"): maps["net", "fem"] * np.float32(2.0**power)}
    records, read = [record("a"), record("b")], [ReadImage("ok", 100, 100)] * 2
    before, after = (map_tables(records, read, {}, each) for each in (maps, scaled))
    assert before.metrics.equals(after.metrics)
    assert before.agreement.equals(after.agreement)


def test_a_score_beside_chance_is_that_of_another_images_map_on_the_images_own_box():
    names = [f"i{number}" for number in range(5)]
    records = [record(name, boxes=(Box(0, 0, 20 * (n + 1), 100),)) for n, name in enumerate(names)]
    maps = maps_of(5)
    read = [ReadImage("ok", 100, 100)] * 3 + [ReadImage("broken")] + [ReadImage("ok", 100, 100)]
    chance = map_tables(records, read, {}, {("net", "fem"): maps}).chance
    assert set(chance["image"]) == {"i0", "i1", "i2", "i4"}
    assert "i3" not in set(chance["map_of"])
    for row in values(chance, metric="mass_inside", baseline="other").itertuples():
        grid = common_grid(maps[int(row.map_of[1:])][None])[0]
        inside = round(112 * 0.2 * (int(row.image[1:]) + 1) - 0.5)
        share = 112 * 0.2 * (int(row.image[1:]) + 1) - inside
        assert row.map_of != row.image
        assert row.value == pytest.approx(grid[:, :inside].sum() + share * grid[:, inside : inside + 1].sum())
    for row in values(chance, metric="mass_inside", baseline="uniform").itertuples():
        assert row.value == pytest.approx(0.2 * (int(row.image[1:]) + 1))


def test_scores_by_chance_in_parts_are_the_whole_table(monkeypatch):
    """More images than are read at a time, one that could not be read, and none of the second part with a box."""
    monkeypatch.setattr("explain.building.map_ranges._BLOCK", 4)
    monkeypatch.setattr("explain.building.map_ranges._RANGE", 4)
    records = [record(f"i{number:02d}", boxes=() if 8 <= number < 17 else (BOX,)) for number in range(23)]
    read = [ReadImage("broken") if number == 9 else ReadImage("ok", 100, 100) for number in range(23)]
    maps = {("net", "fem"): maps_of(23), ("other", "fem"): maps_of(23, 1)}
    whole = map_tables(records, read, {}, maps).chance
    monkeypatch.setattr("explain.building.tables._TOGETHER", 8)
    parts = []
    rest = map_tables(records, read, {}, maps, by_chance=parts.append)
    assert rest.chance.empty
    assert list(rest.chance.columns) == list(whole.columns)
    assert len(parts) == 2  # of three
    columns = ["image", "model", "metric", "baseline"]
    found, expected = (each.sort_values(columns, ignore_index=True) for each in (pd.concat(parts), whole))
    pd.testing.assert_frame_equal(found, expected, atol=1e-12)


def test_progress_is_told_up_to_the_last_image():
    told = []
    read = [ReadImage("ok", 100, 100)] * 20
    records = [record(str(row)) for row in range(20)]
    map_tables(records, read, {}, {("net", "fem"): maps_of(20)}, lambda done, total: told.append((done, total)))
    assert [total for _, total in told] == [20] * len(told)
    assert told[-1][0] == 20


def test_a_part_beside_the_subject_is_measured_and_is_not_inside(tmp_path):
    # The left half is the animal; of it, the lower quarter of the image is covered by a ring that is not part of it.
    mask = np.zeros((112, 112), np.uint8)
    mask[:, :56] = 1
    mask[84:] = 2
    file = tmp_path / "mask.png"
    Image.fromarray(mask).save(file)
    marked = replace(record("one"), mask=file)
    maps = {("net", "fem"): maps_of(1)}
    parts = {1: "animal", 2: "ring"}
    grid = common_grid(maps["net", "fem"])[0]
    for beside, inside in (((), mask > 0), (("ring",), mask == 1)):
        table = map_tables([marked], [ReadImage("ok", 112, 112)], parts, maps, beside=beside).metrics
        found = table.set_index("metric")["value"]
        assert found["mass_inside"] == pytest.approx(grid[inside].sum())
        assert found["part_ring"] == pytest.approx(grid[mask == 2].sum())
