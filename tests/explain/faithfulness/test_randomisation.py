import numpy as np

from explain.explainers.registry import explainer
from explain.faithfulness.randomisation import randomised_head_agreement
from explain.faithfulness.tables import SANITY_METRICS
from explain.models.head import Head
from explain.store.evidence import ArrayEvidence

PEARSON = SANITY_METRICS.index("pearson")


def agreement_of(activations, head, targets, **options):
    logits = activations.mean(axis=(1, 2)) @ head.kernel + head.bias
    evidence = ArrayEvidence(activations, logits, head)
    return randomised_head_agreement(explainer("gradcam"), evidence, targets, **options)


def test_a_head_that_matters_gives_other_maps_when_shuffled_and_a_constant_one_the_same():
    rng = np.random.default_rng(3)
    activations = rng.gamma(1.0, size=(6, 7, 7, 64)).astype(np.float32)
    learnt = Head(rng.normal(size=(64, 5)).astype(np.float32), np.zeros(5, np.float32))
    constant = Head(np.ones((64, 5), np.float32), np.zeros(5, np.float32))
    targets = np.arange(6) % 5
    assert np.nanmean(agreement_of(activations, learnt, targets)[:, PEARSON]) < 0.5
    np.testing.assert_allclose(agreement_of(activations, constant, targets), 1)


def test_the_same_seed_gives_the_same_numbers():
    rng = np.random.default_rng(4)
    activations = rng.gamma(1.0, size=(3, 7, 7, 16)).astype(np.float32)
    head = Head(rng.normal(size=(16, 4)).astype(np.float32), np.zeros(4, np.float32))
    first, second = (agreement_of(activations, head, [0, 1, 2], seeds=(9, 10)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    each = [agreement_of(activations, head, [0, 1, 2], seeds=(seed,)) for seed in (9, 10)]
    np.testing.assert_allclose(first, np.nanmean(each, axis=0))
