"""Folders of one name are datasets of their own; and `check` covers the manifest, the origins and the networks."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.models.specification import load_specifications
from explain.store import check_store, named_stores, newest_stores, open_store
from explain.store.origins import ORIGINS, read_origins


def built(folder, photos):
    return build(
        open_dataset(photos), load_specifications(folder / "models.toml"), folder / "cache", batch_size=4
    ).store


def another(folder, name="other/photos"):
    shutil.copytree(folder / "photos", folder / name)
    pixels = np.random.default_rng(2).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(pixels).save(folder / name / "cat" / "new.png")
    return folder / name


def test_two_folders_of_one_name_are_both_there(folder, network):
    stores = {built(folder, folder / "photos"), built(folder, another(folder))}
    assert {store.path for store in newest_stores(folder / "cache")} == stores
    named = named_stores(folder / "cache")
    assert len(named) == 2
    assert all(name == f"photos-{store.dataset.digest[:8]}" for name, store in named.items())


def test_a_folder_that_changed_is_still_one_dataset(folder, network):
    built(folder, folder / "photos")
    (folder / "photos" / "cat" / "cat_0.png").unlink()
    newer = built(folder, folder / "photos")
    assert [store.path for store in newest_stores(folder / "cache")] == [newer]
    assert list(named_stores(folder / "cache")) == ["photos"]


@pytest.fixture
def store(folder, network):
    return open_store(built(folder, folder / "photos"))


def test_a_store_as_it_was_written_has_no_fault(store, folder):
    assert check_store(store) == ()
    origins = read_origins(store.path)
    assert origins.dataset == str((folder / "photos").resolve())
    assert origins.networks == {"linear": str((folder / "linear.keras").resolve())}


@pytest.mark.parametrize(
    "content", ['{"networks": {}, "dataset": "elsewhere", "digest": "00"}', "{", "[]", '{"digest": 1}']
)
def test_changed_origins_are_found_and_mended(store, folder, network, content):
    (store.path / ORIGINS).write_text(content)
    (fault,) = check_store(store)
    assert ORIGINS in fault
    built(folder, folder / "photos")
    assert check_store(open_store(store.path)) == ()


def test_origins_of_an_older_version_are_read(store, folder):
    (store.path / ORIGINS).write_text(json.dumps({"linear": "somewhere.keras"}))
    assert (read_origins(store.path).networks, check_store(store)) == ({"linear": "somewhere.keras"}, ())


def test_a_network_that_changed_after_the_build_is_named_and_one_that_is_gone_is_not(store, folder):
    (folder / "linear.keras").write_bytes(b"other weights")
    (fault,) = check_store(store)
    assert fault.startswith("Linear: ")
    assert fault.endswith("linear.keras was changed after the build.")
    (folder / "linear.keras").unlink()
    assert check_store(store) == ()
