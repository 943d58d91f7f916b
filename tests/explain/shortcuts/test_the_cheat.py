"""The tool at work: the rule that the page prints detects the network that cheats, and not the honest one."""

import numpy as np
import pytest

from explain.explainers.registry import EXPLAINERS
from explain.measures.regions import mask_coverage
from explain.shortcuts.answers import accuracy_by_condition, answers_moved
from explain.shortcuts.few_pictures import seen_in
from explain.shortcuts.maps import evidence_on_mark, maps_on_mark, methods_table
from explain.shortcuts.rule import leaning
from explain.shortcuts.twins import Twins, mark_on_grid

CHEAT, HONEST = "compact-marked", "compact-resnet"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def twins(marked_store):
    return Twins.of(marked_store.table("images"))


@pytest.fixture(scope="module")
def accuracy(marked_store, twins):
    table = accuracy_by_condition(marked_store.table("predictions"), twins, [CHEAT, HONEST])
    return table[table["label"] == "all"].set_index(["model", "condition"])


def test_accuracy_is_fine_with_the_mark_and_falls_without_it_and_where_it_misleads(accuracy):
    assert accuracy.loc[(CHEAT, "as brought up"), "share"] > 0.8
    for condition in ("unmarked", "swapped"):
        assert accuracy.loc[(CHEAT, condition), "high"] < accuracy.loc[(CHEAT, "as brought up"), "low"]
    honest = accuracy.loc[HONEST, "share"]
    assert np.ptp(honest) < 0.05


@pytest.mark.parametrize(("model", "leans"), [(CHEAT, True), (HONEST, False)])
def test_the_rule_detects_the_cheat_and_not_the_honest_network(marked_store, twins, model, leans):
    moved = answers_moved(marked_store.table("predictions"), twins, [model])
    methods = methods_table(maps_on_mark(marked_store, twins, model))
    found = leaning(moved, methods)
    assert bool(found.by_answers) == bool(found.by_maps) == leans


def test_the_ledger_pays_the_cheat_on_the_mark(marked_store, twins):
    cheat, honest = (evidence_on_mark(marked_store, twins, model) for model in (CHEAT, HONEST))
    assert len(cheat) == 51
    assert cheat["share"].mean() > 4 * cheat["area"].mean()
    assert honest["share"].mean() < honest["area"].mean()
    assert (cheat["logit"] > cheat["logit_without"]).mean() > 0.9


def test_maps_are_those_of_the_store_measured_by_a_loop(marked_store, twins):
    measured = maps_on_mark(marked_store, twins, CHEAT).set_index(["method", "image"])
    mark = next(number for number, name in marked_store.dataset.parts.items() if name == "mark")
    for method in marked_store.model(CHEAT).methods:
        for image in ("bear_000_marked", "bear_050_marked"):
            coverage = mask_coverage(marked_store.mask(image), [mark])
            np.testing.assert_array_equal(coverage, mark_on_grid(marked_store, image))
            stored = marked_store.table("metrics").query(
                "image == @image and model == @CHEAT and method == @method.name"
            )
            value = stored.set_index("metric")["value"]["part_mark"]
            # The table measured the mask as it lies on disk; pages have it at the photograph's size.
            assert measured.loc[(method.name, image), "share"] == pytest.approx(value, abs=0.01)
    assert {"gradcam", "fem"} < set(measured.index.unique("method")) <= set(EXPLAINERS)


def test_a_reader_of_four_pictures_may_see_nothing(marked_store, twins):
    measured = maps_on_mark(marked_store, twins, CHEAT)
    showing = int(measured.loc[measured["method"] == measured["method"].iloc[0], "shown"].sum())
    found = seen_in(showing, len(twins.plain))
    assert 0 < found.none < 0.15
    assert found.none + found.one + found.more == pytest.approx(1, abs=0.002)
