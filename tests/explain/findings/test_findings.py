"""The claims on tables that are made so that the answers are known, and against calculations written anew."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from explain.findings.casting import cast_of
from explain.findings.contrasts import Tables, measured_claims
from explain.findings.findings import findings as findings_of
from explain.findings.study import study_of
from explain.statistics.hypothesis_tests import RESAMPLES, SEED, bootstrap_intervals
from tests.explain.findings.made_tables import (
    CHOSEN,
    METHODS,
    MODELS,
    STUDIED,
    findings,
    findings_table,
)


def exact_flips(d):
    """Two-sided p of the mean by trying every combination of signs."""
    sums = np.array(list(product([1, -1], repeat=len(d)))) @ d
    return min(1, 2 * min((sums >= d.sum() - 1e-12).mean(), (sums <= d.sum() + 1e-12).mean()))


def values(metrics, model, method, metric, label=None):
    rows = metrics[(metrics.model == model) & (metrics.method == method) & (metrics.metric == metric)]
    return (rows if label is None else rows[rows.label == label]).sort_values("image")["value"].to_numpy()


def test_every_number_of_a_spread_claim_is_what_a_calculation_written_anew_gives(tables):
    metrics, *_ = tables
    found = findings_table(*tables)
    assert len(found) == 2 * 4 * 3 + 2 * 4 + 4 * 3 + 3  # claims 1 and 2, 3, 4, 5; no parts
    raw = []
    for row in found[found.claim.isin([1, 2])].itertuples():
        label = None if row.scope == "all" else row.scope
        method = "gradcam" if row.claim == 1 else "fem"
        d = values(metrics, "resnet50", method, row.metric, label) - values(
            metrics, "xception", method, row.metric, label
        )
        assert row.n == len(d)
        assert row.difference == pytest.approx(sum(d) / len(d))
        assert row.p_uncorrected == pytest.approx(exact_flips(d))
        ranks = rankdata(np.abs(d))
        assert row.effect == pytest.approx((ranks[d > 0].sum() - ranks[d < 0].sum()) / ranks.sum())
        assert np.isnan(row.low) == (label is not None)  # five images of a class reject nothing
        if label is None:
            assert exact_flips(d - row.low) > 0.05 > exact_flips(d - row.low + 1e-6)
            assert exact_flips(d - row.high) > 0.05 > exact_flips(d - row.high - 1e-6)
            raw.append((exact_flips(d), row.p_holm))
        else:
            assert np.isnan(row.p_holm)  # it lies within a row that decides
    # Holm multiplies the smallest p by the number of differences that decide, and never decreases.
    assert found.decides.sum() == 2 * 4 + 2 * 4 + 4 + 1
    smallest = min(raw)
    assert smallest[1] == pytest.approx(min(1, smallest[0] * (found.decides.sum() - 1)))
    assert all(corrected >= p for p, corrected in raw)


def several(tables, times):
    """Repeat every image, with values that differ by next to nothing."""
    metrics, agreement, predictions = tables
    copies = range(times)
    return (
        pd.concat(
            [metrics.assign(image=metrics["image"] + f"_{n}", value=metrics["value"] + n * 1e-6) for n in copies]
        ),
        pd.concat([agreement.assign(image=agreement["image"] + f"_{n}") for n in copies]),
        pd.concat([predictions.assign(image=predictions["image"] + f"_{n}") for n in copies]),
    )


def test_the_made_difference_is_found_and_depends_on_the_measure(tables):
    (row,) = (row for row in findings(*tables)[0].rows if (row.metric, row.scope) == ("entropy", "all"))
    assert row.verdict == "supported"  # ten images, all alike: p is 2 / 2**10, times 20 rows
    first = findings(*several(tables, 4))[0]
    verdicts = {(row.metric, row.scope): row.verdict for row in first.rows}
    assert verdicts["entropy", "all"] == "supported"
    assert verdicts["gini", "all"] == "no relevant difference"  # noise around nothing, half of the margin
    assert first.verdict == "depends on the measure"
    assert first.told.startswith("It is supported by entropy; the difference is smaller than what matters by")
    assert (first.tests["entropy", "all"].carrying, first.tests["entropy", "all"].n) == (40, 40)


def test_few_images_say_how_large_a_difference_they_would_have_shown(tables):
    fourth = findings(*tables)[3]  # agreement at random
    assert fourth.verdict == "too little data"
    (row,) = (row for row in fourth.rows if (row.metric, row.scope) == ("1 - pearson", "all"))
    assert 0.1 < row.smallest < 1


def test_gini_points_the_other_way_because_it_grows_with_concentration(tables):
    metrics, agreement, predictions = tables
    flipped = metrics.copy()
    narrow = (flipped.model == "xception") & (flipped.method == "fem") & (flipped.metric == "gini")
    flipped.loc[narrow, "value"] += 1
    second = findings(flipped, agreement, predictions)[1]
    assert second.tests["gini", "all"].carrying == second.tests["gini", "all"].n == 10
    (row,) = (row for row in second.rows if (row.metric, row.scope) == ("gini", "all"))
    assert row.high < 0


def test_explainer_against_classifier_by_hand(tables):
    _, agreement, _ = tables
    one = agreement[agreement.image == "i3"].set_index(["model_a", "method_a", "model_b", "method_b"])["pearson"]
    r, x, g, f = *MODELS, *METHODS
    methods = ((1 - one[r, g, r, f]) + (1 - one[x, g, x, f])) / 2
    models = ((1 - one[r, g, x, g]) + (1 - one[r, f, x, f])) / 2
    study = study_of(STUDIED)
    measured = measured_claims(Tables(*tables), study.claims, cast_of(study, CHOSEN))
    pairs = next(pairs for claim, pairs in measured if claim.number == 4)
    (test,) = (pair for pair in pairs if (pair.metric, pair.scope) == ("1 - pearson", "all"))
    assert test.carried["i3"] == pytest.approx(methods - models)


def test_classifying_alike_counts_equal_verdicts(tables):
    fifth = findings(*tables)[4]
    (row,) = (row for row in fifth.rows if row.scope == "all")
    assert (row.n, row.difference) == (10, 0.8)  # they part on the fifth and the last image
    assert row.verdict == "too little data"


def answered(agree, differ, label="elephant"):
    """Two models that give equal verdicts on some images and different ones on others, each right as often."""
    rows = []
    for n in range(agree + differ):
        first = n % 2 == 0
        for model, right in (("resnet50", first), ("xception", first if n < agree else not first)):
            rows.append((f"i{n}", label, model, label if right else "other", right))
    table = pd.DataFrame(rows, columns=["image", "label", "model", "predicted", "right"])
    return table.assign(right=table["right"].astype("boolean"))


@pytest.mark.parametrize(
    ("agree", "differ", "verdict"),
    [
        (0, 102, "contradicted"),  # opposite on every image: McNemar's test sees nothing
        (4940, 60, "supported"),  # alike on 98.8 %
        (100, 2, "supported"),
        (93, 9, "too little data"),
        (80, 22, "contradicted"),
    ],
)
def test_alike_is_a_share_of_equal_verdicts_against_the_margin(tables, agree, differ, verdict):
    metrics, agreement, _ = tables
    fifth = findings(metrics.iloc[:0], agreement.iloc[:0], answered(agree, differ))[4]
    assert fifth.verdict == verdict
    (row,) = (row for row in fifth.rows if row.scope == "all")
    assert (row.margin, row.difference) == (0.9, pytest.approx(agree / (agree + differ)))
    assert np.isnan(row.effect)
    assert "McNemar's p = 1, not corrected" in fifth.note


def test_one_more_right_answer_is_told_as_a_difference_in_accuracy_and_not_as_an_effect(tables):
    (row,) = (row for row in findings(*tables)[4].rows if row.scope == "all")
    assert row.accuracy_difference == pytest.approx(-0.2)  # 7 and 9 of 10
    assert np.isnan(row.effect)


def test_models_that_choose_among_different_classes_are_said_to(tables):
    thousand = ("crane", "crane", *map(str, range(998)))  # as ImageNet's, of which two names stand twice

    def said(first, second):
        classes = {"resnet50": first, "xception": second}
        return findings_of(*tables, CHOSEN, STUDIED, classes=classes)[4].note

    assert "ResNet-50 among 1,000, Xception among 3" in said(thousand, ("elephant", "bear", "other"))
    assert "among" not in said(thousand, thousand[::-1])


def test_a_verdict_is_tried_with_the_reports_own_map_where_it_is_stored(tables):
    metrics, agreement, predictions = tables
    own = metrics[metrics.method == "gradcam"].assign(method="gradcam_report")
    own.loc[(own.model == "resnet50") & (own.metric == "entropy"), "value"] -= 1
    found = findings(*several((pd.concat([metrics, own]), agreement, predictions), 4))
    checks = {finding.number: {check.choice: check for check in finding.checks} for finding in found}
    named = "Grad-CAM as in the report in the place of Grad-CAM"
    assert named in checks[1]
    assert named not in checks[2]  # it is about FEM
    assert not any(named in finding.note for finding in found)
    assert (found[0].verdict, checks[1][named].verdict) == ("depends on the measure", "depends on the measure")
    only = found[0].rows[0].claim
    assert only == 1
    assert named not in {check.choice for finding in findings(*tables) for check in finding.checks}


def test_a_verdict_is_tried_on_the_coarser_grid(tables):
    metrics, agreement, predictions = several(tables, 4)
    coarse = metrics.assign(metric=metrics.metric + "@coarse")
    coarse.loc[(coarse.model == "resnet50") & (coarse.method == "fem"), "value"] += np.where(
        coarse.metric[(coarse.model == "resnet50") & (coarse.method == "fem")] == "gini@coarse", -1, 1
    )
    found = findings(pd.concat([metrics, coarse]), agreement, predictions)
    (check,) = (check for check in found[1].checks if "coarser" in check.choice)
    assert (check.verdict, check.survives) == ("supported", False)
    assert not any("coarser" in check.choice for check in found[3].checks)


def test_a_verdict_is_tried_on_images_that_every_model_answers_right(tables):
    found = findings(*several(tables, 4))
    assert all(any("answers right" in check.choice for check in finding.checks) for finding in found[:4])
    assert not any("answers right" in check.choice for check in found[4].checks)


def test_without_masks_the_sixth_claim_says_why_it_is_not_tested(tables):
    sixth = findings(*tables)[5]
    assert sixth.verdict == "not tested"
    assert not sixth.rows
    assert "no masks" in sixth.note


def test_the_interval_is_bca_by_its_formula():
    """Efron 1987, equations 2.3 to 2.9, written out with the same resamples."""
    from scipy.stats import norm

    sample = np.random.default_rng(3).exponential(size=25)
    rng = np.random.default_rng(SEED)
    means = sample[rng.integers(0, 25, (RESAMPLES, 25))].mean(1)
    z0 = norm.ppf((np.sum(means < sample.mean()) + np.sum(means <= sample.mean())) / (2 * RESAMPLES))
    jackknife = np.array([np.delete(sample, i).mean() for i in range(25)])
    u = jackknife.mean() - jackknife
    a = (u**3).sum() / (6 * (u**2).sum() ** 1.5)
    levels = [norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in norm.ppf([0.025, 0.975])]
    assert bootstrap_intervals([sample])[0] == pytest.approx(np.quantile(means, levels), rel=0.01)


def test_two_values_have_an_interval_too():
    assert bootstrap_intervals([[0.0, 1.0]]) == [(0, 1)]
