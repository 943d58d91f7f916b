import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explain.explainers.eigencam import eigen_cam
from tests.explain.explainers.made_evidence import made


def by_svd(image):
    """The definition in double precision: the whole decomposition, then the sign."""
    positions = image.reshape(-1, image.shape[-1]).astype(np.float64)
    centred = positions - positions.mean(axis=0)
    component = np.linalg.svd(centred, full_matrices=False)[2][0]
    projection = centred @ component
    return np.sign(projection @ positions.sum(axis=1)) * projection.reshape(image.shape[:2])


@pytest.mark.parametrize(
    "shape", [(4, 5, 6), (4, 5, 40), (2, 1, 3), (7, 7, 64)]
)  # fewer channels than places, and more
@pytest.mark.parametrize("signed", [False, True])
def test_equals_the_projection_by_singular_value_decomposition(shape, signed):
    h, w, c = shape
    activations = made(9, 3, h, w, c, signed=signed).activations
    expected = np.stack([by_svd(image) for image in activations])
    np.testing.assert_allclose(eigen_cam(activations), expected, atol=1e-4 * np.abs(expected).max())


def test_is_positive_where_activations_are_large():
    activations = np.full((1, 3, 3, 4), 0.5, np.float32)
    activations[0, 1, 2] = 4
    found = eigen_cam(activations)[0]
    assert found[1, 2] > 0
    assert (np.delete(found.ravel(), 5) < 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([-100, -20, 0, 40, 100]))
def test_sums_to_zero_and_grows_with_the_activations(seed, exponent):
    activations = made(seed, 1).activations
    found = eigen_cam(activations)
    assert abs(found.sum()) <= 1e-5 * np.abs(found).sum()
    np.testing.assert_array_equal(eigen_cam(np.ldexp(activations, exponent)), np.ldexp(found, exponent))


def test_maps_without_contrast_are_zero_whatever_their_means_round_to():
    assert not eigen_cam(np.full((1, 7, 7, 3), 0.1, np.float32)).any()
    assert not eigen_cam(np.full((1, 7, 7, 300), 0.1, np.float32)).any()


@pytest.mark.parametrize("count", [2, 8])  # by both Gram matrices
def test_where_the_total_decides_nothing_the_largest_magnitude_is_positive(count):
    activations = np.zeros((1, 1, 4, count), np.float32)
    activations[0, 0, :, 0] = [3, -1, -1, -1]
    activations[0, 0, :, 1] = [-3, 1, 1, 1]
    found = eigen_cam(activations)[0, 0]
    np.testing.assert_allclose(found, np.array([3, -1, -1, -1]) * 2**0.5, rtol=1e-5)


def test_infinities_and_nan_are_not_taken_for_a_map_without_contrast():
    for value in (np.nan, np.inf):
        activations = np.zeros((1, 2, 2, 3), np.float32)
        activations[0, 1, 1, 1] = value
        assert np.isnan(eigen_cam(activations)).all()
