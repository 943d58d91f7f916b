import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import at_every_place, made


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_equals_a_loop_over_places_with_positive_gradients_alone(full, signed):
    evidence = made(8, full=full, signed=signed)
    gradients = at_every_place(evidence, [1, 2])
    expected = np.zeros(evidence.activations.shape[:3])
    for place in np.ndindex(expected.shape):
        for gradient, activation in zip(gradients[place], evidence.activations[place], strict=True):
            expected[place] += gradient * activation if gradient > 0 else 0
    found = explainer("layercam").explain(evidence, [1, 2])
    np.testing.assert_allclose(found, np.maximum(expected, 0), rtol=1e-4, atol=1e-6)
