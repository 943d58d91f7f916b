import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explain.explainers.fem import fem
from explain.explainers.gradcam import EXPLAINER, weighted_sum
from explain.models.head import Head
from explain.store.evidence import ArrayEvidence


def grad_cam(activations, class_weights):
    """Ask for Grad-CAM under a head with these weights of the class, one column for all images or each image's own."""
    activations = np.asarray(activations, np.float32)
    columns = np.broadcast_to(np.asarray(class_weights, np.float32), (len(activations), activations.shape[-1])).T
    head = Head(columns, np.zeros(len(activations), np.float32))
    return EXPLAINER.explain(
        ArrayEvidence(activations, activations.mean(axis=(1, 2)) @ columns, head), range(len(activations))
    )


def naive_fem(activations, k):
    n, h, w, c = activations.shape
    out = np.zeros((n, h, w))
    for i in range(n):
        for channel in range(c):
            values = activations[i, :, :, channel].astype(np.float64)
            mu, sigma = values.mean(), values.std()
            out[i] += mu * (values > mu + k * sigma)
    return out


def activations(seed, n=2, side=7, channels=12):
    return np.maximum(np.random.default_rng(seed).normal(size=(n, side, side, channels)), 0).astype(np.float32)


def test_grad_cam_of_two_by_two_by_hand():
    a = np.array([[[[1, 2], [0, 1]], [[3, 0], [0, 0]]]], np.float32)
    # weights (1, -1): sums are 1-2, 0-1, 3-0, 0; ReLU after the sum; over Z = 4
    np.testing.assert_array_equal(grad_cam(a, [1.0, -1.0])[0], [[0, 0], [0.75, 0]])


def test_relu_comes_after_the_sum_and_not_per_channel():
    a = np.array([[[[1, 2]]]], np.float32)
    assert grad_cam(a, [1.0, -1.0])[0, 0, 0] == 0


def test_fem_of_two_by_two_by_hand():
    # channel 0: mean 1, sigma sqrt(3): 4 > 1 + 1.5 sigma = 3.598; channel 1 is constant and nothing passes
    a = np.zeros((1, 2, 2, 2), np.float32)
    a[0, 1, 0, 0], a[..., 1] = 4, 7
    np.testing.assert_array_equal(fem(a, 1.5)[0], [[0, 0], [1, 0]])
    assert not fem(a, 2.0).any()


@pytest.mark.parametrize("k", [0.0, 1.0, 2.0, 3.5])
def test_fem_equals_a_naive_loop_over_channels(k):
    a = activations(3)
    np.testing.assert_allclose(fem(a, k), naive_fem(a, k), rtol=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 4))
def test_cantelli_bounds_the_positions_that_pass_in_a_channel(seed, k):
    a = activations(seed, n=1, channels=1)
    passing = np.count_nonzero(fem(a, k))
    assert passing <= a[0, :, :, 0].size / (1 + k * k)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_support_of_fem_shrinks_as_k_grows(seed):
    a = activations(seed)
    assert np.all(fem(a, 2.5) <= fem(a, 1.0) + 1e-6)


def test_constant_channels_never_pass_whatever_their_mean_rounds_to():
    assert not fem(np.full((1, 7, 7, 3), 0.1, np.float32), 0.0).any()


def test_zero_activations_give_zero_maps():
    zero = np.zeros((2, 4, 4, 3))
    assert not fem(zero).any()
    assert not grad_cam(zero, np.ones(3)).any()


def test_batch_of_one_equals_batch_of_sixteen():
    a, weights = activations(0, n=16), np.random.default_rng(1).normal(size=(16, 12))
    for i in range(16):
        np.testing.assert_array_equal(fem(a)[i], fem(a[i : i + 1])[0])
        np.testing.assert_allclose(grad_cam(a, weights)[i], grad_cam(a[i : i + 1], weights[i])[0], rtol=1e-5, atol=1e-7)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="do not fit"):
        weighted_sum(np.zeros((1, 2, 2, 3)), np.zeros(4))
    with pytest.raises(ValueError, match="four"):
        fem(np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match="0 or larger"):
        fem(np.zeros((1, 2, 2, 3)), -1)
