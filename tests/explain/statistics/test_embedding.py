import numpy as np
import pytest

from explain.statistics.embedding import principal_components


def test_the_plane_keeps_the_two_largest_variances_of_the_covariance():
    features = np.random.default_rng(3).normal(size=(40, 6)) * [5, 4, 1, 1, 0.5, 0.1]
    points, shares = principal_components(features)
    variances = np.linalg.eigvalsh(np.cov(features, rowvar=False))[::-1]
    np.testing.assert_allclose(points.var(axis=0, ddof=1), variances[:2])
    np.testing.assert_allclose(shares, variances[:2] / variances.sum())
    assert points.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert points[:, 0] @ points[:, 1] == pytest.approx(0, abs=1e-9)


def test_a_line_lies_on_the_first_axis_and_points_where_its_largest_loading_does():
    features = np.outer([-1.0, 0.0, 3.0], [0.6, -0.8])
    points, shares = principal_components(features)
    np.testing.assert_allclose(shares, [1, 0], atol=1e-12)
    centred = np.array([-1.0, 0.0, 3.0]) - 2 / 3
    np.testing.assert_allclose(points[:, 0], -centred)  # the loading of -0.8 is turned to be positive
    np.testing.assert_allclose(points[:, 1], 0, atol=1e-12)


def test_many_images_lie_where_a_decomposition_of_all_at_once_puts_them():
    features = np.random.default_rng(4).normal(size=(9000, 5)).astype(np.float32) * [5, 3, 1, 1, 0.5] + 7
    points, shares = principal_components(features)
    centred = features.astype(np.float64) - features.astype(np.float64).mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ directions[:2].T
    signs = np.sign((expected * points).sum(axis=0))
    np.testing.assert_allclose(points, expected * signs, atol=1e-9)
    np.testing.assert_allclose(shares, lengths[:2] ** 2 / (lengths**2).sum(), rtol=1e-12)


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (5, 1)])
def test_too_few_images_or_channels_leave_zeros(shape):
    points, _ = principal_components(np.arange(np.prod(shape), dtype=float).reshape(shape))
    assert points.shape == (shape[0], 2)
    assert not points[:, 1].any()
