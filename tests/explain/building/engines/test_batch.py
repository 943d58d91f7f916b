"""The step that all engines share, with a network whose answers can be worked out by hand."""

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from data import ImageRecord
from explain.building.engines.batch import explain_batch
from explain.building.engines.preparing import Batch, prepare_image, sizes_of_rows
from explain.errors import ExplainError
from explain.explainers.registry import DEFAULT_METHODS
from explain.models.evidence import NetworkEvidence
from explain.models.head import Head


class Channels:
    """Gives the pixels' colours as activations and the mean of each colour as logits; notes what it was given."""

    head = Head(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))
    differentiable = wants_full_batches = True

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
    explained = explain_batch(NetworkEvidence(Channels(), pixels), [None, 0], ("gradcam",))
    np.testing.assert_allclose(explained.logits, [[20, 0, 0], [0, 0, 10]])
    np.testing.assert_allclose(explained.maps["gradcam"][0], [[20, 0], [0, 0]])  # red, as predicted: 80 / (2 * 2)
    assert not explained.maps["gradcam"][1].any()  # red in a blue image


def test_a_short_batch_is_filled_up_and_its_filling_does_not_come_back(pixels):
    network = Channels()
    explained = explain_batch(NetworkEvidence(network, pixels, batch_size=5), [0, 2], DEFAULT_METHODS)
    assert network.shapes == [(5, 2, 2, 3)]
    assert {len(part) for part in (explained.logits, *explained.maps.values())} == {2}
    np.testing.assert_array_equal(explained.activations, pixels)


def test_without_the_closed_form_the_network_is_asked_for_the_map(pixels):
    class Opaque(Channels):
        head = None

        def preprocess(self, images):
            return images.astype(np.float32)

        def gradients(self, images, classes, layer):
            return images, np.eye(3, dtype=np.float32)[classes][:, None, None, :] * np.ones_like(images)

    explained = explain_batch(NetworkEvidence(Opaque(), pixels, batch_size=3), [0, None], ("gradcam",))
    assert explained.maps["gradcam"][:, 0, 0].tolist() == [80, 0]
    assert explained.maps["gradcam"][1, 1, 1] == 40  # blue, as predicted


def record_of(path, mask=None):
    return ImageRecord(path.stem, "a", None, path, path.name, "", (), mask, None)


def test_an_image_that_is_no_longer_what_the_dataset_was_opened_with_is_left_out(tmp_path):
    path = tmp_path / "one.png"
    Image.new("RGB", (10, 6), (1, 2, 3)).save(path)
    record = replace(record_of(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    assert prepare_image(record, {4}, with_pictures=False).read.ok
    Image.new("RGB", (10, 6), (9, 9, 9)).save(path)
    assert "changed" in prepare_image(record, {4}, with_pictures=False).read.status


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_finite_numbers_are_a_sentence(pixels, bad):
    class Broken(Channels):
        spec = SimpleNamespace(title="Broken")

        def forward(self, images):
            found = super().forward(images)
            found.activations[0, 0, 0, 0] = bad
            return found

    with pytest.raises(ExplainError, match="Broken gives values that are no finite numbers"):
        explain_batch(NetworkEvidence(Broken(), pixels), [None, 0], DEFAULT_METHODS)


def test_activations_are_rounded_as_a_store_keeps_them(pixels):
    class Thirds(Channels):
        def forward(self, images):
            found = super().forward(images)
            found.activations = found.activations / 3
            return found

    explained = explain_batch(NetworkEvidence(Thirds(), pixels), [None, 0], ("gradcam",))
    np.testing.assert_array_equal(explained.activations, (pixels / np.float32(3)).astype(np.float16))


def test_activations_beyond_the_range_of_half_floats_ask_for_the_wider_precision(pixels):
    class Large(Channels):
        def forward(self, images):
            found = super().forward(images)
            found.activations = found.activations * np.float32(1000)
            return found

    with pytest.raises(OverflowError):
        explain_batch(NetworkEvidence(Large(), pixels), [None, 0], ("gradcam",))
    explained = explain_batch(NetworkEvidence(Large(), pixels, precision="float32"), [None, 0], ("gradcam",))
    assert explained.activations.max() == 80_000


def test_an_image_is_prepared_in_every_size_that_is_wanted(tmp_path):
    path = tmp_path / "one.png"
    Image.new("RGB", (10, 6), (1, 2, 3)).save(path)
    prepared = prepare_image(record_of(path), {4, 8}, with_pictures=False)
    assert {size: image.shape for size, image in prepared.pixels.items()} == {4: (4, 4, 3), 8: (8, 8, 3)}
    assert (prepared.read.width, prepared.read.height, prepared.pictures) == (10, 6, None)


def test_a_broken_image_is_a_status_and_a_broken_mask_costs_the_mask_alone(tmp_path):
    broken, whole = tmp_path / "broken.png", tmp_path / "whole.png"
    broken.write_bytes(b"no picture")
    Image.new("RGB", (4, 4)).save(whole)
    assert not prepare_image(record_of(broken), {4}, with_pictures=True).read.ok
    prepared = prepare_image(record_of(whole, mask=broken), {4}, with_pictures=True)
    assert prepared.read.ok
    assert prepared.pictures.photograph
    assert prepared.pictures.mask is None


def test_only_the_sizes_of_models_that_lack_a_row_are_wanted(tmp_path):
    record = record_of(tmp_path / "x.png")
    specs = [SimpleNamespace(name="small", input_size=4), SimpleNamespace(name="large", input_size=8)]
    batch = Batch({6: record, 7: record}, {"small": frozenset({6, 7}), "large": frozenset({7})}, frozenset())
    assert sizes_of_rows(batch, specs) == {6: {4}, 7: {4, 8}}
