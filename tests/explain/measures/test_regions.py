import numpy as np
import pytest

from data import Box
from explain.measures.regions import box_coverage, mask_coverage


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
