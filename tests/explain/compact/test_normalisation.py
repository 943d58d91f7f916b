import numpy as np
import pytest

pytestmark = pytest.mark.slow


def test_the_fused_kernel_normalises_and_averages_as_keras_does():
    import keras

    from explain.compact.normalisation import with_fused_normalisation

    rng = np.random.default_rng(0)
    plain = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.BatchNormalization()])
    plain.set_weights([rng.random(3), rng.random(3), rng.random(3), rng.random(3)])
    fused = with_fused_normalisation(plain)
    assert type(fused.layers[0]) is not type(plain.layers[0])
    x = rng.standard_normal((64, 4, 4, 3)).astype(np.float32)
    for _ in range(2):
        np.testing.assert_allclose(fused(x, training=True), plain(x, training=True), atol=1e-5)
    # The kernel's variance is the unbiased one: n / (n - 1) with n = 1,024 values per channel.
    np.testing.assert_allclose(fused(x, training=False), plain(x, training=False), atol=2e-3)
    for ours, theirs in zip(fused.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3)
