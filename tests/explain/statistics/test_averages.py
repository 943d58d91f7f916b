import numpy as np
import pytest

from explain.statistics.averages import AverageMap, average_map, average_maps, average_photograph, averages_table
from explain.store import newest_stores


def test_every_map_weighs_the_same_and_empty_ones_do_not_count():
    maps = np.zeros((3, 2, 2), np.float32)
    maps[0, 0, 0], maps[1, 1, 1] = 1000, 1
    mean, n = average_map(maps)
    assert n == 2
    assert mean.sum() == pytest.approx(1)
    np.testing.assert_allclose(mean, mean[::-1, ::-1], atol=1e-9)


def test_nothing_to_average_is_a_zero_map():
    mean, n = average_map(np.zeros((0, 7, 7), np.float32))
    assert n == 0
    assert not mean.any()


def test_the_centre_of_mass_lies_where_the_mass_is():
    saliency = np.zeros((112, 112), np.float32)
    saliency[27:29, 83:85] = 0.25
    row = averages_table([AverageMap("bear", "m", "fem", 4, saliency, np.zeros((160, 160, 3), np.uint8))]).iloc[0]
    assert row["centre_row"] == pytest.approx(0.25)
    assert row["centre_column"] == pytest.approx(0.75)
    assert row["n"] == 4


@pytest.mark.slow
def test_averages_of_some_images_are_of_these_alone(built):
    (store,) = newest_stores(built[0])
    images = store.table("images")
    readable = images[images["status"] == "ok"]
    label = readable["label"].iloc[0]
    chosen = readable.loc[readable["label"] == label, "image"].tolist()[:2]
    found = average_maps(store, only=chosen)
    assert {each.label for each in found} == {label}
    for each in found:
        assert each.n == 2
        rows = [store.row(image) for image in chosen]
        maps = [store.saliency(each.model, each.method)[[row]] for row in rows]
        one_by_one = [average_map(one, store.alignment(each.model, each.method))[0] for one in maps]
        np.testing.assert_allclose(each.saliency, np.mean(one_by_one, axis=0), atol=1e-7)


@pytest.mark.slow
def test_of_many_photographs_some_are_averaged_and_all_maps(built, monkeypatch):
    (store,) = newest_stores(built[0])
    every = average_maps(store)
    monkeypatch.setattr("explain.statistics.averages.PHOTOGRAPHS", 1)
    images = store.table("images")
    for one, all_of_them in zip(average_maps(store), every, strict=True):
        np.testing.assert_array_equal(one.saliency, all_of_them.saliency)
        of_class = images.loc[(images["status"] == "ok") & (images["label"] == one.label), "image"]
        seen = [average_photograph(store, [image]) for image in of_class]
        assert any(np.array_equal(one.photograph, photograph) for photograph in seen)
