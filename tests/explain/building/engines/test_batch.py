"""The step that all engines share, with a network whose answers can be worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from data import ImageError, ImageRecord
from explain.building.engines.batch import Batch, explain_batch, prepare_image, sizes_of_rows
from explain.models.head import Head


class Channels:
    """Gives the pixels' colours as activations and the mean of each colour as logits; notes what it was given."""

    head = Head(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))

    def __init__(self):
        self.shapes = []

    def forward(self, pixels):
        self.shapes.append(pixels.shape)
        activations = pixels.astype(np.float32)
        return SimpleNamespace(activations=activations, logits=activations.mean(axis=(1, 2)))


@pytest.fixture
def pixels():
    """Make a red and a blue image of 2 x 2, each with one bright corner."""
    images = np.zeros((2, 2, 2, 3), np.uint8)
    images[0, 0, 0, 0] = 80
    images[1, 1, 1, 2] = 40
    return images


def test_targets_choose_the_channel_and_none_stands_for_the_prediction(pixels):
    explained = explain_batch(Channels(), pixels, [None, 0], batch_size=2)
    np.testing.assert_allclose(explained.logits, [[20, 0, 0], [0, 0, 10]])
    np.testing.assert_allclose(explained.grad_cam[0], [[20, 0], [0, 0]])  # red, as predicted: 80 / (2 * 2)
    assert not explained.grad_cam[1].any()  # red in a blue image


def test_a_short_batch_is_filled_up_and_its_filling_does_not_come_back(pixels):
    network = Channels()
    explained = explain_batch(network, pixels, [0, 2], batch_size=5)
    assert network.shapes == [(5, 2, 2, 3)]
    assert {len(part) for part in (explained.logits, explained.grad_cam, explained.fem)} == {2}
    np.testing.assert_array_equal(explained.activations, pixels)


def test_without_the_closed_form_the_network_is_asked_for_the_map(pixels):
    class Opaque(Channels):
        head = None

        def grad_cam(self, images, classes):
            return np.array([[[c]] for c in classes], np.float32) * np.ones((len(images), 2, 2), np.float32)

    explained = explain_batch(Opaque(), pixels, [1, None], batch_size=3)
    assert explained.grad_cam[:, 0, 0].tolist() == [1, 2]


def record_of(path, mask=None):
    return ImageRecord(path.stem, "a", None, path, path.name, "", (), mask, None)


def test_an_image_is_prepared_in_every_size_that_is_wanted(tmp_path):
    path = tmp_path / "one.png"
    Image.new("RGB", (10, 6), (1, 2, 3)).save(path)
    prepared = prepare_image(record_of(path), {4, 8}, with_pictures=False)
    assert {size: image.shape for size, image in prepared.pixels.items()} == {4: (4, 4, 3), 8: (8, 8, 3)}
    assert (prepared.read.width, prepared.read.height, prepared.pictures) == (10, 6, None)


def test_a_broken_image_is_a_status_and_a_broken_mask_an_error(tmp_path):
    broken, whole = tmp_path / "broken.png", tmp_path / "whole.png"
    broken.write_bytes(b"no picture")
    Image.new("RGB", (4, 4)).save(whole)
    assert not prepare_image(record_of(broken), {4}, with_pictures=True).read.ok
    with pytest.raises(ImageError, match="mask"):
        prepare_image(record_of(whole, mask=broken), {4}, with_pictures=True)


def test_only_the_sizes_of_models_that_lack_a_row_are_wanted(tmp_path):
    record = record_of(tmp_path / "x.png")
    specs = [SimpleNamespace(name="small", input_size=4), SimpleNamespace(name="large", input_size=8)]
    batch = Batch(6, (record, record), {"small": frozenset({6, 7}), "large": frozenset({7})}, frozenset())
    assert sizes_of_rows(batch, specs) == {6: {4}, 7: {4, 8}}
