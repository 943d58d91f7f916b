import pandas as pd
import pytest

from explain.statistics.accuracy import calibration_error, reliability


def predictions(pairs):
    probability, right = zip(*pairs, strict=True)
    return pd.DataFrame({"model": "m", "probability": probability, "right": pd.array(right, dtype="boolean")})


def test_bins_are_open_below_and_closed_above():
    bins = reliability(predictions([(0.1, True), (0.1001, False), (1.0, True), (0.9, True)]), bins=10)
    assert list(bins["n"]) == [1, 1, 1, 1]
    assert list(bins["bin_high"].round(3)) == [0.1, 0.2, 0.9, 1.0]


def test_the_error_is_what_a_hand_counts():
    # (0.5, 1]: 0.8 and 0.6, one right: |0.5 - 0.7| = 0.2, weight 2/3; [0, 0.5]: 0.4, right: 0.6, weight 1/3
    bins = reliability(predictions([(0.8, True), (0.6, False), (0.4, True)]), bins=2)
    assert calibration_error(bins) == pytest.approx(2 / 3 * 0.2 + 1 / 3 * 0.6)


def test_answers_that_cannot_be_judged_do_not_count():
    bins = reliability(predictions([(0.8, True), (0.7, None)]))
    assert bins["n"].sum() == 1


def test_the_interval_holds_the_share():
    row = reliability(predictions([(0.95, True)] * 9 + [(0.95, False)])).iloc[0]
    assert row["low"] < row["right"] == 0.9 < row["high"]
