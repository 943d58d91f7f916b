import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from data import Box
from explain.measures.agreement import agreement
from explain.measures.regions import box_coverage, mask_coverage
from explain.measures.spread import localisation_metrics, part_metrics, spread_metrics


def single(row, column, side=112):
    grid = np.zeros((1, side, side))
    grid[0, row, column] = 1
    return grid


UNIFORM = np.full((1, 112, 112), 1 / 112**2)


def test_spread_of_a_single_cell():
    values = spread_metrics(single(3, 90))
    assert values["area_half_max"][0] == pytest.approx(1 / 112**2)
    assert values["entropy"][0] == pytest.approx(0)
    assert values["radius"][0] == pytest.approx(0, abs=1e-9)
    assert values["gini"][0] == pytest.approx(1 - 1 / 112**2)


def test_spread_of_a_uniform_map():
    values = spread_metrics(UNIFORM)
    assert values["area_half_max"][0] == 1
    assert values["entropy"][0] == pytest.approx(1)
    assert values["radius"][0] == pytest.approx(1 / np.sqrt(6), rel=1e-4)
    assert values["gini"][0] == pytest.approx(0, abs=1e-12)


def test_radius_of_two_cells_is_half_their_distance():
    grid = (single(10, 20) + single(10, 76)) / 2
    assert spread_metrics(grid)["radius"][0] == pytest.approx(28 / 112)


def test_gini_equals_the_mean_absolute_difference_formula():
    grid = np.random.default_rng(0).random((1, 9, 9))
    grid /= grid.sum()
    values = grid.ravel()
    expected = np.abs(values[:, None] - values[None]).mean() / (2 * values.mean())
    assert spread_metrics(grid)["gini"][0] == pytest.approx(expected)


def test_zero_maps_give_nan_and_no_exception():
    zero = np.zeros((1, 112, 112))
    for value in {
        **spread_metrics(zero),
        **localisation_metrics(zero, np.ones_like(zero)),
        **agreement(zero, UNIFORM),
    }.values():
        assert np.isnan(value[0])


def test_localisation_of_a_cell_inside_and_outside_a_box():
    coverage = box_coverage([Box(0, 0, 50, 100)], 100, 100)[None]
    inside, outside = (localisation_metrics(single(50, c), coverage) for c in (10, 100))
    assert (inside["peak_inside"][0], outside["peak_inside"][0]) == (1, 0)
    assert (inside["mass_inside"][0], outside["mass_inside"][0]) == pytest.approx((1, 0))
    assert localisation_metrics(UNIFORM, coverage)["iou_half_max"][0] == pytest.approx(0.5)


def test_union_of_overlapping_boxes_is_covered_once():
    boxes = [Box(0, 0, 60, 50), Box(40, 0, 100, 50), Box(10, 10, 20, 20)]
    assert box_coverage(boxes, 100, 100).mean() == pytest.approx(0.5)
    assert box_coverage([Box(-10, -10, 33.3, 200)], 100, 100).mean() == pytest.approx(0.333)


def test_one_box_is_covered_as_one_of_several():
    box = Box(13.7, -5, 61.2, 48.9)
    np.testing.assert_allclose(box_coverage([box], 90, 70), box_coverage([box, box], 90, 70), atol=1e-12)
    assert not box_coverage([Box(200, 0, 300, 50)], 90, 70).any()


def test_mask_coverage_keeps_areas():
    mask = np.zeros((224, 448), np.uint8)
    mask[:56], mask[200:] = 1, 2
    assert mask_coverage(mask).mean() == pytest.approx((56 + 24) / 224, abs=1e-6)
    assert mask_coverage(mask, (1,)).mean() == pytest.approx(0.25)


def test_part_shares_of_a_uniform_map_are_as_chance():
    parts = {"head": np.zeros((1, 112, 112)), "body": np.zeros((1, 112, 112))}
    parts["head"][0, :28], parts["body"][0, 28:84] = 1, 1
    values = part_metrics(UNIFORM, parts)
    assert values["part_head"][0] == pytest.approx(0.25)
    assert values["part_head_relative"][0] == pytest.approx(1)
    assert values["part_body_relative"][0] == pytest.approx(1)


def test_agreement_equals_scipy_cell_by_cell():
    rng = np.random.default_rng(0)
    a, b = (x / x.sum() for x in rng.random((2, 1, 30, 30)))
    found = agreement(a, b)
    assert found["pearson"][0] == pytest.approx(pearsonr(a.ravel(), b.ravel()).statistic)
    assert found["spearman"][0] == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic)
    assert found["sim"][0] == pytest.approx(sum(min(x, y) for x, y in zip(a.ravel(), b.ravel(), strict=True)))
    top = [set(np.argsort(x.ravel())[-180:]) for x in (a, b)]
    assert found["iou_top20"][0] == pytest.approx(len(top[0] & top[1]) / len(top[0] | top[1]))


def test_a_map_agrees_with_itself():
    grid = np.random.default_rng(1).random((2, 20, 20))
    grid /= grid.sum(axis=(1, 2), keepdims=True)
    for value in agreement(grid, grid).values():
        np.testing.assert_allclose(value, 1)
