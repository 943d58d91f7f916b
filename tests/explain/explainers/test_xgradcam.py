import numpy as np
import pytest

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import at_every_place, made


def naive(activations, gradients):
    n, h, w, c = activations.shape
    out = np.zeros((n, h, w))
    for i in range(n):
        for k in range(c):
            channel = activations[i, :, :, k].astype(np.float64)
            if channel.sum():
                out[i] += (channel / channel.sum() * gradients[i, :, :, k]).sum() * channel
    return np.maximum(out, 0)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_equals_a_loop_over_channels(full, signed):
    evidence = made(7, full=full, signed=signed)
    expected = naive(evidence.activations, at_every_place(evidence, [0, 2]))
    np.testing.assert_allclose(explainer("xgradcam").explain(evidence, [0, 2]), expected, rtol=1e-4, atol=1e-6)


def test_is_not_grad_cam_where_places_have_gradients_of_their_own():
    evidence = made(7, full=True)
    assert not np.allclose(*(explainer(name).explain(evidence, [0, 0]) for name in ("xgradcam", "gradcam")), rtol=0.1)
