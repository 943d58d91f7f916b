"""A build over a damaged store finds what is damaged, says so, and ends with what an undamaged one holds."""

import shutil

import numpy as np
import pytest

from explain.building.build import build
from explain.store import check_store, open_store
from explain.store.checking import check_maps, find_damage
from tests.explain.conftest import linear_network

DAMAGES = {
    "flipped": lambda file: file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:]),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-3]),
    "emptied": lambda file: file.write_bytes(b""),
    "gone": lambda file: file.unlink(),
}
VICTIMS = (
    "models/*/arrays.zarr/activations/c/1/*/*/*",
    "models/*/arrays.zarr/logits/c/*/*",
    "models/*/arrays.zarr/pooled/zarr.json",
    "models/*/arrays.zarr/head_kernel/c/*/*",
    "models/*/checksums.sha256",
    "maps/*/fem-*/maps.zarr/maps/c/*/*/*",
    "maps/*/gradcam-*/maps.zarr/zarr.json",
    "maps/*/gradcam-*/checksums.sha256",
    "tables/metrics-*.parquet",
    "tables/images-*.parquet",
    "photographs/000002.jpg",
    "thumbnails/000003.jpg",
)


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


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("victim", VICTIMS)
def test_what_is_damaged_is_found_said_and_made_anew(parts, folder, victim, damage):
    dataset, path, specs = parts
    before = contents(path)
    (file, *_) = sorted(path.glob(victim))
    DAMAGES[damage](file)
    report = build(dataset, specs, folder / "cache", batch_size=4)
    assert report.healed
    assert contents(path) == before
    assert check_store(open_store(path)) == ()
    assert check_maps(open_store(path)) == ()
    assert build(dataset, specs, folder / "cache", batch_size=4).healed == ()


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
    files = sorted(path.glob("models/*/arrays.zarr/activations/c/*/*/*/*"))
    DAMAGES["flipped"](files[0])
    assert find_damage(open_store(path), quick=True).sentences == ()
    assert len(find_damage(open_store(path)).sentences) == 1
    DAMAGES["emptied"](files[1])
    files[2].unlink()
    assert len(find_damage(open_store(path), quick=True).sentences) == 2


def test_a_row_that_a_power_cut_tore_is_computed_again(parts, folder, killed_at_the_second_batch, monkeypatch):
    dataset, path, specs = parts
    before = contents(path)
    shutil.rmtree(path)
    killed_at_the_second_batch(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        build(dataset, specs, folder / "cache", batch_size=4)
    monkeypatch.undo()
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
