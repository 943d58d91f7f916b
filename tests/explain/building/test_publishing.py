"""What makes a build visible: the tables of complete results, and the manifest that names them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import explain.building.publishing as publishing
from data import Box, Dataset, ImageRecord
from explain.building.tables import ReadImage
from explain.errors import StoreError
from explain.explainers.fem import fem
from explain.explainers.gradcam import grad_cam
from explain.models.head import Head
from explain.models.specification import ModelSpec
from explain.store.layout import MANIFEST, TABLE_COLUMNS
from explain.store.opening import open_store
from explain.store.writing import ModelWriter, model_folder

LABELS = ("African_elephant", "American_black_bear")
NAMES = ("net_a", "net_b")
READ = [ReadImage("ok", 100, 80)] * 5 + [ReadImage("no image format")]
HEAD = Head(np.eye(3, 2, dtype=np.float32), np.zeros(2, np.float32))


@pytest.fixture
def dataset():
    records = tuple(
        ImageRecord(f"image_{row}", LABELS[row % 2], None, Path("unread"), f"{row}.jpg", "0" * 64, (Box(0, 0, 50, 80),))
        for row in range(len(READ))
    )
    return Dataset("few", "Few *images*", "A notice.", Path(), LABELS, records, {}, "d" * 64)


@pytest.fixture
def results(tmp_path):
    """Write the arrays of two models, of random activations; the sixth image could not be read."""
    found = []
    for seed, name in enumerate(NAMES):
        spec = ModelSpec(name, name.title(), None, None, 96, "tf", "features", "predictions", LABELS)
        writer = ModelWriter(tmp_path / model_folder(name, name * 8), len(READ))
        activations = np.random.default_rng(seed).random((5, 6, 6, 3), np.float32)
        logits = activations.mean((1, 2)) @ HEAD.kernel
        maps = grad_cam(activations, np.tile(HEAD.kernel[:, 0], (5, 1))), fem(activations)
        writer.write(list(range(5)), activations, logits, *maps)
        writer.finish(HEAD)
        found.append((spec, name * 8, model_folder(name, name * 8), {"weights": "w", "classes": list(LABELS)}))
    return found


def test_a_published_store_has_every_table_with_the_columns_of_the_contract(tmp_path, dataset, results):
    publishing.publish(tmp_path, dataset, results, READ, "code")
    store = open_store(tmp_path)
    for name in ("images", "predictions", "metrics", "agreement", "findings", "embedding"):
        assert tuple(store.table(name).columns) == TABLE_COLUMNS[name], name
    assert store.table("images")["status"].tolist() == [read.status for read in READ]
    for name in ("predictions", "metrics", "agreement", "embedding"):
        assert set(store.table(name)["image"]) == {f"image_{row}" for row in range(5)}, name
    assert store.dataset.title == dataset.title
    assert [model.title for model in store.models] == ["Net_A", "Net_B"]
    assert all(model.closed_form and model.classes == LABELS for model in store.models)
    assert_array_equal(store.head("net_a").kernel, HEAD.kernel)


def test_publishing_again_writes_the_same_bytes(tmp_path, dataset, results):
    publishing.publish(tmp_path, dataset, results, READ, "code")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    publishing.publish(tmp_path, dataset, results, READ, "code")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_nothing_is_visible_before_all_of_it_is_there(tmp_path, dataset, results, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(publishing, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        publishing.publish(tmp_path, dataset, results, READ, "code")
    assert not (tmp_path / MANIFEST).exists()
    with pytest.raises(StoreError, match="no complete store"):
        open_store(tmp_path)


def test_a_failed_rebuild_leaves_what_was_visible(tmp_path, dataset, results, monkeypatch):
    publishing.publish(tmp_path, dataset, results[:1], READ, "code")
    before = (tmp_path / MANIFEST).read_bytes()
    written = []

    def full(path, name, frame):
        written.append(name)
        if len(written) == 3:
            raise OSError("No space left on device")
        return f"tables/{name}-new.parquet"

    monkeypatch.setattr(publishing, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        publishing.publish(tmp_path, dataset, results, READ, "code")
    assert (tmp_path / MANIFEST).read_bytes() == before
    assert [model.name for model in open_store(tmp_path).models] == ["net_a"]


def test_one_model_alone_is_a_store_too(tmp_path, dataset, results):
    publishing.publish(tmp_path, dataset, results[1:], READ, "code")
    store = open_store(tmp_path)
    assert [model.name for model in store.models] == ["net_b"]
    assert set(store.table("agreement")["model_a"]) == {"net_b"}
