"""Effects on one axis, by hand from the images' own differences."""

import numpy as np
import pytest

from explain.findings.effects import effects_of
from tests.explain.findings.made_tables import findings


def test_effects_are_means_in_standard_deviations_turned_towards_the_claim(tables):
    second = findings(*tables)[1]
    found = effects_of(second).set_index(["metric", "scope"])
    for metric, side in (("entropy", 1), ("gini", -1)):
        part = (
            tables[0]
            .query("method == 'fem' and metric == @metric")
            .pivot(index="image", columns="model", values="value")
        )
        differences = (part["resnet50"] - part["xception"]).to_numpy()
        row = found.loc[metric, "all"]
        assert row.effect == pytest.approx(side * differences.mean() / differences.std(ddof=1))
        assert row.low < row.effect < row.high
        (tested,) = (each for each in second.rows if (each.metric, each.scope) == (metric, "all"))
        assert row.high - row.low == pytest.approx((tested.high - tested.low) / differences.std(ddof=1))
        assert row.margin == pytest.approx(tested.margin / differences.std(ddof=1))
        assert row.difference == pytest.approx(differences.mean())


def test_class_rows_stand_under_the_row_that_they_lie_within(tables):
    found = effects_of(findings(*tables)[0])
    assert found["scope"].tolist() == ["all", "elephant", "bear"] * 4
    assert found["decides"].tolist() == [True, False, False] * 4


def test_of_a_share_the_effect_is_the_share_and_without_spread_there_is_none(tables):
    fifth = effects_of(findings(*tables)[4])
    assert fifth.set_index("scope").loc["all", "effect"] == 0.8
    metrics, agreement, predictions = tables
    constant = metrics.assign(value=np.where(metrics["model"] == "resnet50", 1.0, 0.0))
    assert effects_of(findings(constant, agreement, predictions)[0])["effect"].isna().all()
