import numpy as np
import pytest
from scipy import stats

from explain.statistics.hypothesis_tests import bootstrap_intervals, compare_paired
from explain.statistics.many_images import MANY, interval_of_mean, means_of_subsets, skill_interval

N = 1_500


@pytest.fixture
def skewed():
    return np.random.default_rng(3).lognormal(0, 1, N)


def test_the_interval_of_a_mean_is_scipy_s_bca(skewed):
    drawn = stats.bootstrap((skewed,), np.mean, n_resamples=40_000, batch=2_000, method="BCa",
                            rng=np.random.default_rng(1)).confidence_interval  # fmt: skip
    width = drawn.high - drawn.low
    np.testing.assert_allclose(interval_of_mean(skewed, 0.95), tuple(drawn), atol=0.01 * width)
    plain = stats.norm.ppf([0.025, 0.975]) * skewed.std() / N**0.5 + skewed.mean()
    assert abs(plain[1] - drawn.high) > 0.02 * width  # what the correction is for, and is found here


def test_means_of_subsets_lie_where_drawn_ones_do(skewed):
    random = np.random.default_rng(5)
    members = random.random((20_000, N)) < 0.5
    drawn = (members @ skewed) / members.sum(axis=1)
    found = means_of_subsets(skewed, 999)
    np.testing.assert_allclose(
        np.quantile(found, [0.025, 0.25, 0.5, 0.975]), np.quantile(drawn, [0.025, 0.25, 0.5, 0.975]),
        atol=0.05 * drawn.std(),
    )  # fmt: skip
    assert len(found) == 999
    assert (np.diff(found) > 0).all()


def test_the_interval_of_a_skill_is_that_of_drawn_images():
    random = np.random.default_rng(7)
    chance = random.beta(2, 5, N)
    value = np.clip(chance + random.normal(0.1, 0.2, N), 0, 1)
    places = random.integers(0, N, (10_000, N))
    v, c = value[places].mean(axis=1), chance[places].mean(axis=1)
    drawn = np.quantile((v - c) / (1 - c), [0.025, 0.975])
    np.testing.assert_allclose(skill_interval(value, chance, 0.95), drawn, atol=0.03 * np.ptp(drawn))


def test_many_images_are_judged_as_some_are_without_a_draw():
    random = np.random.default_rng(9)
    some = random.normal(0.02, 1, MANY)
    many = np.r_[some, 0.02]  # one more, which moves nothing
    (low, high), (low_many, high_many) = bootstrap_intervals([some, many])
    assert abs(low - low_many) + abs(high - high_many) < 0.05 * (high - low)
    few_compared, compared = (compare_paired(values, np.zeros(len(values)), 0.05) for values in (some, many))
    assert compared.p == pytest.approx(few_compared.p, abs=0.02)
    assert compared.p_alike == pytest.approx(few_compared.p_alike, abs=0.02)
    assert (compared.low, compared.high) == pytest.approx((few_compared.low, few_compared.high), abs=0.003)
