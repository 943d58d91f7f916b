import pandas as pd

from data.classes import kind_of
from explain.statistics.same_kind import alike_about_kind, right_about_kind

KINDS = {"elephant": ("African_elephant", "tusker"), "bear": ("American_black_bear", "sloth_bear")}


def answers(model, *said):
    return pd.DataFrame(
        [(str(n), label, model, predicted, right) for n, (label, predicted, right) in enumerate(said)],
        columns=["image", "label", "model", "predicted", "right"],
    ).astype({"right": "boolean"})


def test_relatives_are_of_one_kind_and_everything_else_of_its_own():
    assert kind_of("tusker", KINDS) == kind_of("African elephant", KINDS) == "elephant"
    assert kind_of("sloth_bear", KINDS) == "bear"
    assert kind_of("bearskin", KINDS) == "bearskin"
    assert kind_of("tusker", {}) == "tusker"


def test_an_answer_is_right_about_the_kind_or_not_or_cannot_be_judged():
    elephant = "African_elephant"
    said = answers("m", (elephant, "tusker", False), (elephant, "bison", False), ("cat", "cat", None))
    found = right_about_kind(said, KINDS)
    assert found.iloc[0]
    assert not found.iloc[1]
    assert pd.isna(found.iloc[2])


def test_both_readings_are_said_where_they_differ():
    exact = [("African_elephant", "African_elephant", True)] * 3
    first = answers("a", *exact, ("African_elephant", "tusker", False), ("American_black_bear", "bison", False))
    second = answers("b", *exact, *exact[:1], ("American_black_bear", "American_black_bear", True))
    note = alike_about_kind(pd.concat([first, second], ignore_index=True), "a", "b", KINDS)
    assert "any elephant, any bear" in note
    assert "right on 4 and 5 of 5 images" in note
    assert "both right or both wrong on 80.0 % (95 % interval " in note  # all but the bear
    assert "p = 1," in note


def test_where_a_dataset_names_no_kinds_an_answer_is_right_or_it_is_not():
    said = answers("m", ("African_elephant", "tusker", False), ("cat", "cat", True))
    assert list(right_about_kind(said, {})) == [False, True]


def test_nothing_is_said_where_the_exact_labels_say_it_all():
    said = [("African_elephant", "African_elephant", True), ("African_elephant", "other", False)]
    both = pd.concat([answers("a", *said), answers("b", *said)], ignore_index=True)
    assert alike_about_kind(both, "a", "b", KINDS) == ""
