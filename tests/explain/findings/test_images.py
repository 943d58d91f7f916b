"""Images for and against a claim, counted by hand from the tables that they come from."""

from dataclasses import replace

import pandas as pd
import pytest

from explain.findings.images import FEW, images_for_and_against
from tests.explain.findings.made_tables import findings


def by_hand(metrics, metric, first, second, method):
    """Give each image's difference by a loop over the table's rows."""
    values = {(r.image, r.model): r.value for r in metrics.itertuples() if (r.method, r.metric) == (method, metric)}
    return {image: values[image, first] - values[image, second] for image, model in values if model == first}


def test_images_are_sorted_into_two_sides_the_furthest_first(tables):
    differences = by_hand(tables[0], "radius", "resnet50", "xception", "fem")
    found = images_for_and_against(findings(*tables)[1], "radius", "all")
    up = sorted((name for name, value in differences.items() if value > 0), key=differences.get, reverse=True)
    down = sorted((name for name, value in differences.items() if value < 0), key=differences.get)
    assert [each.image for each in found.supporting] == up[:FEW]
    assert [each.image for each in found.opposing] == down[:FEW]
    assert (found.carrying, found.opposed, found.undecided) == (len(up), len(down), 0)
    assert [each.value for each in found.opposing] == pytest.approx([differences[name] for name in down[:FEW]])
    assert found.deviation == pytest.approx(pd.Series(differences).std())
    assert found.share_for == pytest.approx(len(up) / 10)
    assert found.share_against == pytest.approx(len(down) / 10)
    assert found.maps == (("resnet50", "fem"), ("xception", "fem"))


def test_of_a_measure_that_runs_the_other_way_the_sides_are_turned(tables):
    """A wider map has the smaller Gini index."""
    differences = by_hand(tables[0], "gini", "resnet50", "xception", "fem")
    found = images_for_and_against(findings(*tables)[1], "gini", "all")
    below = {name for name, value in differences.items() if value < 0}
    assert {each.image for each in found.supporting} <= below
    assert found.carrying == len(below)


def test_without_a_test_it_is_the_first_that_comes_to_the_claims_own_verdict(tables):
    first = findings(*tables)[0]
    assert {row.metric: row.verdict for row in first.rows if row.decides}["entropy"] == "supported"
    assert images_for_and_against(replace(first, verdict="supported")).metric == "entropy"
    for test in (("no such", "test"), ("", "")):
        found = images_for_and_against(replace(first, verdict="depends on the measure"), *test)
        assert (found.metric, found.scope) == ("area_half_max", "all")


def test_claims_about_answers_compare_no_maps_and_an_untested_claim_has_no_images(tables):
    fifth, sixth = findings(*tables)[4:6]
    found = images_for_and_against(fifth)
    assert found.maps == ()
    assert (found.carrying, found.opposed) == (8, 2)  # both right, or both wrong
    assert found.in_words == "8 of 10 images carry it, 2 go against it."
    assert images_for_and_against(sixth) is None


def test_claims_about_methods_compare_two_maps_of_a_model_and_about_both_all_four(tables):
    third, fourth = findings(*tables)[2:4]
    assert images_for_and_against(third, "entropy", "xception").maps == (("xception", "gradcam"), ("xception", "fem"))
    assert set(images_for_and_against(fourth).maps) == {
        (model, method) for model in ("resnet50", "xception") for method in ("gradcam", "fem")
    }
