"""Claims in every universe: which universes there are, what each comes to, and what turns a claim, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from explain.figures.multiverse import in_words, multiverse_exhibit, specification_curve, universe_in_words
from explain.findings.casting import cast_of
from explain.findings.contrasts import measured_claims
from explain.findings.kept_multiverse import keep_multiverse, kept_multiverse, shares_in_words
from explain.findings.multiverse import Setting, multiverse, settings_of, shares, what_turns_it
from explain.findings.remeasuring import LABELLED, PREDICTED, MapChoice, remeasure
from explain.findings.study import study_of
from explain.findings.universes import CHOICES, COLUMNS
from explain.statistics.hypothesis_tests import compare_paired
from explain.store import newest_stores
from explain.store.selection import Selection


@pytest.fixture(scope="module")
def store(original):
    return newest_stores(original / "cache")[0]


@pytest.fixture(scope="module")
def asked(store):
    study = study_of(store.dataset)
    return study, cast_of(study, Selection.of(store))


@pytest.fixture(scope="module")
def universes(store, asked):
    return multiverse(*asked, store)


def made(**columns):
    """Give universes of one claim: two measures by two grids."""
    frame = pd.DataFrame(
        {"claim": 1, **dict.fromkeys(CHOICES, "as stored"), "n": 10, "effect": [0.5, 0.1, -0.5, 0.2], "low": 0.0,
         "high": 0.4, "p": 0.01, "outcome": "for"}
    )  # fmt: skip
    frame["measure"], frame["grid"] = ["a", "a", "b", "b"], ["fine", "coarse"] * 2
    return frame.assign(**columns)[list(COLUMNS)]


def test_every_combination_is_there_once(universes):
    assert not universes.duplicated(["claim", *CHOICES]).any()
    (claim,) = set(universes["claim"])  # one model: the claim that compares its two methods
    assert claim == 2
    # Four measures, two values of the one parameter (at the third nothing passes on maps so small), two classes,
    # two grids, two scales; of images that are answered right too few may be left.
    every = universes[universes["images"] == "all"]
    assert len(every) == 4 * 2 * 2 * 2 * 2
    assert {name: every[name].nunique() for name in CHOICES} == {
        "measure": 4, "scope": 1, "method": 1, "parameter": 2, "target": 2, "grid": 2, "place": 1, "scale": 2,
        "images": 1, "margin": 1,
    }  # fmt: skip


def test_a_universe_is_the_paired_test_of_its_own_choices(store, asked, universes):
    study, cast = asked
    (model,) = cast.selection.models
    choices = [
        MapChoice(model, method, PREDICTED if place == 0 else LABELLED, from_minimum=True)
        for place, method in enumerate(cast.selection.methods)
    ]
    tables = remeasure(store, choices).tables(choices, store.table("predictions"))
    claims = [claim for claim in study.claims if claim.number == 2]
    ((_, pairs),) = measured_claims(tables, claims, cast)
    pair = next(pair for pair in pairs if pair.metric == "gini")
    compared = compare_paired(pair.carried, np.zeros(len(pair.carried)))
    chosen = universes[
        (universes["measure"] == "Gini index") & (universes["target"] == PREDICTED) & (universes["images"] == "all")
        & (universes["parameter"] == "as stored") & (universes["grid"] == "the common grid")
        & (universes["scale"] != "as made")
    ]  # fmt: skip
    (found,) = chosen.itertuples()
    assert found.n == compared.n
    assert found.effect == pytest.approx(compared.difference / compared.deviation)
    assert (found.low, found.high) == pytest.approx(
        (compared.low / compared.deviation, compared.high / compared.deviation), nan_ok=True
    )
    assert found.p == pytest.approx(compared.p)


def test_what_is_set_otherwise_must_have_a_part_in_the_claim(asked):
    study, cast = asked
    _, second = cast.selection.methods
    claims = {claim.number: claim for claim in study.claims}
    of_methods = claims[2]
    only_second = replace(of_methods, methods=(of_methods.methods[1],), contrast="between_models")
    assert cast.methods(only_second) == (second,)
    assert Setting(target=PREDICTED).concerns(of_methods, cast)
    assert not Setting(target=PREDICTED).concerns(only_second, cast)
    assert Setting(parameter="k", value=1).concerns(only_second, cast)
    assert not Setting(parameter="k", value=1).concerns(replace(only_second, methods=(of_methods.methods[0],)), cast)
    assert Setting(from_minimum=True).concerns(only_second, cast)


def test_settings_are_parameters_at_half_and_at_one_and_a_half(store, asked):
    values = {(each.parameter, each.value) for each in settings_of(*asked, store)}
    assert values == {("", 0.0), ("k", 1.0), ("k", 3.0)}


def test_shares_and_what_turns_a_claim_by_hand():
    found = made(outcome=["for", "for", "against", "neither"])
    (row,) = shares(found).to_dict("records")
    assert (row["universes"], row["for"], row["against"], row["neither"]) == (4, 0.5, 0.25, 0.25)
    assert shares_in_words(found) == "Claim 1: 4 universes, 50% for, 25% against, 25% neither"
    # By measure alone: fine turns, coarse turns. By grid alone: a does not turn, b does.
    assert what_turns_it(found) == {"measure": 1.0, "grid": 0.5}
    assert in_words(found) == (
        "Of 4 universes, 50% are for the claim, 25% are against it and 25% are neither. "
        "What turns it most is the choice “Measure”: alone, it does in 100% of cases."
    )
    assert in_words(made()).endswith("No single choice turns it.")


def test_the_curve_is_in_order_and_a_click_hands_back_the_universe():
    found = made(outcome=["for", "for", "against", "neither"])
    figure = specification_curve(found, 2)
    points = {place: (x, y) for t in figure.data if t.customdata is not None
              for place, x, y in zip(t.customdata, t.x, t.y, strict=True)}  # fmt: skip
    assert points == {2: (1, -0.5), 1: (2, 0.1), 3: (3, 0.2), 0: (4, 0.5)}
    assert [note.text for note in figure.layout.annotations if note.yref == "y2"] == [
        "<b>Measure</b> a", "<b>Measure</b> b", "<b>Grid</b> fine", "<b>Grid</b> coarse",
    ]  # fmt: skip
    assert multiverse_exhibit(found, 9).figure is None
    assert "Measure: b" in universe_in_words(found.loc[2])
    assert "against it" in universe_in_words(found.loc[2])


def test_a_multiverse_is_kept_for_the_state_of_the_store_that_it_is_of(folder, universes):
    store = newest_stores(folder / "cache")[0]
    assert kept_multiverse(store) is None
    steps = []
    first = keep_multiverse(store, lambda done, whole: steps.append((done, whole)))
    pd.testing.assert_frame_equal(first, universes)
    assert steps[-1] == (7, 7)
    pd.testing.assert_frame_equal(kept_multiverse(store), universes)
    steps.clear()
    keep_multiverse(store, lambda done, whole: steps.append((done, whole)))
    assert not steps
    assert [each.dataset.name for each in newest_stores(folder / "cache")] == [store.dataset.name]
    store.digest = "another state"
    assert kept_multiverse(store) is None
