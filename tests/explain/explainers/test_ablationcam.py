import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import made


def naive(evidence, classes):
    """Set each channel to zero and score what is left, as the paper says."""
    out = np.zeros(evidence.activations.shape[:3])
    for i, target in enumerate(classes):
        whole = evidence.activations[i].astype(np.float64)

        def score(activations, target=target):
            return activations.mean(axis=(0, 1)) @ evidence.weights[:, target] + evidence.bias[target]

        for k in range(whole.shape[-1]):
            without = whole.copy()
            without[..., k] = 0
            out[i] += (score(whole) - score(without)) / score(whole) * whole[..., k]
    return np.maximum(out, 0)


@pytest.mark.parametrize("signed", [False, True])
def test_equals_taking_each_channel_away_and_scoring_again(signed):
    for seed in range(5):
        evidence = made(seed, n=3, signed=signed)
        expected = naive(evidence, [0, 1, 2])
        found = explainer("ablationcam").explain(evidence, [0, 1, 2])
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * expected.max())


def test_a_negative_score_turns_every_weight_as_the_paper_s_formula_does():
    evidence = made(11, n=1)
    evidence.weights[:] = np.abs(evidence.weights)  # all channels hold the score up
    for score, shows in ((5.0, True), (-5.0, False)):
        evidence.logits = np.full((1, 3), score, np.float32)
        assert explainer("ablationcam").explain(evidence, [0]).any() == shows


def test_a_score_of_zero_gives_a_zero_map():
    evidence = made(12)
    evidence.logits = np.zeros((2, 3), np.float32)
    assert not explainer("ablationcam").explain(evidence, [0, 1]).any()
