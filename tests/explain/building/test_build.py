import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from data import open_dataset
from explain.building.build import build
from explain.cli import main
from explain.explainers.fem import fem
from explain.models.evidence import NetworkEvidence, rounded
from explain.models.network import load_network
from explain.models.preprocessing import resize_image
from explain.models.specification import load_specifications
from explain.store import StoreError, check_store, open_store
from explain.store.evidence import explain_stored
from explain.store.whole_files import write_manifest
from tests.explain.conftest import linear_network

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(built):
    return open_store(built[1].store)


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def results(folder):
    """Read every file of a store but the journals, which tell how the work was cut."""
    return {name: content for name, content in files(folder).items() if "/done/" not in name}


def test_a_broken_file_is_listed_and_stops_nothing(built, store):
    assert built[1].computed == 12
    assert list(built[1].failed) == ["zz_broken"]
    images = store.table("images").set_index("image")
    assert "no image format" in images.loc["zz_broken", "status"]
    assert (images["status"] == "ok").sum() == 6


def test_two_batches_at_a_time_give_the_same_bytes(few_images, tmp_path):
    dataset, specs = open_dataset(few_images), load_specifications()
    alone = build(dataset, specs, tmp_path / "alone", batch_size=2)
    beside = build(dataset, specs, tmp_path / "beside", batch_size=2, cores=2)
    found, expected = results(beside.store), results(alone.store)
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []
    assert beside.computed == alone.computed == 12


def test_stored_maps_are_those_of_the_network(built, store, few_images):
    from data import decode_image

    spec = load_specifications()[0]
    network = load_network(spec)
    record = open_dataset(few_images).records[0]
    pixels = resize_image(decode_image(record.path), spec.input_size)[None]
    result = network.forward(pixels)
    index = spec.class_index(record.label)
    np.testing.assert_allclose(store.logits(spec.name, record.image), result.logits[0], atol=1e-4)
    kept = rounded(result.activations)
    expected = np.maximum(kept[0] @ network.head.kernel[:, index], 0) / kept[0, ..., 0].size
    np.testing.assert_allclose(store.saliency(spec.name, "gradcam", record.image), expected, atol=1e-4)
    np.testing.assert_allclose(store.saliency(spec.name, "fem", record.image), fem(kept)[0], rtol=2e-2)


@pytest.mark.parametrize("index", [0, 1])
def test_closed_form_equals_the_tape(index):
    spec = load_specifications()[index]
    network = load_network(spec)
    pixels = np.random.default_rng(0).integers(0, 256, (3, spec.input_size, spec.input_size, 3), np.uint8)
    classes = [0, 1, 2]
    closed = NetworkEvidence(network, pixels).gradients(classes)
    taped = network.gradients(network.preprocess(pixels), classes)[1]
    assert np.abs(closed - taped).max() <= 1e-4 * np.abs(closed).max()


def test_a_second_build_computes_nothing_and_imports_no_tensorflow(built, few_images):
    code = (
        "import sys; sys.argv = ['explain', 'build', '--dataset', sys.argv[1], '--cache', sys.argv[2], '--json']\n"
        "from explain.cli import app\n"
        "app(standalone_mode=False)\n"
        "assert not {'tensorflow', 'keras', 'fsspec', 'upath'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(few_images), str(built[0])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["computed"], report["reused"], report["failed"]) == (0, 12, 1)


def test_a_rebuilt_store_is_bit_identical(built, few_images, tmp_path):
    again = build(open_dataset(few_images), load_specifications(), tmp_path, batch_size=4)
    assert files(again.store) == files(built[1].store)


def test_a_killed_build_resumes_after_its_last_whole_batch(parts, tmp_path, monkeypatch, killed_at_the_second_batch):
    dataset, _, specs = parts
    whole = results(build(dataset, specs, tmp_path / "whole", batch_size=4).store)
    killed_at_the_second_batch(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        build(dataset, specs, tmp_path / "cut", batch_size=4)
    monkeypatch.undo()
    monkeypatch.setattr("explain.models.network.load_network", lambda spec: linear_network())
    resumed = build(dataset, specs, tmp_path / "cut", batch_size=4)
    assert (resumed.computed, resumed.reused) == (3, 4)
    left = results(resumed.store)
    assert left.keys() == whole.keys()
    assert [key for key in whole if whole[key] != left[key]] == []


def test_check_finds_a_changed_byte(built, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(built[1].store, copy)
    assert check_store(open_store(copy)) == ()
    victim = next(p for p in copy.rglob("fem-*/maps.zarr/maps/c/*/*/*") if p.is_file())
    victim.write_bytes(victim.read_bytes()[:-1] + b"\x01")
    faults = check_store(open_store(copy))
    assert len(faults) == 1
    assert "was changed" in faults[0]


@pytest.mark.parametrize("damage", ["flipped", "gone"])
def test_what_was_damaged_is_never_read_as_a_map(built, tmp_path, damage):
    copy = shutil.copytree(built[1].store, tmp_path / "copy")
    store = open_store(copy)
    for victim in (p for p in copy.rglob("*") if p.is_file() and "/c/" in p.as_posix()):
        content = victim.read_bytes()
        flipped = bytes(byte ^ (at % 64 == 20) for at, byte in enumerate(content))  # in every chunk of a shard
        victim.unlink() if damage == "gone" else victim.write_bytes(flipped)
    for model in store.models:
        for method in model.methods:
            with pytest.raises(StoreError, match="Run: python -m explain build"):
                store.saliency(model.name, method.name, "bear_000")
        for read in (store.activations, store.logits):
            with pytest.raises(StoreError, match="Run: python -m explain build"):
                read(model.name, "bear_000")


def test_live_maps_follow_class_and_k_without_the_network(store):
    name = store.models[0].name
    image = "elephant_002"
    activations = store.activations(name, image)[None]
    head = store.head(name)
    bear = explain_stored(store, image, name, "gradcam", target="American_black_bear")
    expected = np.maximum(activations[0] @ head.kernel[:, 1], 0) / activations[0, ..., 0].size
    np.testing.assert_allclose(bear.saliency, expected, atol=1e-6)
    assert bear.target == "American_black_bear"
    other = explain_stored(store, image, name, "fem", target="American_black_bear", parameters={"k": 1.0})
    np.testing.assert_array_equal(other.saliency, fem(activations, 1.0)[0])
    assert (other.target, other.parameters) == (None, {"k": 1.0})
    stored = explain_stored(store, image, name, "fem")
    np.testing.assert_array_equal(stored.saliency, store.saliency(name, "fem", image))
    np.testing.assert_array_equal(stored.saliency, fem(activations)[0])  # to the bit: live and stored are one


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "--dataset", "nowhere"], "does not exist"),
        (["build", "--models", "resnet999"], "resnet999"),
        (
            [
                "map",
                "elephant_002",
                "--model",
                "compact-resnet",
                "--method",
                "gradcam",
                "--class",
                "elefant",
                "--out",
                "x.npy",
            ],
            "has no class",
        ),
    ],
)
def test_bad_input_gets_a_sentence_and_no_traceback(built, few_images, arguments, words, monkeypatch, capsys):
    extra = ["--cache", str(built[0])] + (["--dataset", str(few_images)] if "--dataset" not in arguments else [])
    monkeypatch.setattr(sys, "argv", ["explain", *arguments, *extra])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert words in said
    assert "Traceback" not in said


def test_a_manifest_of_an_older_version_is_built_anew(parts):
    dataset, path, specs = parts
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["dataset"]["images"]
    write_manifest(path, manifest)
    with pytest.raises(StoreError, match="older version"):
        open_store(path)
    again = build(dataset, specs, path.parent, batch_size=4)
    assert (again.computed, again.reused) == (0, 7)
    assert open_store(path).dataset.images == 8


def test_a_build_killed_before_a_mask_was_written_writes_it_later(parts, few_images, tmp_path, monkeypatch):
    from explain.store import picture_packs

    dataset, specs, written = open_dataset(few_images), parts[2], picture_packs.write_atomically

    def killed(path, content):
        if path.parent.name == "masks":
            raise KeyboardInterrupt
        written(path, content)

    monkeypatch.setattr(picture_packs, "write_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        build(dataset, specs, tmp_path, batch_size=4)
    monkeypatch.setattr(picture_packs, "write_atomically", written)
    store = open_store(build(dataset, specs, tmp_path, batch_size=4).store)
    assert all(store.mask(record.image) is not None for record in dataset.records if record.mask)


class Counted(frozenset):
    """Counts how often it was united with something, itself and what came of it."""

    unions = 0

    def __or__(self, other):
        Counted.unions += 1
        return Counted(super().__or__(other))

    def __sub__(self, other):
        return Counted(super().__sub__(other))


def test_all_rows_are_not_gone_through_for_every_row(parts, tmp_path, monkeypatch):
    """Which would take a hundred thousand images four minutes, and a million of them seven hours."""
    dataset, _, specs = parts
    build(dataset, specs, tmp_path, batch_size=4)
    monkeypatch.setattr("explain.building.build.rows_with_pictures", lambda store: Counted(range(1)))
    Counted.unions = 0
    build(dataset, specs, tmp_path, batch_size=4, methods=())
    assert Counted.unions < len(dataset.records)
