"""Maps without knowledge: what they are, and what is known of their scores beforehand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.measures.chance import (
    AVERAGE,
    BASELINES,
    CENTRE,
    GAUSSIAN,
    OTHER,
    UNIFORM,
    gaussians,
    measure_chance,
    partners,
    without_knowledge,
)
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.spread import radius

SIDE = 28


def made(count=4, seed=0):
    grid = np.random.default_rng(seed).random((count, SIDE, SIDE)) ** 4
    return MapsOnGrid(grid / grid.sum(axis=(1, 2), keepdims=True))


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30))
def test_every_image_gets_the_map_of_another_one_of_its_label_where_there_is_one(labels):
    found = partners(labels)
    assert sorted(found) == list(range(len(labels)))
    for place, other in enumerate(found):
        assert labels[place] == labels[other]
        assert (other == place) == (labels.count(labels[place]) == 1)


def test_a_labels_pairs_do_not_depend_on_other_labels():
    alone, among = partners(["a"] * 6), partners(["b", *["a"] * 6, "b"])
    assert (among[1:7] - 1).tolist() == alone.tolist()
    assert (alone[alone] == np.arange(6)).all()


def test_a_gaussian_is_as_wide_as_the_map_although_the_border_cuts_it():
    for wanted in (0.05, 0.2, 0.3, 0.38):
        grid = gaussians(np.array([wanted]), 112, 112)
        assert radius(MapsOnGrid(grid / grid.sum()))[0] == pytest.approx(wanted, abs=1e-4)
    flat = gaussians(np.array([0.6]), 20, 20)
    np.testing.assert_allclose(flat, 1, atol=1e-4)  # nothing is wider than a uniform map here


def test_the_average_leaves_the_image_itself_out():
    maps = made()
    others = MapsOnGrid(maps.grid[[1, 0, 3, 2]])
    average = without_knowledge(maps, maps.grid.sum(axis=0), others)[AVERAGE].grid
    np.testing.assert_allclose(average[2], maps.grid[[0, 1, 3]].mean(axis=0), atol=1e-12)


def test_scores_that_are_known_beforehand():
    maps, coverage = made(), np.zeros((4, SIDE, SIDE))
    coverage[:, : SIDE // 2, :] = 1  # the upper half; the centre lies on its edge
    coverage[3] = np.nan
    scores = measure_chance(maps, coverage, maps.grid.sum(axis=0), MapsOnGrid(maps.grid[[1, 0, 3, 2]]))
    assert set(scores) == set(BASELINES)
    for name in (CENTRE, GAUSSIAN, UNIFORM):
        np.testing.assert_allclose(scores[name]["mass_inside"], [0.5, 0.5, 0.5, np.nan])
    np.testing.assert_allclose(scores[UNIFORM]["peak_inside"], [0.5, 0.5, 0.5, np.nan])
    np.testing.assert_allclose(scores[UNIFORM]["auc_iou"], [0.5, 0.5, 0.5, np.nan])
    np.testing.assert_allclose(scores[OTHER]["mass_inside"][:2], maps.grid[[1, 0], : SIDE // 2].sum(axis=(1, 2)))


def test_a_zero_map_has_no_chance_beside_it():
    maps = MapsOnGrid(np.zeros((1, SIDE, SIDE)))
    scores = measure_chance(maps, np.ones((1, SIDE, SIDE)), np.ones((SIDE, SIDE)), made(1))
    assert all(np.isnan(values).all() for by_metric in scores.values() for values in by_metric.values())
