import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import at_every_place, made


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_equals_a_loop_over_places(full, signed):
    evidence = made(6, full=full, signed=signed)
    gradients = at_every_place(evidence, [1, 2])
    expected = np.zeros(evidence.activations.shape[:3])
    for place in np.ndindex(expected.shape):
        expected[place] = max(sum(gradients[place] * evidence.activations[place]), 0)
    np.testing.assert_allclose(explainer("hirescam").explain(evidence, [1, 2]), expected, rtol=1e-4, atol=1e-6)
