"""Where cells lie: of networks whose true places are known, by construction and by lighting single pixels."""

import json

import numpy as np
import pytest

from explain.measures.alignment import Alignment
from explain.measures.mirror import MirrorFit
from explain.measures.resampling import resample
from explain.models.model_spec import ModelSpec
from explain.models.network import import_keras, load_network
from explain.models.placing import Placing, measure_placing

SIDE, CELLS = 64, 8


def network(tmp_path, padding):
    """Save a network of three blurring convolutions of stride 2, padded as said, with a head that nobody asks."""
    keras = import_keras()
    image = keras.Input((SIDE, SIDE, 3))
    x = image
    for number in range(3):
        if padding == "both sides":
            x = keras.layers.ZeroPadding2D(1, name=f"pad{number}")(x)
        channels = x.shape[-1]
        layer = keras.layers.Conv2D(
            1, 3, strides=2, padding="valid" if padding == "both sides" else "same", name=f"c{number}"
        )
        x = layer(x)
        layer.set_weights([np.full((3, 3, channels, 1), 1 / 9 / channels, np.float32), np.zeros(1, np.float32)])
    x = keras.layers.ReLU(name="features")(x)
    x = keras.layers.Dense(2, name="scores")(keras.layers.GlobalAveragePooling2D()(x))
    file = tmp_path / f"{padding[:4]}.keras"
    keras.Model(image, x).save(file)
    return load_network(ModelSpec(file.stem, "made", None, file, SIDE, "0..1", "features", "scores", ("a", "b")))


def seen_by(made, row, column):
    """Light one pixel after the other, and give the middle of those that a cell answers to, down and right."""
    lit = np.zeros((SIDE * SIDE, SIDE, SIDE, 3), np.uint8)
    lit.reshape(SIDE * SIDE, SIDE * SIDE, 3)[np.arange(SIDE * SIDE), np.arange(SIDE * SIDE)] = 255
    answers = np.concatenate([made.forward(part).activations[:, row, column, 0] for part in np.split(lit, 16)])
    share = answers.reshape(SIDE, SIDE) / answers.sum()
    return share.sum(axis=1) @ (np.arange(SIDE) + 0.5), share.sum(axis=0) @ (np.arange(SIDE) + 0.5)


def blobs(count=12):
    """Make pictures of one soft spot each."""
    rng, at = np.random.default_rng(2), np.arange(SIDE) + 0.5
    for _ in range(count):
        y, x = rng.uniform(20, 44, 2)
        spot = np.exp(-(((at[:, None] - y) ** 2 + (at - x) ** 2) / 60))
        yield np.repeat((spot * 255).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize(("padding", "offset"), [("both sides", -3.5), ("same", 3.5)])
def test_the_mirror_test_finds_what_single_pixels_say(tmp_path, padding, offset):
    made = network(tmp_path, padding)
    down, right = seen_by(made, 4, 4)
    middle = 4.5 * SIDE / CELLS
    assert (down - middle, right - middle) == pytest.approx((offset, offset), abs=1e-3)
    assert made.arithmetic_offset() == pytest.approx((offset, offset))
    found = measure_placing(made, blobs())
    assert found.right.offset == pytest.approx(offset, abs=0.7)
    assert found.down.offset == pytest.approx(offset, abs=0.7)
    assert found.alignment == (round(found.right.offset, 1), round(found.right.offset, 1))
    assert found.right.after > found.right.before


def test_a_spot_is_drawn_where_it_is(tmp_path):
    """The point of it all: a light at a known place, a map of it, and the map's peak at that place."""
    made = network(tmp_path, "both sides")
    found = measure_placing(made, blobs())
    picture = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    picture[0, 30:33, 38:41] = 255  # middle at 31.5, 39.5
    saliency = made.forward(picture).activations[0, :, :, 0]
    at = np.arange(SIDE) + 0.5

    def middle(alignment):
        drawn = resample(saliency, (SIDE, SIDE), alignment=alignment)
        drawn /= drawn.sum()
        return np.array([drawn.sum(axis=1) @ at, drawn.sum(axis=0) @ at])

    before = middle(Alignment()) - (31.5, 39.5)
    after = middle(Alignment.of_pixels(found.alignment, (SIDE, SIDE))) - (31.5, 39.5)
    assert np.all(np.abs(before) > 2)
    assert np.all(np.abs(after) < np.abs(before) / 2)


def fit(offset):
    return MirrorFit(offset, offset - 1, offset + 1, 0.8, 0.9, 10)


def test_down_is_right_where_the_network_treats_both_alike():
    assert Placing(fit(-9.04), fit(4), (-15.5, -15.5)).alignment == (-9.0, -9.0)
    assert Placing(fit(-9.04), fit(4), None).alignment == (-9.0, -9.0)
    assert Placing(fit(-9.04), fit(4), (0, -15.5)).alignment == (0.0, -9.0)
    assert Placing(fit(float("nan")), fit(4), None).alignment is None


def test_what_was_measured_is_json():
    given = Placing(fit(float("nan")), fit(4), (0.0, 1.0)).as_json()
    assert json.loads(json.dumps(given, allow_nan=False))["right"]["offset"] is None
