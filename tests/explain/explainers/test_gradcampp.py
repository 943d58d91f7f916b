import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import at_every_place, made


def naive(activations, gradients, scores):
    """The paper's formula with the derivatives of exp(score) written out, over exp(score)."""
    n, h, w, c = activations.shape
    out = np.zeros((n, h, w))
    for i in range(n):
        whole = np.exp(scores[i])
        for k in range(c):
            weight = 0.0
            for row in range(h):
                for column in range(w):
                    g = gradients[i, row, column, k]
                    first, second, third = whole * g, whole * g**2, whole * g**3
                    alpha = second / (2 * second + sum(activations[i, :, :, k].ravel().astype(np.float64)) * third)
                    weight += alpha * max(first, 0)
            out[i] += weight * activations[i, :, :, k]
        out[i] /= whole
    return np.maximum(out, 0)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_equals_the_paper_s_formula_for_exp_of_the_score(full, signed):
    evidence = made(3, full=full, signed=signed)
    found = explainer("gradcampp").explain(evidence, [0, 1])
    scores = evidence.logits[[0, 1], [0, 1]].astype(np.float64)
    expected = naive(evidence.activations, at_every_place(evidence, [0, 1]), scores)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * expected.max())


def test_with_a_linear_head_the_weight_is_known_from_the_head_and_the_channel_s_mean():
    evidence = made(4)
    weights = evidence.weights[:, 1]
    means = evidence.activations.mean(axis=(1, 2), dtype=np.float64)
    expected = np.einsum("nhwc,nc->nhw", evidence.activations, np.maximum(weights, 0) / (2 + weights * means))
    np.testing.assert_allclose(explainer("gradcampp").explain(evidence, [1, 1]), expected, rtol=1e-5)


def test_gradients_of_zero_give_no_weight():
    evidence = made(5)
    evidence.weights[:] = 0
    assert not explainer("gradcampp").explain(evidence, [0, 0]).any()
