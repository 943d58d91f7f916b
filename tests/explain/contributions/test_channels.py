import numpy as np

from explain.contributions.channels import correlations, fires_on, payments
from explain.models.head import Head


def test_payments_and_the_bias_sum_to_the_logit():
    rng = np.random.default_rng(5)
    pooled = rng.random((6, 4))
    head = Head(rng.normal(size=(4, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32))
    for target in range(3):
        logits = [sum(p * w for p, w in zip(row, head.kernel[:, target], strict=True)) for row in pooled]
        np.testing.assert_allclose(payments(pooled, head, target).sum(axis=1), logits)


def test_correlations_are_those_of_numpy_pair_by_pair():
    rng = np.random.default_rng(6)
    first, second = rng.random((20, 3)), rng.random((20, 4))
    second[:, 2] = 0.1  # silent
    found = correlations(first, second)
    for i in range(3):
        for j in (0, 1, 3):
            np.testing.assert_allclose(found[i, j], np.corrcoef(first[:, i], second[:, j])[0, 1])
    assert np.isnan(found[:, 2]).all()


def test_where_a_channel_fires_by_hand():
    channel = np.array([[[3.0, 1.0]], [[0.0, 0.0]], [[-5.0, 2.0]]])
    inside = np.array([[[1.0, 0.5]], [[1.0, 1.0]], [[1.0, 0.25]]])
    np.testing.assert_allclose(fires_on(channel, inside), [3.5 / 4, np.nan, 0.25])
