"""Claims as measurements: who plays which role, which images count, and what a positive difference says."""

import pandas as pd
import pytest

from explain.findings.claims import ALL, Roles, claims, trained_to_be_seen

LABELS = {"a": "elephant", "b": "elephant", "c": "bear"}


@pytest.fixture
def tables():
    values = {"entropy": 0.5, "area_half_max": 0.2, "radius": 0.3, "gini": 0.6, "part_head": 0.3, "part_trunk": 0.2,
              "part_body": 0.1}  # fmt: skip
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
            (image, label, *a, *b, 0.9 if a[1] == b[1] else 0.5)
            for image, label in LABELS.items()
            for n, a in enumerate(maps)
            for b in maps[n + 1 :]
        ],
        columns=["image", "label", "model_a", "method_a", "model_b", "method_b", "pearson"],
    )
    predictions = pd.DataFrame(
        [(image, label, model, image != "b") for image, label in LABELS.items() for model in ("xception", "resnet50")],
        columns=["image", "label", "model", "right"],
    )
    return metrics, agreement, predictions


TITLES = {"xception": "Xception", "resnet50": "ResNet-50"}


def of_scope(claim, metric, scope=ALL):
    (pair,) = (pair for pair in claim.measured if pair.metric == metric and pair.scope == scope)
    return pair


@pytest.mark.parametrize(
    ("names", "resnet", "xception"),
    [
        (("xception", "resnet50v2"), "resnet50v2", "xception"),
        (("one", "two"), "one", "two"),
        (("one", "xception"), "one", "xception"),
        (("one", "my-resnet"), "my-resnet", "one"),
    ],
)
def test_roles_go_by_name_and_else_by_order(names, resnet, xception):
    roles = Roles.of({name: name.title() for name in names})
    assert (roles.resnet, roles.xception) == (resnet, xception)


def test_spread_is_resnet_minus_xception_and_gini_speaks_the_other_way(tables):
    first = claims(*tables, TITLES)[0]
    assert first.number == 1
    assert "ResNet-50's maps are spread wider" in first.text
    wide, narrow = of_scope(first, "entropy"), of_scope(first, "gini")
    assert list(wide.first - wide.second) == pytest.approx([-0.1] * 3)
    assert list(wide.carried) == pytest.approx([-0.1] * 3)  # these images go against it
    assert list(narrow.carried) == pytest.approx([0.1] * 3)
    assert set(of_scope(first, "entropy", "elephant").first.index) == {"a", "b"}


def test_the_explainer_counts_more_where_methods_differ_more(tables):
    fourth = claims(*tables, TITLES)[3]
    assert list(of_scope(fourth, "1 - pearson").carried) == pytest.approx([0.5 - 0.1] * 3)


def test_parts_are_head_with_trunk_for_xception_and_the_body_for_resnet(tables):
    sixth = claims(*tables, TITLES)[5]
    front = of_scope(sixth, "gradcam: head and trunk")
    assert list(front.carried) == pytest.approx([0.2] * 3)  # two parts, each 0.1 more
    assert list(of_scope(sixth, "gradcam: body").carried) == pytest.approx([-0.1] * 3)


def test_with_one_model_only_methods_can_be_compared(tables):
    metrics, agreement, predictions = tables
    (only,) = claims(metrics[metrics["model"] == "xception"], agreement, predictions, {"xception": "Xception"})
    assert only.number == 3
    assert {pair.scope for pair in only.measured} == {"xception"}


def test_without_maps_nothing_is_claimed(tables):
    assert claims(tables[0].iloc[:0], tables[1], tables[2], TITLES) == ()


def test_networks_that_were_trained_to_be_looked_at_are_known():
    assert trained_to_be_seen(["other", "compact-xception"])
    assert not trained_to_be_seen(["resnet50", "xception"])
