"""On a store: every image, network and class; slow on the whole demo set."""

import numpy as np
import pytest

from explain.errors import ExplainError
from explain.store import newest_stores, open_store


def readable(store):
    images = store.table("images")
    return images.loc[images["status"] == "ok", "image"]


def ledgers_miss(store):
    """Give the largest remainder of all ledgers of a store."""
    return max(
        abs(store.ledger(image, model.name, target).remainder)
        for model in store.models
        for target in model.classes
        for image in readable(store)
    )


@pytest.mark.slow
def test_a_ledger_sums_to_the_logit_on_every_image_class_and_network_of_the_demo_set(demo_store):
    (store,) = newest_stores(demo_store)
    assert len(readable(store)) == 102
    assert ledgers_miss(store) < 1e-3  # the rounding of activations to float16
    for model in store.models:
        for label in store.dataset.labels:
            rows = [store.row(image) for image in store.table("images").query("label == @label")["image"]]
            logits = store.logits(model.name)[rows][:, store.class_index(model.name, label)]
            found = store.strategies(model.name, label)
            assert found.shares.sum() == pytest.approx(1)
            paid = found.pays(store.pooled(model.name)[rows]).sum(axis=1)
            np.testing.assert_allclose(paid, logits - logits.mean(), atol=1e-3)


@pytest.fixture
def linear(parts):
    return open_store(parts[1])


def test_a_stored_ledger_is_of_the_class_that_maps_are_of_or_of_another(linear):
    for image in readable(linear):
        own = linear.model("linear").classes[linear.targets("linear")[linear.row(image)]]
        assert linear.ledger(image, "linear").logit == linear.ledger(image, "linear", own).logit
        for number, target in enumerate(linear.model("linear").classes):
            found = linear.ledger(image, "linear", target)
            assert found.logit == linear.logits("linear", image)[number]
            assert abs(found.remainder) < 1e-3
            np.testing.assert_allclose(found.channels, linear.payments("linear", target)[linear.row(image)], atol=1e-3)


def test_a_contrast_is_the_difference_of_two_ledgers_and_its_rival_the_strongest(linear):
    image = next(iter(readable(linear)))
    found = linear.contrast(image, "linear", "cat")
    assert (found.target, found.against) == (0, 1)
    one, other = (linear.ledger(image, "linear", name).positions for name in ("cat", "dog"))
    np.testing.assert_array_equal(found.ledger.positions, one - other)


def test_what_cannot_be_had_is_said_in_a_sentence(linear, monkeypatch):
    image = next(iter(readable(linear)))
    with pytest.raises(ExplainError, match="no class 'zebra'"):
        linear.ledger(image, "linear", "zebra")
    with pytest.raises(ExplainError, match="8 or more"):
        linear.clusters("linear", linear.models[0].methods[0].name, "cat")
    monkeypatch.setattr(type(linear), "head", lambda self, model: None)
    with pytest.raises(ExplainError, match="does not end in global average pooling"):
        linear.ledger(image, "linear")
