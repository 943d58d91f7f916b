import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explain.contributions.contrast import contrast, strongest_rival
from explain.contributions.ledger import erased_logits, ledger, place_scores
from explain.contributions.places import parts_on_places
from explain.errors import ExplainError
from explain.models.head import Head

values = st.floats(-8, 8, width=32)
ACTIVATIONS = arrays(np.float32, (3, 4, 5), elements=values)
HEADS = st.builds(Head, arrays(np.float32, (5, 3), elements=values), arrays(np.float32, 3, elements=values))


def naive(activations, head, target):
    """Pay place by place and channel by channel, in loops."""
    h, w, c = activations.shape
    places, channels = np.zeros((h, w)), np.zeros(c)
    for i in range(h):
        for j in range(w):
            for k in range(c):
                paid = float(head.kernel[k, target]) * float(activations[i, j, k]) / (h * w)
                places[i, j] += paid
                channels[k] += paid
    return places, channels


@given(ACTIVATIONS, HEADS)
def test_places_and_channels_are_those_of_three_loops(activations, head):
    for target in range(3):
        found = ledger(activations, head, target, logit=1.5)
        places, channels = naive(activations, head, target)
        np.testing.assert_allclose(found.positions, places, atol=1e-9)
        np.testing.assert_allclose(found.channels, channels, atol=1e-9)
        assert found.bias + places.sum() + found.remainder == pytest.approx(1.5)
        np.testing.assert_allclose(place_scores(activations, head)[:, :, target], places, atol=1e-9)


@given(ACTIVATIONS, HEADS, arrays(bool, (3, 4)))
def test_what_is_left_is_the_score_of_a_feature_map_with_zeros(activations, head, kept):
    zeroed = activations.astype(np.float64) * kept[:, :, None]
    expected = zeroed.mean(axis=(0, 1)) @ head.kernel.astype(np.float64) + head.bias
    found = erased_logits(place_scores(activations, head), head.bias, kept)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(ACTIVATIONS, HEADS)
def test_erasing_all_leaves_the_bias(activations, head):
    left = erased_logits(place_scores(activations, head), head.bias, np.zeros((3, 4), bool))
    np.testing.assert_array_equal(left, head.bias)


@given(ACTIVATIONS, HEADS)
def test_exchanging_the_classes_turns_every_sign(activations, head):
    logits = activations.mean(axis=(0, 1)) @ head.kernel + head.bias
    one, other = (contrast(activations, head, logits, *pair).ledger for pair in ((0, 2), (2, 0)))
    for name in ("logit", "bias", "positions", "channels"):
        np.testing.assert_array_equal(getattr(one, name), -np.asarray(getattr(other, name)))
    np.testing.assert_allclose(one.bias + one.positions.sum() + one.remainder, logits[0] - logits[2], atol=1e-5)


@given(ACTIVATIONS, arrays(np.float32, 5, elements=values), values)
def test_one_sigmoid_output_is_two_classes_whose_difference_is_its_score(activations, weights, bias):
    """As networks with one output z are stored: with the logits (-z/2, z/2)."""
    head = Head(np.stack([-weights / 2, weights / 2], axis=1), np.array([-bias / 2, bias / 2], np.float32))
    z = float(activations.astype(np.float64).mean(axis=(0, 1)) @ weights + bias)
    found = contrast(activations, head, [-z / 2, z / 2], target=1).ledger
    assert found.logit == pytest.approx(z)
    assert found.bias + found.positions.sum() == pytest.approx(z, abs=1e-4)
    np.testing.assert_allclose(found.positions, activations.astype(np.float64) @ weights / 12, atol=1e-4)


def test_the_rival_is_the_strongest_other_class():
    assert strongest_rival([1.0, 5.0, 3.0], 1) == 2
    assert strongest_rival([1.0, 5.0, 3.0], 0) == 1
    with pytest.raises(ExplainError, match="one class only"):
        strongest_rival([1.0], 0)


def test_a_class_is_not_set_against_itself():
    head = Head(np.ones((1, 2), np.float32), np.zeros(2, np.float32))
    with pytest.raises(ExplainError, match="against itself"):
        contrast(np.ones((1, 1, 1)), head, [1.0, 2.0], 0, 0)


def test_the_table_holds_every_entry_and_each_division_gives_the_same_sum():
    rng = np.random.default_rng(3)
    activations, head = rng.random((2, 3, 4)), Head(rng.normal(size=(4, 2)).astype(np.float32), np.ones(2, np.float32))
    mask = np.repeat(np.repeat([[0, 1, 2], [1, 1, 0]], 5, axis=0), 5, axis=1).astype(np.uint8)
    found = ledger(activations, head, 1, logit=2.0)
    table = found.table(parts_on_places(mask, {1: "ear", 2: "trunk"}, (2, 3)))
    assert table["by"].value_counts().to_dict() == {"sum": 3, "part": 3, "place": 6, "channel": 4}
    sums = table[table["by"] != "sum"].groupby("by")["paid"].sum()
    np.testing.assert_allclose(sums, found.positions.sum())
    assert table.loc[table["by"] == "sum", "paid"].tolist() == [2.0, 1.0, found.remainder]
    for _, rows in table[table["by"] != "sum"].groupby("by"):
        assert rows["paid"].is_monotonic_decreasing
