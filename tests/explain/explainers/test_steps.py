"""What the page shows being made is the method's own map: the steps, gone by loops, end at what the explainer gives."""

import numpy as np
import pytest

from explain.explainers.registry import DEFAULT_METHODS, EXPLAINERS
from tests.explain.explainers.made_evidence import made

STEPPED = [each for each in EXPLAINERS.values() if each.steps]


def test_the_report_s_two_methods_can_be_seen_being_made():
    assert set(DEFAULT_METHODS) <= {each.name for each in STEPPED}


@pytest.mark.parametrize("method", STEPPED, ids=lambda each: each.name)
@pytest.mark.parametrize("signed", [False, True])
def test_the_steps_end_at_the_method_s_map(method, signed):
    steps, evidence = method.steps, made(7, n=2, h=3, w=4, c=5, signed=signed)
    values = {} if steps.parameter is None else {steps.parameter.name: 0.5}
    weights = steps.weights(evidence, [1, 2])
    entries = steps.entries(evidence.activations, 0.5)
    expected = np.zeros((2, 3, 4))
    for image in range(2):
        for channel in range(5):
            plane = evidence.activations[image, :, :, channel]
            for i in range(3):
                for j in range(4):
                    entry = plane[i, j]
                    if steps.parameter:
                        entry = float(plane.max() > plane.min() and entry > plane.mean() + 0.5 * plane.std())
                    assert entries[image, i, j, channel] == entry
                    expected[image, i, j] += weights[image, channel] * entry
    if steps.cut:
        expected = np.maximum(expected, 0)
    np.testing.assert_allclose(method.explain(evidence, [1, 2], values), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", STEPPED, ids=lambda each: each.name)
def test_every_step_says_what_is_done(method):
    listed = method.steps.listed
    assert {"channels", "sum"} <= set(listed)
    assert ("threshold" in listed) == (method.steps.parameter is not None)
    assert all(step.title and step.says.endswith(".") for step in listed.values())
