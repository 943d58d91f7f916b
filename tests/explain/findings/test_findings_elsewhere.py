"""Who plays a claim's roles, and what is claimed of other datasets, single models and missing tables."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from explain.store.manifest import DatasetInfo
from explain.store.selection import Selection
from tests.explain.findings.made_tables import (
    ANYONES,
    CHOSEN,
    METHODS,
    MODELS,
    STUDIED,
    findings,
    findings_table,
)


def test_one_model_leaves_the_claim_about_methods(tables):
    metrics, agreement, predictions = (t[t.get("model", t.get("model_a")) == "xception"] for t in tables)
    selection = Selection({"xception": "Xception"}, CHOSEN.methods)
    (only,) = findings(metrics, agreement, predictions, selection=selection)
    assert only.number == 3
    assert {row.scope for row in only.rows} == {"xception"}


def grown(tables, model="vgg", method="layercam"):
    """Add a third model and a third method to the tables: in all but name the first's."""
    metrics, agreement, predictions = tables
    with_model = pd.concat([metrics, metrics[metrics.model == "resnet50"].assign(model=model)])
    wide = pd.concat([with_model, with_model[with_model.method == "gradcam"].assign(method=method)])
    kinds = list(product((model, *MODELS), (*METHODS, method)))
    rng = np.random.default_rng(8)
    pairs = [(a, b) for n, a in enumerate(kinds) for b in kinds[n + 1 :]]
    known = set(agreement[["model_a", "method_a", "model_b", "method_b"]].itertuples(index=False, name=None))
    new = [(a, b) for a, b in pairs if (*a, *b) not in known]
    labels = dict(agreement[["image", "label"]].to_numpy())
    more = pd.DataFrame(
        [(i, label, *a, *b, *rng.uniform(size=4)) for i, label in labels.items() for a, b in new],
        columns=agreement.columns,
    )
    answers = pd.concat([predictions, predictions[predictions.model == "resnet50"].assign(model=model)])
    selection = Selection({model: "VGG", **CHOSEN.models}, {method: "LayerCAM", **CHOSEN.methods})
    return (wide, pd.concat([more, agreement]), answers), selection


def test_more_models_and_methods_change_no_claim_about_the_two_that_play_its_roles(tables):
    wide, selection = grown(tables)
    before, after = findings_table(*tables), findings_table(*wide, selection=selection)
    columns = [
        "scope",
        "metric",
        "n",
        "difference",
        "low",
        "high",
        "p_uncorrected",
        "effect",
    ]  # the correction is over more rows
    for number in (1, 2, 4, 5):
        a, b = (table[table.claim == number][columns].reset_index(drop=True) for table in (before, after))
        pd.testing.assert_frame_equal(a, b)
    each = after[after.claim == 3]
    assert list(dict.fromkeys(each.scope)) == ["vgg", "resnet50", "xception"]
    pd.testing.assert_frame_equal(
        each[each.scope != "vgg"][columns].reset_index(drop=True),
        before[before.claim == 3][columns].reset_index(drop=True),
    )


def test_the_caller_may_choose_who_plays_a_role(tables):
    wide, selection = grown(tables)
    first = findings(*wide, selection=selection, roles={"resnet": "vgg", "gradcam": "layercam"})[0]
    assert first.claim == "LayerCAM: VGG's maps are spread wider, Xception's are more concentrated."
    (row,) = (row for row in first.rows if (row.metric, row.scope) == ("entropy", "all"))
    assert row.difference == pytest.approx(0.5, abs=0.05)  # a copy of the made difference


def test_a_dataset_without_a_study_hears_nothing_of_the_reports_photographs(tables):
    found = findings(*tables, dataset=ANYONES)
    said = " ".join(f"{finding.claim} {finding.quantity} {finding.note}" for finding in found).lower()
    for word in ("report", "animal", "tusk", "trunk", "head", "elephant", "bear"):
        assert word not in said, word
    assert [finding.number for finding in found] == [1, 2, 3, 4, 5]
    assert "ResNet-50's maps are spread wider than Xception's." in found[0].claim
    spread = {(row.metric, row.scope): row.difference for row in found[0].rows}
    assert spread["gradcam: entropy", "all"] == pytest.approx(0.5, abs=0.05)
    assert found[0].titles["gradcam: entropy"] == "Grad-CAM: Entropy"
    assert found[4].verdict == "not tested"
    assert "neither masks nor boxes" in found[4].note


def test_the_subject_is_called_what_the_dataset_calls_it(tables):
    birds = DatasetInfo("b", "B", "", ("elephant", "bear"), {}, "", 10, subject="bird", subject_plural="birds")
    assert findings(*tables, dataset=birds)[4].claim == "ResNet-50's maps lie more on the bird than Xception's."


def test_where_no_model_knows_a_label_the_claim_about_answers_is_not_tested(tables):
    metrics, agreement, predictions = tables
    unknown = predictions.assign(right=pd.array([pd.NA] * len(predictions), dtype="boolean"))
    fifth = findings(metrics, agreement, unknown)[4]
    assert (fifth.verdict, fifth.rows) == ("not tested", ())
    assert fifth.note == "Not tested here: there is no image whose label both models know."
    assert not fifth.tests


def test_without_maps_only_answers_can_be_compared(tables):
    metrics, agreement, predictions = tables
    found = findings(metrics.iloc[:0], agreement.iloc[:0], predictions)
    assert [finding.number for finding in found if finding.rows] == [5]
    assert all(finding.verdict == "not tested" for finding in found if not finding.rows)


def test_a_single_model_with_a_single_method_leaves_nothing_to_claim(tables):
    selection = Selection({"xception": "Xception"}, {"fem": "FEM"})
    for dataset in (STUDIED, ANYONES):
        assert findings(*tables, selection=selection, dataset=dataset) == ()
        assert findings_table(*tables, selection=selection, dataset=dataset).empty
