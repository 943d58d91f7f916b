import numpy as np

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import made


def test_with_the_bias_it_sums_to_the_score():
    evidence = made(13, n=4, signed=True)
    classes = [0, 1, 2, 0]
    found = explainer("evidence").explain(evidence, classes)
    expected = evidence.logits[range(4), classes] - evidence.bias[classes]
    np.testing.assert_allclose(found.sum(axis=(1, 2)), expected, rtol=1e-4, atol=1e-5)


def test_equals_a_loop_over_places():
    evidence = made(14, h=3, w=2)
    found = explainer("evidence").explain(evidence, [2, 1])
    for i, target in enumerate([2, 1]):
        for row, column in np.ndindex(3, 2):
            by_hand = sum(evidence.weights[:, target] * evidence.activations[i, row, column]) / 6
            assert abs(found[i, row, column] - by_hand) < 1e-6
