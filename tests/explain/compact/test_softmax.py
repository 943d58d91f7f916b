import numpy as np

from explain.compact.softmax import fitted_head


def test_a_head_separates_three_clouds_and_shrinks_under_a_penalty():
    rng = np.random.default_rng(0)
    centres = np.array([[4, 0], [0, 4], [-4, -4]])
    targets = np.repeat([0, 1, 2], [10, 40, 150])
    features = np.column_stack([centres[targets] + rng.normal(size=(200, 2)), np.ones(200)])
    loose, tight = (fitted_head(features, targets, penalty) for penalty in (1e-3, 10))
    assert ((features @ loose).argmax(1) == targets).mean() > 0.97
    assert np.abs(tight[:-1]).max() < np.abs(loose[:-1]).max() / 10


def test_rare_classes_weigh_as_much_as_common_ones():
    # One feature that says nothing: with equal weights the fitted probabilities are equal, whatever the counts.
    targets = np.repeat([0, 1, 2], [1, 10, 100])
    features = np.column_stack([np.zeros(111), np.ones(111)])
    bias = fitted_head(features, targets, 0.1)[-1]
    np.testing.assert_allclose(bias, bias.mean(), atol=1e-3)
