import numpy as np

from explain.compact.camera import recoloured, spoilt


def test_spoiling_keeps_shape_and_type_and_leaves_its_input_alone():
    rng = np.random.default_rng(1)
    grey = np.full((160, 160, 3), 128, np.uint8)
    for _ in range(20):
        image = spoilt(grey, rng)
        assert image.shape == grey.shape
        assert image.dtype == np.uint8
    assert (grey == 128).all()


def test_some_images_turn_grey_and_the_rest_keep_colour():
    rng = np.random.default_rng(2)
    colours = rng.integers(60, 180, (16, 16, 3), np.uint8)
    greys = [np.ptp(recoloured(colours, rng).astype(int), axis=2).max() <= 1 for _ in range(200)]
    assert 15 < sum(greys) < 50


def test_lighter_stays_lighter_under_any_light():
    rng = np.random.default_rng(3)
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    for _ in range(50):
        assert (np.diff(recoloured(ramp, rng).astype(int), axis=1) >= 0).all()
