"""Files that change between opening a dataset and decoding them: listed, never taken for what they were, and healed."""

import numpy as np
import pytest
from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.errors import StoreError
from explain.store import check_store, open_store

VICTIM = "cat_3"


@pytest.fixture
def photos(folder):
    """Give the folder of photographs, each with a mask of its upper left quarter."""
    mask = Image.new("L", (16, 16), 0)
    mask.paste(1, (0, 0, 8, 8))
    for file in sorted((folder / "photos").rglob("*_[0-9].png")):
        mask.save(file.with_name(f"{file.stem}.mask.png"))
    (folder / "photos" / "parts.json").write_text('{"1": "head"}')
    return folder / "photos"


def contents(store):
    """Give what a store says of the victim."""
    tables = {}
    for name in ("predictions", "metrics"):
        table = store.table(name)
        tables[name] = table[table["image"] == VICTIM].reset_index(drop=True).to_csv()
    maps = [store.saliency("linear", method.name, VICTIM).tolist() for method in store.models[0].methods]
    mask = store.mask(VICTIM)
    return tables, maps, None if mask is None else mask.tolist()


def test_an_image_that_changes_before_it_is_decoded_is_listed_and_heals_when_it_is_restored(parts, photos, folder):
    specs, file = parts[2], photos / "cat" / f"{VICTIM}.png"
    whole = open_store(build(open_dataset(photos), specs, folder / "whole", batch_size=4).store)
    dataset, content = open_dataset(photos), file.read_bytes()
    Image.fromarray(255 - np.asarray(Image.open(file))).save(file)
    changed = build(dataset, specs, folder / "cache", batch_size=4)
    assert "changed while the dataset was read" in changed.failed[VICTIM]
    store = open_store(changed.store)
    assert VICTIM not in set(store.table("metrics")["image"]) | set(store.table("predictions")["image"])
    assert not store.saliency("linear", "fem", VICTIM).any()
    file.write_bytes(content)
    assert VICTIM not in build(dataset, specs, folder / "cache", batch_size=4).failed
    store = open_store(changed.store)
    assert contents(store) == contents(whole)
    assert check_store(store) == ()


def test_a_mask_that_changes_before_it_is_read_is_left_out_and_heals_when_it_is_restored(parts, photos, folder):
    specs, file = parts[2], photos / "cat" / f"{VICTIM}.mask.png"
    whole = open_store(build(open_dataset(photos), specs, folder / "whole", batch_size=4).store)
    dataset, content = open_dataset(photos), file.read_bytes()
    Image.new("L", (16, 16), 1).save(file)
    changed = build(dataset, specs, folder / "cache", batch_size=4)
    assert "changed while the dataset was read" in changed.unread_masks[VICTIM]
    store = open_store(changed.store)
    assert store.mask(VICTIM) is None
    assert contents(store) != contents(whole)
    assert list(build(dataset, specs, folder / "cache", batch_size=4).unread_masks) == [VICTIM]
    file.write_bytes(content)
    healed = build(dataset, specs, folder / "cache", batch_size=4)
    assert (healed.unread_masks, healed.computed) == ({}, 0)
    store = open_store(changed.store)
    assert contents(store) == contents(whole)
    assert not store.dataset.warnings
    assert check_store(store) == ()


def test_a_lost_archive_of_masks_is_a_sentence_and_not_images_without_masks(parts, photos, folder):
    store = open_store(build(open_dataset(photos), parts[2], folder / "cache", batch_size=4).store)
    whole = store.mask(VICTIM)
    assert whole.any()
    assert store.mask("zz_broken") is None
    (archive,) = (store.path / "masks").iterdir()
    archive.unlink()
    with pytest.raises(StoreError, match=r"the archive with image \d is missing"):
        open_store(store.path).mask(VICTIM)
    build(open_dataset(photos), parts[2], folder / "cache", batch_size=4)
    np.testing.assert_array_equal(open_store(store.path).mask(VICTIM), whole)
