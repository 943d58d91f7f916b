"""Where two explainers give one map, and that no others do."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explain.explainers.registry import EXPLAINERS
from tests.explain.explainers.made_evidence import MadeEvidence, made

SAME = [(name, found.same_as) for name, found in EXPLAINERS.items() if found.same_as]


def explained(name, evidence, target=1):
    return EXPLAINERS[name].explain(evidence, [target] * len(evidence.activations))


def agree(first, second, relative=1e-5):
    np.testing.assert_allclose(first, second, atol=relative * max(np.abs(second).max(), 1e-30), rtol=relative)


@pytest.mark.parametrize(("name", "other"), SAME)
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.tuples(*[st.integers(1, 8)] * 2, st.integers(1, 40)),
    signed=st.booleans(),
    dead=st.booleans(),
)
def test_what_is_called_the_same_is_the_same_with_a_linear_head(name, other, seed, shape, signed, dead):
    evidence = made(seed, 2, *shape, signed=signed)
    if dead:  # a channel that is zero has no shares
        activations = evidence.activations.copy()
        activations[..., 0] = 0
        evidence = MadeEvidence(activations, evidence.weights, evidence.bias)
    agree(explained(name, evidence), explained(other, evidence))


@pytest.mark.parametrize(("name", "other"), SAME)
def test_what_is_called_the_same_differs_without_a_linear_head(name, other):
    evidence = made(0, full=True)
    assert not np.allclose(explained(name, evidence), explained(other, evidence), rtol=0.1)


@pytest.mark.parametrize("signed", [False, True])
def test_the_positive_part_of_evidence_is_grad_cam(signed):
    evidence = made(1, h=7, w=7, c=64, signed=signed)
    agree(np.maximum(explained("evidence", evidence), 0), explained("gradcam", evidence))


def test_layercam_is_the_report_s_grad_cam_with_a_linear_head_where_no_activation_is_negative():
    evidence = made(2, h=7, w=7, c=64)
    agree(explained("layercam", evidence), explained("gradcam_report", evidence))
    signed = made(2, h=7, w=7, c=64, signed=True)
    assert not np.allclose(explained("layercam", signed), explained("gradcam_report", signed), rtol=0.1)


def test_where_nothing_speaks_against_the_class_evidence_grad_cam_and_layercam_are_one():
    evidence = made(3)
    evidence.weights[:] = np.abs(evidence.weights)
    for name in ("evidence", "layercam", "gradcam_report"):
        agree(explained(name, evidence), explained("gradcam", evidence))


def test_grad_cam_plus_plus_nears_half_of_layercam_times_positions_where_channels_add_little():
    evidence = made(4)
    evidence.weights[:] *= 1e-5
    agree(explained("gradcampp", evidence), explained("layercam", evidence) * (4 * 5 / 2), 1e-4)


def test_no_other_two_give_one_picture():
    evidence = made(5, n=1, h=9, w=11, c=64)  # the feature layer's grid is the input's, so that all can be compared
    known = {frozenset(pair) for pair in (*SAME, ("hirescam", "xgradcam"), ("layercam", "gradcam_report"))}
    positive = {name: np.maximum(explained(name, evidence), 0) for name in EXPLAINERS}
    known |= {frozenset((name, "evidence")) for name in ("gradcam", "hirescam", "xgradcam")}
    for first, second in itertools.combinations(EXPLAINERS, 2):
        one, other = (positive[name] / positive[name].max() for name in (first, second))
        assert np.allclose(one, other, atol=1e-5) == (frozenset((first, second)) in known), (first, second)
