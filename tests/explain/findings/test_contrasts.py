"""Claims of the reference report as measurements: which images count, and what a positive difference says."""

import pandas as pd
import pytest

from explain.findings.casting import cast_of
from explain.findings.claims import ALL
from explain.findings.contrasts import CONTRASTS, Tables
from explain.findings.study import study_of
from explain.store.manifest import DatasetInfo
from explain.store.selection import Selection

LABELS = {"a": "elephant", "b": "elephant", "c": "bear"}


@pytest.fixture
def tables():
    values = {
        "entropy": 0.5, "area_half_max": 0.2, "radius": 0.3, "gini": 0.6, "part_head_share": 0.3,
        "part_trunk_share": 0.2, "part_body_share": 0.1, "part_ears_share": 0.05, "part_trunk_relative": 1.0,
    }  # fmt: skip
    metrics = pd.DataFrame(
        [
            (image, label, model, method, metric, value + (0.1 if model == "xception" else 0) + 0.01 * n)
            for n, (image, label) in enumerate(LABELS.items())
            for model in ("xception", "resnet50")
            for method in ("gradcam", "fem")
            for metric, value in values.items()
        ],
        columns=["image", "label", "model", "method", "metric", "value"],
    )
    maps = [(model, method) for model in ("xception", "resnet50") for method in ("gradcam", "fem")]
    agreement = pd.DataFrame(
        [
            (image, label, *a, *b, *[0.9 if a[1] == b[1] else 0.5] * 4)
            for image, label in LABELS.items()
            for n, a in enumerate(maps)
            for b in maps[n + 1 :]
        ],
        columns=[
            "image",
            "label",
            "model_a",
            "method_a",
            "model_b",
            "method_b",
            "pearson",
            "sim",
            "spearman",
            "iou_top20",
        ],
    )
    predictions = pd.DataFrame(
        [(image, label, model, image != "b") for image, label in LABELS.items() for model in ("xception", "resnet50")],
        columns=["image", "label", "model", "right"],
    )
    return metrics, agreement, predictions


SELECTION = Selection({"xception": "Xception", "resnet50": "ResNet-50"}, {"gradcam": "Grad-CAM", "fem": "FEM"})
STUDIED = DatasetInfo("made", "Made", "", ("elephant", "bear"), {}, "", 3, study="reference_report")


def measured(tables, number, selection=SELECTION):
    study = study_of(STUDIED)
    (claim,) = (claim for claim in study.claims if claim.number == number)
    return list(CONTRASTS[claim.contrast].measured(Tables(*tables), claim, cast_of(study, selection)))


def of_scope(pairs, metric, scope=ALL):
    (pair,) = (pair for pair in pairs if pair.metric == metric and pair.scope == scope)
    return pair


def test_spread_is_resnet_minus_xception_and_gini_speaks_the_other_way(tables):
    first = measured(tables, 1)
    wide, narrow = of_scope(first, "entropy"), of_scope(first, "gini")
    assert list(wide.first - wide.second) == pytest.approx([-0.1] * 3)
    assert list(wide.carried) == pytest.approx([-0.1] * 3)  # these images go against it
    assert list(narrow.carried) == pytest.approx([0.1] * 3)
    assert set(of_scope(first, "entropy", "elephant").first.index) == {"a", "b"}


def test_the_explainer_counts_more_where_methods_differ_more(tables):
    fourth = measured(tables, 4)
    for measure in ("pearson", "sim", "spearman", "iou_top20"):
        assert list(of_scope(fourth, f"1 - {measure}").carried) == pytest.approx([0.5 - 0.1] * 3)


def test_ears_belong_to_the_head_where_they_are_named(tables):
    front = of_scope(measured(tables, 6), "gradcam: head")
    assert list(front.carried) == pytest.approx([0.2] * 3)  # two parts, each 0.1 more
    assert list(of_scope(measured(tables, 6), "gradcam: body").carried) == pytest.approx([-0.1] * 3)
    metrics, *others = tables
    front = of_scope(measured((metrics[metrics["metric"] != "part_ears_share"], *others), 6), "gradcam: head")
    assert list(front.carried) == pytest.approx([0.1] * 3)


def test_the_trunk_is_measured_on_labels_that_have_one(tables):
    metrics, *others = tables
    bears = (metrics["label"] == "bear") & (metrics["metric"] == "part_trunk_relative")
    trunk = [pair for pair in measured((metrics[~bears], *others), 6) if pair.metric == "gradcam: trunk"]
    assert [list(pair.carried.index) for pair in trunk if pair.scope == ALL] == [["a", "b"]]
    assert [len(pair.carried) for pair in trunk if pair.scope == "bear"] == [0]


def test_each_model_that_has_both_methods_is_measured(tables):
    metrics, agreement, predictions = tables
    lost = metrics[~((metrics["model"] == "resnet50") & (metrics["method"] == "fem"))]
    assert {pair.scope for pair in measured((lost, agreement, predictions), 3)} == {"xception"}


def test_a_label_that_both_models_know_is_needed_for_verdicts(tables):
    metrics, agreement, predictions = tables
    predictions = predictions.assign(right=predictions["right"].astype("boolean"))
    predictions.loc[(predictions["model"] == "xception") & (predictions["image"] == "c"), "right"] = pd.NA
    pair = of_scope(measured((metrics, agreement, predictions), 5), "same_verdict")
    assert list(pair.first.index) == ["a", "b"]
    assert list(pair.carried) == [1, 1]


def test_parts_that_a_dataset_lacks_are_not_measured(tables):
    metrics, *others = tables
    for lost in ("head", "trunk", "body"):
        found = {pair.metric for pair in measured((metrics[metrics["metric"] != f"part_{lost}_share"], *others), 6)}
        kept = {"head", "trunk", "body"} - {lost}
        assert found == {f"{method}: {part}" for method in ("gradcam", "fem") for part in kept}
