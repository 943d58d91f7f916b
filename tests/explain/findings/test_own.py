"""Claims of one's own: they go through the door of all claims, and a false verdict is as rare as is said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, t

from explain.errors import ExplainError
from explain.findings.casting import cast_of
from explain.findings.claims import ALL
from explain.findings.contrasts import Measured, Tables
from explain.findings.findings import findings, judge
from explain.findings.own import OwnClaim, power_of, seal, study_of_claims
from explain.findings.rows import rows_of
from explain.findings.study import load_study, study_of
from tests.explain.findings.made_tables import CHOSEN, STUDIED

WIDE = OwnClaim(("resnet50", "gradcam"), ("xception", "gradcam"), "entropy", "larger", 0.01)
names = st.text("abc-_0", min_size=1, max_size=6)


@given(
    st.builds(
        OwnClaim, st.tuples(names, names), st.tuples(names, names), st.sampled_from(["entropy", "part_wing_share"]),
        st.sampled_from(["larger", "smaller"]), st.integers(0, 40).map(lambda n: n / 200), st.sampled_from(["", "a b"]),
    )
)  # fmt: skip
def test_a_claim_survives_its_link(claim):
    assert OwnClaim.parse(claim.text) == claim


@pytest.mark.parametrize(
    "text",
    [
        "", "a:b|c:d|entropy|larger|0.1", "a|c:d|entropy|larger|0.1|", "a:b|c:d|entropi|larger|0.1|",
        "a:b|c:d|entropy|wider|0.1|", "a:b|c:d|entropy|larger|x|", "a:b|c:d|entropy|larger|-1|",
        "a:b|c:d|entropy|larger|nan|", "a:b|c:d|pearson|larger|0.1|",
    ],
)  # fmt: skip
def test_what_is_no_claim_is_refused_in_a_sentence(text):
    with pytest.raises(ExplainError, match="expected first"):
        OwnClaim.parse(text)


def test_an_own_claim_comes_to_what_the_studys_claim_comes_to(tables):
    """Claim 1 of the report, measure by measure: the same numbers, corrected among fewer tests."""
    study, cast = study_of_claims([WIDE, OwnClaim(WIDE.first, WIDE.second, "gini", "smaller", 0.02)], CHOSEN)
    own = judge(study, Tables(*tables), cast, STUDIED)
    reported = {(row.metric, row.scope): row for row in findings(*tables, CHOSEN, STUDIED)[0].rows}
    for finding in own:
        for row in finding.rows:
            same = reported[row.metric, row.scope]
            numbers = ("n", "difference", "low", "high", "margin", "p_uncorrected", "effect", "decides")
            for name in numbers:
                assert getattr(row, name) == pytest.approx(getattr(same, name), nan_ok=True), name
    assert own[0].verdict == "supported"
    assert own[0].claim == "Entropy of ResNet-50, Grad-CAM is larger than of Xception, Grad-CAM."


def test_the_reports_six_claims_go_through_the_same_door(tables, tmp_path):
    """As a file of a reader's own, with roles of other names, they come to the same rows and verdicts."""
    from explain.findings import study as reading

    written = (reading._FOLDER / "reference_report.toml").read_text("utf-8")
    for role in ("resnet", "xception"):
        written = written.replace(f"{{{role}}}", f"{{my_{role}}}").replace(f'"{role}", "', f'"my_{role}", "')
        written = written.replace(f', "{role}"]', f', "my_{role}"]').replace(f"\n{role} = ", f"\nmy_{role} = ")
    (tmp_path / "mine.toml").write_text(written, "utf-8")
    mine = load_study(tmp_path / "mine.toml")
    assert mine.models != study_of(STUDIED).models
    assert len(mine.claims) == 6
    own = judge(mine, Tables(*tables), cast_of(mine, CHOSEN), STUDIED)
    reported = findings(*tables, CHOSEN, STUDIED)
    assert [(one.claim, one.verdict, one.told) for one in own] == [
        (two.claim, two.verdict, two.told) for two in reported
    ]
    for one, two in zip(own, reported, strict=True):
        assert [repr(row) for row in one.rows] == [repr(row) for row in two.rows]


def test_a_claim_on_one_class_counts_its_images_alone(tables):
    claim = OwnClaim(WIDE.first, ("xception", "fem"), "entropy", "larger", label="bear")
    study, cast = study_of_claims([claim], CHOSEN)
    (finding,) = judge(study, Tables(*tables), cast, STUDIED)
    assert {row.n for row in finding.rows} == {5}
    metrics = tables[0].query("metric == 'entropy' and label == 'bear'").set_index(["model", "method"])["value"]
    by_hand = metrics["resnet50", "gradcam"].mean() - metrics["xception", "fem"].mean()
    assert finding.rows[-1].difference == pytest.approx(by_hand)


def test_what_the_store_does_not_hold_is_said_and_not_tested(tables):
    other = OwnClaim(("vgg", "fem"), WIDE.second, "entropy", "larger")
    assert other.misfit(CHOSEN) == "there are no maps of 'vgg' by 'fem'"
    assert OwnClaim(WIDE.first, WIDE.first, "entropy", "larger").misfit(CHOSEN) == "both sides are the same maps"
    study, cast = study_of_claims([other, WIDE], CHOSEN)
    assert [finding.number for finding in judge(study, Tables(*tables), cast, STUDIED)] == [2]


def test_power_is_by_the_number_of_tests_and_tells_nothing_of_the_answer(tables):
    metrics, agreement, predictions = tables
    study, cast = study_of_claims([WIDE, OwnClaim(WIDE.first, WIDE.second, "radius", "larger")], CHOSEN)
    first, second = power_of(study, Tables(*tables), cast)
    part = metrics.query("metric == 'entropy' and method == 'gradcam'").pivot(
        index="image", columns="model", values="value"
    )
    deviation = (part["resnet50"] - part["xception"]).std(ddof=1)
    by_hand = (t.ppf(1 - 0.025 / 2, 9) + t.ppf(0.8, 9)) * deviation / np.sqrt(10)
    assert (first.n, first.smallest, first.margin) == (10, pytest.approx(by_hand), 0.01)
    assert np.isnan(second.margin)
    # Whatever all images share, the answer above all, leaves it as it is.
    shifted = metrics.assign(value=metrics["value"] + 3.0 * (metrics["model"] == "resnet50"))
    again, _ = power_of(study, Tables(shifted, agreement, predictions), cast)
    assert again.smallest == pytest.approx(first.smallest)


def test_a_seal_holds_claims_their_order_and_the_images():
    other = OwnClaim(WIDE.first, WIDE.second, "entropy", "smaller", 0.01)
    seals = {
        seal(claims, images) for claims in ((WIDE,), (other,), (WIDE, other), (other, WIDE)) for images in ("a", "b")
    }
    assert len(seals) == 8
    assert seal((OwnClaim.parse(WIDE.text),), "a") in seals


def test_permuted_sides_give_a_false_verdict_in_at_most_five_of_a_hundred_studies():
    """Two sides that are the same but for chance, four claims a study, differences with heavy tails."""
    rng, studies, images = np.random.default_rng(31), 200, 40
    claims = [
        OwnClaim(WIDE.first, WIDE.second, name, "larger") for name in ("entropy", "radius", "gini", "area_half_max")
    ]
    study, _ = study_of_claims(claims, CHOSEN)
    false = 0
    for _ in range(studies):
        values = rng.standard_t(3, (4, images, 2)) + rng.standard_t(3, (4, images, 1))
        swapped = np.where(rng.random((4, images, 1)) < 0.5, values, values[:, :, ::-1])
        measured = [
            (claim, [Measured(ALL, name.measure, "", pd.Series(pair[:, 0]), pd.Series(pair[:, 1]), 1)])
            for claim, name, pair in zip(study.claims, claims, swapped, strict=True)
        ]
        false += any(row.verdict in ("supported", "contradicted") for row in rows_of(measured))
    assert false <= binom.ppf(0.999, studies, 0.05)
    assert false >= binom.ppf(0.001, studies, 0.02)  # and the test is not idle
