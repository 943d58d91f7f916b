"""Building over what is there: methods and models added, results made anew, images that are read at last."""

import shutil

import numpy as np
import pytest

from data import ImageError, open_dataset
from explain.building.build import build
from explain.explainers.contract import Needs
from explain.explainers.fem import fem
from explain.explainers.registry import EXPLAINERS, explainer
from explain.models.head import Head
from explain.models.specification import load_specifications
from explain.store import check_store, open_store
from explain.store.evidence import explain_stored

pytestmark = pytest.mark.slow


@pytest.fixture
def two(built, few_images, tmp_path):
    """Give a cache with a copy of the built store, and the dataset."""
    shutil.copytree(built[0], tmp_path / "cache")
    return open_dataset(few_images), tmp_path / "cache"


def test_a_method_added_later_needs_no_network_and_makes_nothing_else_anew(parts, monkeypatch):
    dataset, path, specs = parts
    before = open_store(path)
    monkeypatch.setattr("explain.models.network.load_network", None)
    methods = [each for each in EXPLAINERS.values() if each.needs <= Needs.GRADIENTS]
    report = build(dataset, specs, path.parent, methods=methods, batch_size=4)
    store = open_store(report.store)
    assert report.computed == 0
    for old, new in zip(before.models, store.models, strict=True):
        assert {method.name for method in new.methods} == {method.name for method in methods}
        assert all(method in new.methods for method in old.methods)
        for method in methods:
            found = store.saliency(new.name, method.name, "cat_0")
            again = explain_stored(store, "cat_0", new.name, method.name).saliency
            np.testing.assert_array_equal(found, again)
    assert check_store(store) == ()


def test_maps_made_with_the_network_are_those_made_from_the_store_to_the_bit(two, tmp_path):
    dataset, cache = two
    specs = load_specifications("compact-resnet")
    methods = [each for each in EXPLAINERS.values() if each.needs <= Needs.GRADIENTS]
    added = open_store(build(dataset, specs, cache, methods=methods, batch_size=4).store)
    whole = open_store(build(dataset, specs, tmp_path / "whole", methods=methods, batch_size=4).store)
    for method in methods:
        theirs = whole.saliency("compact-resnet", method.name)
        np.testing.assert_array_equal(added.saliency("compact-resnet", method.name), theirs)
        assert theirs.any()


def test_models_and_methods_that_were_built_before_stay(two):
    dataset, cache = two
    report = build(dataset, load_specifications("compact-xception"), cache, methods=[explainer("fem")], batch_size=4)
    store = open_store(report.store)
    assert [model.name for model in store.models] == ["compact-xception", "compact-resnet"]
    assert all({method.name for method in model.methods} == {"gradcam", "fem"} for model in store.models)
    assert (store.shown_models, store.shown_methods) == (("compact-xception",), ("fem",))
    assert set(store.table("metrics")["model"]) == {"compact-xception", "compact-resnet"}


def test_a_build_anew_leaves_what_readers_have_open_and_ends_with_the_same_bytes(parts):
    dataset, path, specs = parts
    reader = open_store(path)
    maps = {m.name: reader.saliency(m.name, "fem") for m in reader.models}
    report = build(dataset, specs, path.parent, batch_size=4, force=True)
    assert report.computed == 7
    renewed = open_store(report.store)
    for model in reader.models:
        assert renewed.model(model.name).folder != model.folder
        fresh = open_store(report.store)
        np.testing.assert_array_equal(fresh.saliency(model.name, "fem"), maps[model.name])
        np.testing.assert_array_equal(reader.saliency(model.name, "fem"), maps[model.name])
        reader._arrays._groups.clear()  # even what is not open yet
        np.testing.assert_array_equal(reader.saliency(model.name, "gradcam"), fresh.saliency(model.name, "gradcam"))
    build(dataset, specs, path.parent, batch_size=4)  # nothing to do
    assert check_store(open_store(report.store)) == ()


def test_an_image_that_could_not_be_read_is_tried_again(parts, few_images, tmp_path, monkeypatch):
    from explain.building.engines import preparing

    dataset, specs = open_dataset(few_images), parts[2]
    decode = preparing.decode_image

    def away(content, **options):
        if content == (few_images / "American_black_bear" / "bear_003.jpg").read_bytes():
            raise ImageError("the share is away")
        return decode(content, **options)

    monkeypatch.setattr(preparing, "decode_image", away)
    first = build(dataset, specs, tmp_path, batch_size=4)
    assert first.failed["bear_003"] == "the share is away"
    monkeypatch.setattr(preparing, "decode_image", decode)
    second = build(dataset, specs, tmp_path, batch_size=4)
    assert "bear_003" not in second.failed
    assert second.computed == 1
    store = open_store(second.store)
    assert store.saliency("linear", "fem", "bear_003").any()
    assert set(store.table("metrics")["image"]) == {record.image for record in dataset.records} - {"zz_broken"}
    whole = open_store(build(dataset, specs, tmp_path / "whole", batch_size=4).store)
    np.testing.assert_array_equal(store.saliency("linear", "gradcam"), whole.saliency("linear", "gradcam"))


def test_activations_too_large_for_half_floats_are_kept_whole(parts, few_images, tmp_path, monkeypatch):
    from explain.models import network

    loaded = network.load_network
    dataset, specs = open_dataset(few_images), parts[2]

    class Scaled:
        """Gives the linear network's activations times a million."""

        differentiable = wants_full_batches = True

        def __init__(self, spec):
            self._network = loaded(spec)
            self.head = Head(self._network.head.kernel / np.float32(1e6), self._network.head.bias)
            self.spec, self.scores = spec, self._network.scores

        def forward(self, pixels):
            found = self._network.forward(pixels)
            return network.ForwardPass(found.activations * np.float32(1e6), found.logits)

    monkeypatch.setattr(network, "load_network", Scaled)
    store = open_store(build(dataset, specs, tmp_path, batch_size=4).store)
    (model,) = store.models
    assert model.precision == "float32"
    assert store.activations(model.name, "bear_000").max() > 65504
    np.testing.assert_array_equal(
        explain_stored(store, "bear_000", model.name, "fem").saliency,
        fem(store.activations(model.name, "bear_000")[None])[0],
    )
