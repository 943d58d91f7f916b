"""A build over a damaged store finds what is damaged, says so, and ends with what an undamaged one holds."""

import shutil

import numpy as np
import pytest

from explain.building.build import build
from explain.errors import StoreError
from explain.store import check_store, open_store
from explain.store.checking import check_maps, find_damage
from tests.explain.conftest import linear_network

DAMAGES = {
    "flipped": lambda file: file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:]),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-3]),
    "emptied": lambda file: file.write_bytes(b""),
    "gone": lambda file: file.unlink(),
}
VICTIMS = {  # and how each is shortened: of files of one kind, one is cut and one is emptied
    "models/*/arrays.zarr/activations/c/0/*/*/*": "cut",
    "models/*/arrays.zarr/logits/c/*/*": "emptied",
    "models/*/arrays.zarr/pooled/zarr.json": "cut",
    "models/*/arrays.zarr/head_kernel/c/*/*": "emptied",
    "models/*/checksums.sha256": "cut",
    "maps/*/fem-*/maps.zarr/maps/c/*/*/*": "cut",
    "maps/*/gradcam-*/maps.zarr/zarr.json": "emptied",
    "maps/*/gradcam-*/checksums.sha256": "emptied",
    "tables/metrics-*.parquet": "cut",
    "tables/images-*.parquet": "emptied",
    "photographs/*.zip": "cut",
    "thumbnails/*.zip": "emptied",
}


def contents(path):
    """Read everything that a visitor can see of a store."""
    store = open_store(path)
    found = {name: store.table(name).to_csv() for name in ("images", "predictions", "metrics", "agreement")}
    readable = [image for image, status in zip(*store.table("images")[["image", "status"]].values.T, strict=True)
                if status == "ok"]  # fmt: skip
    for model in store.models:
        found[model.name] = [store.logits(model.name).tobytes(), store.pooled(model.name).tobytes()]
        found[model.name] += [store.activations(model.name, image).tobytes() for image in readable]
        found[model.name] += [store.saliency(model.name, method.name).tobytes() for method in model.methods]
    found["pictures"] = [store.photograph(image) + store.thumbnail(image) for image in readable]
    return found


@pytest.fixture(scope="module")
def before(original):
    """Give the contents of the store that every test damages its own copy of."""
    (manifest,) = original.glob("cache/*/manifest.json")
    return contents(manifest.parent)


@pytest.mark.parametrize(
    ("victim", "damage"),
    [(victim, damage) for victim, shortened in VICTIMS.items() for damage in ("flipped", shortened, "gone")],
)
def test_what_is_damaged_is_found_said_and_made_anew(parts, folder, before, victim, damage):
    dataset, path, specs = parts
    (file, *_) = sorted(path.glob(victim))
    DAMAGES[damage](file)
    report = build(dataset, specs, folder / "cache", batch_size=4)
    assert report.healed
    assert contents(path) == before
    assert check_store(open_store(path)) == ()
    assert check_maps(open_store(path)) == ()
    assert build(dataset, specs, folder / "cache", batch_size=4).healed == ()


@pytest.mark.parametrize("name", ["metrics", "embedding", "predictions"])
def test_a_bit_lost_anywhere_in_a_table_is_a_sentence_and_never_other_numbers(parts, name):
    _, path, _ = parts
    store = open_store(path)
    file = path / store.provenance["tables"][name]
    content = file.read_bytes()
    for at in np.random.default_rng(0).integers(0, len(content), 40):
        file.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        with pytest.raises(StoreError, match="cannot be read: it was changed after it was written"):
            store.table(name)


def test_damaged_results_of_models_that_are_not_at_hand_are_left_out_and_said(parts, folder, monkeypatch):
    dataset, path, specs = parts
    text = (folder / "models.toml").read_text()
    (folder / "other.toml").write_text(text.replace("[linear]", "[other]").replace("dog", "wolf"))
    from explain.models.specification import load_specifications

    build(dataset, load_specifications(folder / "other.toml"), folder / "cache", batch_size=4)
    assert [model.name for model in open_store(path).models] == ["other", "linear"]
    (file, *_) = sorted(path.glob("models/other-*/arrays.zarr/logits/c/*/*"))
    file.unlink()
    report = build(dataset, specs, folder / "cache", batch_size=4)
    assert "other" in report.healed[0]
    assert [model.name for model in open_store(path).models] == ["linear"]
    assert check_store(open_store(path)) == ()


def test_a_quick_look_at_a_large_store_sees_what_is_missing_or_empty_and_no_more(parts, monkeypatch):
    _, path, _ = parts
    monkeypatch.setattr("explain.store.checking.QUICK_FROM", 0)
    names = ("activations/c/0/0/0/0", "logits/c/0/0", "pooled/c/0/0")
    files = [next(path.glob(f"models/*/arrays.zarr/{name}")) for name in names]
    DAMAGES["flipped"](files[0])
    assert find_damage(open_store(path), quick=True).sentences == ()
    assert len(find_damage(open_store(path)).sentences) == 1
    DAMAGES["emptied"](files[1])
    files[2].unlink()
    assert len(find_damage(open_store(path), quick=True).sentences) == 2


def test_a_row_that_a_power_cut_tore_is_computed_again(parts, folder, before, killed_at_the_second_batch, monkeypatch):
    dataset, path, specs = parts
    shutil.rmtree(path)
    killed_at_the_second_batch(monkeypatch)
    monkeypatch.setattr("explain.store.writing._BLOCK", 4)  # the first batch fills a shard
    with pytest.raises(KeyboardInterrupt):
        build(dataset, specs, folder / "cache", batch_size=4)
    monkeypatch.undo()
    monkeypatch.setattr("explain.store.writing._BLOCK", 4)
    monkeypatch.setattr("explain.models.network.load_network", lambda spec: linear_network())
    torn = min(path.glob("models/*/arrays.zarr/activations/c/*/*/*/*"))
    torn.write_bytes(b"")
    build(dataset, specs, folder / "cache", batch_size=4)
    assert contents(path) == before


def test_a_map_that_is_not_what_it_was_made_of_is_found(parts):
    import zarr

    _, path, _ = parts
    (group,) = path.glob("maps/*/fem-*/maps.zarr")
    maps = zarr.open_group(group, mode="a")["maps"]
    maps[0] = np.asarray(maps[0]) + 1
    (fault,) = check_maps(open_store(path))
    assert "not what it was made of" in fault
