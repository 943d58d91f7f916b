import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import at_every_place, made


def naive(activations, gradients):
    n, h, w, c = activations.shape
    out = np.zeros((n, h, w))
    for i in range(n):
        for k in range(c):
            alpha = gradients[i, :, :, k].mean()
            out[i] += np.maximum(alpha * activations[i, :, :, k].astype(np.float64), 0)
    return out


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_equals_a_loop_that_applies_relu_to_each_channel(full, signed):
    evidence = made(1, full=full, signed=signed)
    found = explainer("gradcam_report").explain(evidence, [2, 0])
    np.testing.assert_allclose(found, naive(evidence.activations, at_every_place(evidence, [2, 0])), rtol=1e-5)


def test_is_nowhere_below_grad_cam():
    evidence = made(2, signed=True)
    found, grad_cam = (explainer(name).explain(evidence, [1, 1]) for name in ("gradcam_report", "gradcam"))
    assert (found >= grad_cam - 1e-6).all()
    assert (found > grad_cam + 1e-3).any()
