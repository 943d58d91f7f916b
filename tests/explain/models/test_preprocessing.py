"""What happens to pixels before a network: against Keras' own functions, and by hand."""

import json

import numpy as np
import pytest

from explain.models.preprocessing import (
    IMAGENET_MODES,
    Standardisation,
    prepared,
    preprocessing_as_json,
    preprocessing_from_json,
    read_preprocessing,
)

PIXELS = np.random.default_rng(3).integers(0, 256, (2, 5, 7, 3), dtype=np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("mode", IMAGENET_MODES)
def test_the_named_ones_are_those_of_keras_to_the_bit(mode):
    from keras.applications import imagenet_utils

    pixels = np.random.default_rng(3).integers(0, 256, (2, 40, 70, 3), dtype=np.uint8)
    theirs = imagenet_utils.preprocess_input(pixels.astype(np.float32), data_format="channels_last", mode=mode)
    np.testing.assert_array_equal(prepared(pixels, mode), theirs)


def test_statistics_of_ones_own_by_a_loop_over_channels():
    own = Standardisation((0.1, 0.2, 0.3), (0.5, 0.25, 2.0))
    expected = np.empty(PIXELS.shape)
    for channel in range(3):
        expected[..., channel] = (PIXELS[..., channel] / 255 - own.mean[channel]) / own.std[channel]
    np.testing.assert_allclose(prepared(PIXELS, own), expected, rtol=1e-5, atol=1e-6)
    assert prepared(PIXELS, own).dtype == np.float32
    of_pixels = Standardisation((100.0,), (50.0,), 1.0)
    np.testing.assert_allclose(prepared(PIXELS, of_pixels), (PIXELS - 100.0) / 50, rtol=1e-6)


def test_imagenets_statistics_written_out_are_the_named_ones_to_the_bit():
    own = read_preprocessing({"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]})
    np.testing.assert_array_equal(prepared(PIXELS, own), prepared(PIXELS, "torch"))


@pytest.mark.parametrize("value", ["tf", Standardisation((0.5, 0.4, 0.3), (0.1, 0.2, 0.3), 1.0)])
def test_what_is_written_to_a_manifest_is_read_from_it(value):
    assert preprocessing_from_json(json.loads(json.dumps(preprocessing_as_json(value)))) == value
