import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import made

IG = explainer("integrated_gradients")


def exact(evidence, classes):
    """The integral in closed form, which the made network has."""
    x, u, a = evidence.inputs.astype(np.float64), evidence.u[classes], evidence.a[classes]
    whole = (a * x).sum(axis=(1, 2, 3), keepdims=True)
    return (np.tanh(u * x) + a * x * whole).sum(axis=-1)


def test_comes_near_the_integral_in_closed_form_as_steps_grow():
    evidence = made(20)
    expected = exact(evidence, [0, 2])
    errors = [np.abs(IG.explain(evidence, [0, 2], {"ig_steps": steps}) - expected).max() for steps in (16, 64, 256)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("steps", [16, 37])  # a whole number of calls, and one that is filled up
def test_equals_the_midpoint_rule_one_point_after_the_other(steps):
    evidence = made(21)
    found = IG.explain(evidence, [1, 0], {"ig_steps": steps})
    expected = np.zeros(evidence.inputs.shape)
    for t in range(steps):
        point = (t + 0.5) / steps * evidence.inputs.astype(np.float64)
        expected += evidence.inputs * evidence.pixel_gradients([1, 0], point) / steps
    np.testing.assert_allclose(found, expected.sum(axis=-1), rtol=1e-4, atol=1e-5)


def test_values_sum_to_the_score_less_the_score_of_the_plain_image():
    evidence = made(22, n=3)
    classes = [0, 1, 2]
    sums = IG.explain(evidence, classes).sum(axis=(1, 2))
    difference = evidence.scores(evidence.inputs) - evidence.scores(np.zeros_like(evidence.inputs))
    np.testing.assert_allclose(sums, difference[range(3), classes], rtol=1e-3)


def test_every_call_has_one_shape_so_that_a_network_compiles_once():
    evidence = made(23, n=1)
    IG.explain(evidence, [0], {"ig_steps": 37})
    assert set(evidence.shapes_asked) == {(16, 9, 11, 3)}
    assert len(evidence.shapes_asked) == 3
