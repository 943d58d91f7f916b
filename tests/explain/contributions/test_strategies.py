from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.contributions.strategies import stability, strategies
from explain.errors import ExplainError


def material(seed, images=12, channels=7):
    rng = np.random.default_rng(seed)
    return rng.random((images, 3, 3, channels)), rng.normal(size=channels)


@given(st.integers(0, 10_000))
def test_components_add_up_to_the_logit_and_shares_to_one(seed):
    activations, weights = material(seed)
    pooled = activations.mean(axis=(1, 2))
    found = strategies(pooled, weights)
    logits = pooled @ weights
    np.testing.assert_allclose(found.pays(pooled).sum(axis=1), logits - logits.mean(), atol=1e-9)
    assert found.shares.sum() == pytest.approx(1)
    assert (np.diff(found.shares) <= 0).all()
    assert (found.shares >= 0).all()
    assert found.directions @ found.directions.T == pytest.approx(np.eye(len(found.directions)))


def test_a_share_is_what_the_component_has_of_the_logits_variance():
    activations, weights = material(1, images=30)
    pooled = activations.mean(axis=(1, 2))
    found = strategies(pooled, weights)
    logits = pooled @ weights
    expected = [np.cov(each, logits)[0, 1] / logits.var(ddof=1) for each in found.pays(pooled).T]
    np.testing.assert_allclose(found.shares, expected, atol=1e-9)


def test_directions_are_the_eigenvectors_of_the_covariance():
    activations, weights = material(2, images=40)
    paid = activations.mean(axis=(1, 2)) * weights
    found = strategies(activations.mean(axis=(1, 2)), weights)
    eigenvalues, eigenvectors = np.linalg.eigh(np.cov(paid.T))
    cosines = np.abs(found.directions @ eigenvectors)
    np.testing.assert_allclose(cosines.max(axis=1), 1, atol=1e-6)
    assert sorted(cosines.argmax(axis=1)) == list(range(len(eigenvalues)))


def test_a_components_map_sums_to_what_it_pays_on_any_image():
    activations, weights = material(4)
    found = strategies(activations.mean(axis=(1, 2)), weights)
    others = material(5)[0]
    for component in range(3):
        sums = found.maps(others, component).sum(axis=(1, 2)) - found.baseline(component)
        np.testing.assert_allclose(sums, found.pays(others.mean(axis=(1, 2)))[:, component], atol=1e-9)


def test_a_planted_direction_is_the_first_strategy_and_stable():
    rng = np.random.default_rng(8)
    pooled = 0.01 * rng.random((40, 30))
    pooled[:, 4] += rng.random(40)  # what the class is told by
    found = strategies(pooled, np.ones(30))
    assert np.abs(found.directions[0]).argmax() == 4
    assert found.shares[0] > 0.95
    steady = stability(pooled, found, 3)
    assert steady[0] > 0.99
    assert steady[1:].max() < 0.7  # noise does not come back
    np.testing.assert_array_equal(steady, stability(pooled, found, 3))


def test_too_few_images_or_none_that_differ_are_refused():
    with pytest.raises(ExplainError, match="three or more"):
        strategies(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ExplainError, match="same score"):
        strategies(np.ones((5, 3)), np.ones(3))
    assert np.isnan(stability(np.eye(5), strategies(np.eye(5) + np.arange(5)[:, None], np.ones(5)), 2)).all()


def test_stability_is_that_of_components_over_all_channels():
    activations, weights = material(6, images=20, channels=50)
    pooled = activations.mean(axis=(1, 2))
    found, splits, count, seed = strategies(pooled, weights), 5, 4, 3
    rng, cosines = np.random.default_rng(seed), []
    for _ in range(splits):
        order = rng.permutation(20)
        sides = []
        for half in (order[:10], order[10:]):
            values, vectors = np.linalg.eigh(np.cov((pooled[half] * weights).T))
            directions = vectors[:, np.argsort(-values)[:9]].T
            alike = np.abs(found.directions[:count] @ directions.T)
            best = max(permutations(range(9), count), key=lambda chosen: alike[range(count), chosen].sum())
            sides.append(directions[list(best)])
        cosines.append(np.abs((sides[0] * sides[1]).sum(axis=1)))
    np.testing.assert_allclose(stability(pooled, found, count, splits=splits, seed=seed), np.mean(cosines, axis=0))
