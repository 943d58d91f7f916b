import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from data import open_dataset
from explain.building.build import build
from explain.explainers.fem import fem
from explain.explainers.gradcam import grad_cam
from explain.models.network import load_network
from explain.models.preprocessing import resize_image
from explain.models.specification import load_specifications
from explain.store import StoreError, check_store, open_store
from explain.store.evidence import live_saliency

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


def test_stored_maps_are_those_of_the_network(built, store, few_images):
    from data import decode_image

    spec = load_specifications()[0]
    network = load_network(spec)
    record = open_dataset(few_images).records[0]
    pixels = resize_image(decode_image(record.path), spec.input_size)[None]
    result = network.forward(pixels)
    index = spec.class_index(record.label)
    np.testing.assert_allclose(store.logits(spec.name, record.image), result.logits[0], atol=1e-4)
    expected = grad_cam(result.activations, network.head.kernel[:, index])[0]
    np.testing.assert_allclose(store.saliency(spec.name, "gradcam", record.image), expected, atol=1e-5)
    np.testing.assert_allclose(store.saliency(spec.name, "fem", record.image), fem(result.activations)[0], rtol=1e-3)


@pytest.mark.parametrize("index", [0, 1])
def test_closed_form_equals_the_tape(index):
    spec = load_specifications()[index]
    network = load_network(spec)
    pixels = np.random.default_rng(0).integers(0, 256, (3, spec.input_size, spec.input_size, 3), np.uint8)
    classes = [0, 1, 2]
    closed = grad_cam(network.forward(pixels).activations, network.head.kernel.T[classes])
    taped = network.grad_cam(pixels, classes)
    assert np.abs(closed - taped).max() <= 1e-4 * closed.max()


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


def test_a_killed_build_resumes_after_its_last_whole_batch(built, few_images, tmp_path):
    first = build(open_dataset(few_images), load_specifications()[:1], tmp_path, batch_size=4)
    (folder,) = (first.store / "models").iterdir()
    whole = results(first.store)
    (first.store / "manifest.json").unlink()
    (folder / "checksums.sha256").unlink()
    shutil.rmtree(folder / "done")
    (folder / "done").mkdir()
    (folder / "done" / "000000-000002").touch()  # as if killed while the second batch was written
    resumed = build(open_dataset(few_images), load_specifications()[:1], tmp_path, batch_size=4)
    assert (resumed.computed, resumed.reused) == (3, 3)
    left = results(resumed.store)
    assert left.keys() == whole.keys()
    assert [key for key in whole if whole[key] != left[key]] == []


def test_check_finds_a_changed_byte(built, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(built[1].store, copy)
    assert check_store(open_store(copy)) == ()
    chunk = next(p for p in copy.rglob("fem/c/*") if p.is_dir())
    victim = next(p for p in chunk.rglob("*") if p.is_file())
    victim.write_bytes(victim.read_bytes()[:-1] + b"\x00\x01")
    faults = check_store(open_store(copy))
    assert len(faults) == 1
    assert "was changed" in faults[0]


def test_live_maps_follow_class_and_k_without_the_network(store):
    name = store.models[0].name
    image = "elephant_002"
    activations = store.activations(name, image)[None]
    head = store.head(name)
    bear = live_saliency(store, image, name, "gradcam", target="American_black_bear")
    np.testing.assert_array_equal(bear, grad_cam(activations, head.kernel[:, 1])[0])
    np.testing.assert_array_equal(live_saliency(store, image, name, "fem", k=1.0), fem(activations, 1.0)[0])
    assert np.array_equal(live_saliency(store, image, name, "fem"), store.saliency(name, "fem", image))


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
def test_bad_input_gets_a_sentence_and_no_traceback(built, few_images, arguments, words, tmp_path):
    extra = ["--cache", str(built[0])] + (["--dataset", str(few_images)] if "--dataset" not in arguments else [])
    done = subprocess.run(
        [sys.executable, "-m", "explain", *arguments, *extra], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_manifest_of_an_older_version_is_built_anew(few_images, tmp_path):
    dataset, specs = open_dataset(few_images), load_specifications()[:1]
    report = build(dataset, specs, tmp_path, batch_size=4)
    manifest = json.loads((report.store / "manifest.json").read_text())
    del manifest["dataset"]["images"]
    (report.store / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match="older version"):
        open_store(report.store)
    again = build(dataset, specs, tmp_path, batch_size=4)
    assert (again.computed, again.reused) == (0, 6)
    assert open_store(report.store).dataset.images == 7


def test_a_build_killed_before_a_mask_was_written_writes_it_later(few_images, tmp_path, monkeypatch):
    from explain.store import pictures

    dataset, specs, written = open_dataset(few_images), load_specifications()[:1], pictures.write_atomically

    def killed(path, content):
        if path.parent.name == "masks":
            raise KeyboardInterrupt
        written(path, content)

    monkeypatch.setattr(pictures, "write_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        build(dataset, specs, tmp_path, batch_size=4)
    monkeypatch.undo()
    store = open_store(build(dataset, specs, tmp_path, batch_size=4).store)
    assert all(store.mask(record.image) is not None for record in dataset.records if record.mask)
