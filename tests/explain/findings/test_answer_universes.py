"""Two models' answers in every universe, by hand: what counts as alike, and from which share on."""

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from explain.findings.answer_universes import EXACT, KIND, SAME, universes_of_answers
from explain.findings.casting import cast_of
from explain.findings.multiverse import what_turns_it
from explain.findings.study import study_of
from explain.findings.universes import COLUMNS
from tests.explain.findings.made_tables import CHOSEN, STUDIED

IMAGES = 50
KINDS = {"elephant": ("elephant", "tusker")}
MODELS = ("resnet50", "xception")
CLAIM = next(claim for claim in study_of(STUDIED).claims if claim.contrast == "between_verdicts")


def predictions():
    """Fifty elephants: one model is right on all; the other calls 8 of them tuskers, and 2 bears."""
    said = {"resnet50": ["elephant"] * IMAGES, "xception": ["tusker"] * 8 + ["bear"] * 2 + ["elephant"] * 40}
    table = pd.DataFrame(
        [(f"i{k}", "elephant", model, name) for model, names in said.items() for k, name in enumerate(names)],
        columns=["image", "label", "model", "predicted"],
    )
    return table.assign(right=(table["predicted"] == table["label"]).astype("boolean"))


def test_every_reading_stands_under_every_margin():
    found = universes_of_answers(CLAIM, MODELS, predictions(), KINDS)
    assert tuple(found.columns) == COLUMNS
    assert CLAIM.quantities[0].margin == 0.9
    by_hand = {EXACT: 40, KIND: 48, SAME: 40}
    assert len(found) == 9
    for row in found.itertuples():
        margin = {"80%": 0.8, "90%": 0.9, "95%": 0.95}[row.margin]
        low, high = proportion_confint(by_hand[row.measure], IMAGES, method="wilson")
        unit = (margin * (1 - margin)) ** 0.5
        assert row.n == IMAGES
        assert row.effect == pytest.approx((by_hand[row.measure] / IMAGES - margin) / unit)
        assert (row.low, row.high) == pytest.approx(((low - margin) / unit, (high - margin) / unit))
        assert row.outcome == ("for" if low > margin else "against" if high < margin else "neither")
        assert (row.p < 0.05) == (row.outcome != "neither")
    assert set(found["outcome"]) == {"for", "against", "neither"}
    assert set(what_turns_it(found)) == {"measure", "margin"}


def test_without_kinds_there_are_labels_and_answers_alone():
    assert set(universes_of_answers(CLAIM, MODELS, predictions(), {})["measure"]) == {EXACT, SAME}


def test_the_studys_roles_and_margin_give_the_claims_own_verdict_among_them(tables):
    cast = cast_of(study_of(STUDIED), CHOSEN)
    found = universes_of_answers(CLAIM, cast.models(CLAIM), tables[2], {})
    own = found[(found["measure"] == EXACT) & (found["margin"] == "90%")]
    assert own["n"].item() == 10
    assert own["outcome"].item() == "neither"  # eight of ten
