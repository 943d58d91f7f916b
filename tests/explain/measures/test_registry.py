"""The contract of every measure that is registered, and what follows from the registry."""

import numpy as np
import pytest

from explain.measures.contract import Measure, Needs
from explain.measures.maps_on_grid import MapsOnGrid
from explain.measures.registry import MEASURES, measure_of, measures_that_need, metric_title
from explain.measures.response import Responses

SIDE = 14
OF_MAPS = [m for m in MEASURES.values() if m.needs in (Needs.MAP, Needs.SUBJECT, Needs.PARTS, Needs.TWO_MAPS)]


def raw_maps():
    """Uniform, a single cell in a corner and inside, zero, random, and random with much below zero."""
    rng = np.random.default_rng(11)
    maps = np.zeros((6, 7, 7))
    maps[0], maps[1, 0, 0], maps[2, 3, 3], maps[4], maps[5] = (
        2.0,
        5.0,
        1e-6,
        rng.random((7, 7)),
        rng.normal(size=(7, 7)),
    )
    return maps


ZERO = 3


def taken(measure, maps, rows=slice(None)):
    """Call a measure as its needs say; give values by the metric under which tables hold them."""
    n = len(raw_maps())
    coverage = np.zeros((n, 112, 112))
    coverage[:, 30:80, 20:90] = 1
    left, right = coverage * (np.arange(112) < 50), coverage * (np.arange(112) >= 50)
    if measure.needs is Needs.MAP:
        return {measure.name: measure.function(maps)}
    if measure.needs is Needs.SUBJECT:
        return {measure.name: measure.function(maps, coverage[rows])}
    if measure.needs is Needs.PARTS:
        found = measure.function(maps, {"left": left[rows], "right": right[rows]})
        return {measure.metric(part): values for part, values in found.items()}
    other = MapsOnGrid.of(np.random.default_rng(5).random((n, 10, 10))[rows])
    return {measure.name: measure.function(maps, other)}


@pytest.mark.parametrize("measure", OF_MAPS, ids=lambda measure: measure.name)
def test_values_lie_in_the_range_and_a_zero_map_has_none(measure):
    for metric, values in taken(measure, MapsOnGrid.of(raw_maps())).items():
        assert values.shape == (len(raw_maps()),)
        assert np.isnan(values[ZERO]), metric
        assert all(map(measure.holds, values)), (metric, values)
        assert not np.isinf(values).any()
        defined = np.isfinite(values)
        assert defined[[4, 5]].all()  # of a map with different values everything can be said


@pytest.mark.parametrize("measure", OF_MAPS, ids=lambda measure: measure.name)
def test_the_scale_of_a_map_does_not_matter(measure):
    found = taken(measure, MapsOnGrid.of(raw_maps()))
    for factor, rounding in ((1024.0, 0), (1e-8, 1e-5)):  # other than for powers of two, ranks of tied cells may change
        for metric, values in taken(measure, MapsOnGrid.of(raw_maps() * factor)).items():
            np.testing.assert_allclose(values, found[metric], rtol=1e-9, atol=rounding)


@pytest.mark.parametrize("measure", OF_MAPS, ids=lambda measure: measure.name)
def test_a_map_alone_is_measured_as_among_others(measure):
    together = taken(measure, MapsOnGrid.of(raw_maps()))
    for row in range(len(raw_maps())):
        rows = slice(row, row + 1)
        for metric, values in taken(measure, MapsOnGrid.of(raw_maps()[rows]), rows).items():
            np.testing.assert_allclose(values, together[metric][rows], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("measure", measures_that_need(Needs.MAP), ids=lambda measure: measure.name)
def test_what_is_called_wider_is_larger_for_a_wide_map(measure):
    narrow, wide = measure.function(MapsOnGrid.of(raw_maps()))[[2, 0]]
    assert np.sign(wide - narrow) == measure.wider != 0


@pytest.mark.parametrize("measure", measures_that_need(Needs.RESPONSES), ids=lambda measure: measure.name)
def test_a_map_that_names_what_counts_is_better_than_one_that_names_the_rest(measure):
    falling, rising = np.linspace(1, 0, 5) ** 3, np.linspace(0, 1, 5) ** (1 / 3)
    good = Responses(np.array([0.5]), np.array([0.9]), falling[None], rising[None], np.array([True]))
    bad = Responses(np.array([0.5]), np.array([0.1]), rising[None][:, ::-1], falling[None][:, ::-1], np.array([True]))
    a, b = measure.function(good)[0], measure.function(bad)[0]
    assert np.sign(a - b) == measure.better != 0
    assert measure.holds(a)
    assert measure.holds(b)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_every_measure_says_what_it_is(measure):
    assert measure.title
    assert measure.says
    assert measure.low < measure.high
    assert {measure.wider, measure.better} <= {-1, 0, 1}
    assert ("{part}" in measure.name) == ("{part}" in measure.title) == (measure.needs is Needs.PARTS)


def test_a_metric_is_found_by_the_name_that_tables_hold():
    assert measure_of("entropy") is MEASURES["entropy"]
    assert measure_of("part_left_wing").metric("left_wing") == "part_left_wing"
    assert measure_of("part_left_wing_relative").part_of("part_left_wing_relative") == "left_wing"
    assert measure_of("of_another_version") is None


def test_titles_are_for_people():
    assert metric_title("area_half_max") == "Area above half maximum"
    assert metric_title("part_left_wing") == "Mass on left wing"
    assert metric_title("part_wing_relative").startswith("Mass on wing over")
    assert metric_title("of_another_version") == "of another version"


def test_a_range_takes_rounding_and_nothing_more():
    measure = Measure("toy", "Toy", Needs.MAP, len)
    assert measure.holds(1 + 1e-12)
    assert measure.holds(float("nan"))
    assert not measure.holds(1.001)
