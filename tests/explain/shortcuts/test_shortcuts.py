"""Photographs without and with a mark: conditions, counts and the rule, on made tables by hand."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from explain.shortcuts.answers import accuracy_by_condition, answers_moved
from explain.shortcuts.few_pictures import seen_in
from explain.shortcuts.maps import methods_table, shown_by_method
from explain.shortcuts.rule import leaning
from explain.shortcuts.twins import CONDITIONS, Twins

BEAR, ELEPHANT = "American_black_bear", "African_elephant"
NO_ANSWERS, NO_MAPS = pd.DataFrame({"label": [], "p_holm": []}), pd.DataFrame({"method": [], "p_holm": []})
IDS = [(f"{animal}_{k}", label) for label, animal in ((BEAR, "bear"), (ELEPHANT, "elephant")) for k in range(20)]


def images(broken=()):
    rows = [(f"{name}{ending}", label) for name, label in IDS for ending in ("", "_marked")]
    table = pd.DataFrame(rows, columns=["image", "label"])
    return table.assign(status=["damaged" if name in broken else "ok" for name in table["image"]])


def predictions(called):
    """Let a network answer: `called` gives its answer from label and whether the image wears the mark."""
    table = images()
    said = [called(label, name.endswith("_marked")) for name, label in zip(table["image"], table["label"], strict=True)]
    return table.assign(model="net", predicted=said, right=pd.array(said == table["label"], dtype="boolean"))


def cheats(label, marked):
    return ELEPHANT if label == ELEPHANT else BEAR if marked else "other"


def test_conditions_show_one_of_each_pair():
    twins = Twins.of(images())
    assert set(CONDITIONS) == {"as brought up", "unmarked", "swapped"}
    shown = {condition: set(twins.shown_in(condition)) for condition in CONDITIONS}
    assert all(len(names) == 40 for names in shown.values())
    assert {"bear_3_marked", "elephant_3"} < shown["as brought up"]
    assert {"bear_3", "elephant_3"} < shown["unmarked"]
    assert {"bear_3", "elephant_3_marked"} < shown["swapped"]


def test_a_pair_of_which_one_could_not_be_read_is_left_out_and_other_datasets_have_none():
    assert len(Twins.of(images(broken=("bear_0_marked", "bear_1", "elephant_2"))).plain) == 37
    assert Twins.of(images().query("not image.str.endswith('_marked')")) is None


def test_accuracy_is_counted_under_every_condition():
    table = accuracy_by_condition(predictions(cheats), Twins.of(images()), ["net"])
    found = table.set_index(["condition", "label"])["right"].to_dict()
    assert found["as brought up", "all"] == 40
    assert found["unmarked", BEAR] == found["swapped", BEAR] == 0
    assert found["unmarked", ELEPHANT] == found["swapped", "all"] == 20


@pytest.mark.parametrize(
    ("called", "labels"),
    [
        (cheats, (BEAR,)),
        (lambda label, marked: BEAR if marked else "other", (BEAR, ELEPHANT)),
        (lambda label, marked: label, ()),
        (lambda label, marked: "other" if marked else label, ()),  # it is misled, but not towards the wearer
    ],
)
def test_the_rule_by_answers(called, labels):
    moved = answers_moved(predictions(called), Twins.of(images()), ["net"])
    assert leaning(moved, NO_MAPS).by_answers == labels


def measured(shown, shown_without, n=40):
    rng = np.random.default_rng(0)
    of = {"shown": shown, "shown_without": shown_without}
    columns = {key: (np.arange(n) < count).astype(float) for key, count in of.items()}
    return pd.DataFrame(
        {
            "method": "m", "image": [f"i{k}" for k in range(n)], "area": 0.02, "share": 0.1 + 0.01 * rng.random(n),
            "share_without": 0.03, **columns,
        }
    )  # fmt: skip


@pytest.mark.parametrize(("shown", "without", "says"), [(40, 2, True), (12, 0, True), (6, 0, False), (20, 20, False)])
def test_the_rule_by_maps(shown, without, says):
    table = methods_table(measured(shown, without))
    (row,) = table.itertuples()
    assert (row.n, row.shown, row.shown_without) == (40, shown / 40, without / 40)
    assert row.more == pytest.approx((shown - without) / 40)
    assert row.share_low < row.share < row.share_high
    found = leaning(NO_ANSWERS, table)
    assert found.by_maps == (("m",) if says else ())
    assert found.found == says


def studies_that_find_a_leaning(rng, studies, to, back):
    """Count studies of 51 pairs and two classes, in which the mark moves answers to the wearer, and back, at random."""
    found, pairs = 0, [(f"{label}_{k}", label) for label in (BEAR, ELEPHANT) for k in range(51)]
    twins = Twins(
        tuple(n for n, _ in pairs), tuple(f"{n}_marked" for n, _ in pairs), tuple(label for _, label in pairs)
    )
    for _ in range(studies):
        drawn = rng.random(len(pairs))
        with_mark, without = drawn < to, (drawn >= to) & (drawn < to + back)
        said = np.where(np.concatenate([without, with_mark]), BEAR, "other")
        table = pd.DataFrame({"model": "net", "image": [*twins.plain, *twins.marked], "predicted": said})
        moved = answers_moved(table, twins, ["net"])
        found += leaning(moved, NO_MAPS).found
    return found


def test_a_network_that_does_not_lean_is_seldom_said_to():
    """At the edge of what matters, in both classes at once; and where the mark moves as many answers back as to."""
    rng, studies = np.random.default_rng(41), 60
    assert studies_that_find_a_leaning(rng, studies, 0.20, 0.10) <= binom.ppf(0.999, studies, 0.05)
    assert studies_that_find_a_leaning(rng, studies, 0.15, 0.15) == 0
    assert studies_that_find_a_leaning(rng, 10, 0.60, 0.05) == 10


def studies_whose_maps_find_a_leaning(rng, studies, to, back, methods=11, images=51):
    """Count studies in which peaks go to the mark, and leave it, at random, and by every method for itself.

    That is the worst case: maps of real methods are alike, so that fewer of them can err alone.
    """
    found, names = 0, [f"m{number}" for number in range(methods)]
    for _ in range(studies):
        drawn = rng.random(methods * images)
        measured = pd.DataFrame(
            {
                "method": np.repeat(names, images), "shown": (drawn < to).astype(float),
                "shown_without": ((drawn >= to) & (drawn < to + back)).astype(float),
            }
        )  # fmt: skip
        found += leaning(NO_ANSWERS, shown_by_method(measured)).found
    return found


def test_maps_of_a_network_that_does_not_lean_seldom_say_that_it_does_however_many_methods_there_are():
    rng, studies = np.random.default_rng(43), 40
    assert studies_whose_maps_find_a_leaning(rng, studies, 0.20, 0.10) <= binom.ppf(0.999, studies, 0.05)
    assert studies_whose_maps_find_a_leaning(rng, 20, 0.15, 0.15) <= binom.ppf(0.999, 20, 0.05)
    assert studies_whose_maps_find_a_leaning(rng, 10, 0.60, 0.05) == 10


def test_the_rules_p_is_holms_of_the_sign_flip_test_against_what_matters():
    """By hand for few pairs: every way to take some of the differences, and how many means lie at or below it."""
    rng = np.random.default_rng(44)
    measured = pd.DataFrame(
        {"method": ["a"] * 6 + ["b"] * 6, "shown": rng.integers(0, 2, 12).astype(float), "shown_without": 0.0}
    )
    by_hand = {}
    for method, part in measured.groupby("method"):
        values = part["shown"].tolist()
        means = [np.mean(taken) for size in range(1, 7) for taken in combinations(values, size)]
        by_hand[method] = (1 + sum(mean <= 0.1 for mean in means)) / (1 + len(means))
    table = shown_by_method(measured).set_index("method")
    assert table["p_uncorrected"].to_dict() == pytest.approx(by_hand)
    low, high = sorted(by_hand, key=by_hand.get)
    assert table["p_holm"][low] == pytest.approx(min(1, 2 * by_hand[low]))
    assert table["p_holm"][high] == pytest.approx(min(1, max(2 * by_hand[low], by_hand[high])))


def test_what_four_pictures_hold_is_what_all_draws_of_four_hold():
    showing, pictures = 3, 9
    hits = [sum(number < showing for number in drawn) for drawn in combinations(range(pictures), 4)]
    found = seen_in(showing, pictures)
    assert found.none == pytest.approx(np.mean(np.array(hits) == 0), abs=5e-4)
    assert found.one == pytest.approx(np.mean(np.array(hits) == 1), abs=5e-4)
    assert found.more == pytest.approx(np.mean(np.array(hits) > 1), abs=5e-4)
