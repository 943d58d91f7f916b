"""Stores on object storage: fsspec's memory in this process, and a server that speaks S3's protocol."""

import importlib.util
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from data import open_dataset
from explain.building.build import build
from explain.cli import main
from explain.models.specification import load_specifications
from explain.store import StoreError, check_store, locking, newest_stores, open_store
from explain.store.filesystem import files_below, place, write_atomically
from explain.store.selection import Selection
from tests.explain.conftest import linear_network

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("upath") is None,
        reason="universal-pathlib is not installed: pip install '.[remote]'",
    ),
]

BUCKET = "stores"


@pytest.fixture(scope="module")
def s3():
    """Start a server and make a bucket; give the environment in which both are found."""
    for name in ("s3fs", "moto.server", "flask_cors"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install '.[test]'")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
    }.items():
        patch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield
    patch.undo()
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def linear():
    """Put the linear network in the place of every one that is loaded: storage is the same for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explain.models.network.load_network", lambda spec: linear_network())
        yield


@pytest.fixture(scope="module")
def what(few_images, original):
    """Give what is built: the dataset and the specifications."""
    return open_dataset(few_images), load_specifications(original / "models.toml")


@pytest.fixture(scope="module")
def in_a_folder(what, tmp_path_factory):
    return build(*what, tmp_path_factory.mktemp("here"), batch_size=4)


@pytest.fixture(scope="module", params=["memory", "s3"])
def stores(request, what):
    """Build a store on each kind of storage; give the place of all stores there, and the report."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    cache = place(f"{request.param}://{BUCKET}/built")
    return cache, build(*what, cache, batch_size=4)


@pytest.fixture
def cache(stores, tmp_path):
    return stores[0].parent / tmp_path.name


@pytest.fixture
def copied(stores, cache):
    """Copy the store, so that a test may change it."""
    for name, content in contents(stores[1].store).items():
        write_atomically(cache / stores[1].store.name / name, content)
    return cache / stores[1].store.name


def contents(folder):
    return {name: file.read_bytes() for name, file in files_below(folder).items()}


def test_a_store_below_a_url_has_the_bytes_of_a_folder_and_is_built_once(stores, in_a_folder, what):
    cache, remote = stores
    assert contents(remote.store) == contents(in_a_folder.store)
    assert check_store(open_store(str(remote.store))) == ()
    again = build(*what, cache, batch_size=4)
    assert (again.computed, again.reused) == (0, 6)
    assert [store.path for store in newest_stores(str(cache))] == [remote.store]
    assert [name for name in files_below(cache) if name.endswith(".lock")] == []


def test_what_is_read_below_a_url_is_what_is_read_in_a_folder(stores, in_a_folder):
    here, there = open_store(in_a_folder.store), open_store(stores[1].store)
    model = here.models[0].name
    np.testing.assert_array_equal(there.activations(model, "bear_000"), here.activations(model, "bear_000"))
    np.testing.assert_array_equal(there.mask("bear_000"), here.mask("bear_000"))
    assert there.thumbnail("bear_000") == here.thumbnail("bear_000")
    assert there.table("metrics").equals(here.table("metrics"))
    with pytest.raises(StoreError, match="No picture"):
        there.photograph("zz_broken")


def test_a_build_that_was_killed_resumes_and_a_forced_one_starts_anew(
    copied, what, monkeypatch, killed_at_the_second_batch
):
    (dataset, specs), cache = what, copied.parent
    before = contents(copied)
    for file in files_below(copied).values():
        file.unlink()
    killed_at_the_second_batch(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        build(dataset, specs, cache, batch_size=4)
    monkeypatch.undo()
    with pytest.raises(StoreError, match="no complete store"):
        open_store(copied)
    resumed = build(dataset, specs, cache, batch_size=4)
    assert (resumed.computed, resumed.reused) == (2, 4)
    assert contents(resumed.store) == before
    forced = build(dataset, specs, cache, batch_size=4, force=True)
    assert (forced.computed, forced.reused) == (6, 0)
    beside = {name.replace(".2/", "/"): each for name, each in contents(forced.store).items() if ".2/" in name}
    assert beside == {name: each for name, each in before.items() if name.startswith(("models/", "maps/"))}


def test_check_finds_what_was_changed_removed_or_added(copied):
    files = files_below(copied)
    changed, removed = (next(name for name in files if f"/{array}/c/" in name) for array in ("maps", "logits"))
    write_atomically(files[changed], files[changed].read_bytes()[:-1] + b"\x00\x01")
    files[removed].unlink()
    write_atomically(files[removed].parent / "more", b"more")
    (table,) = (name for name in files if name.startswith("tables/metrics"))
    files[table].unlink()
    faults = check_store(open_store(copied))
    assert len(faults) == 4
    for fault, word in zip(faults, ("missing", "not listed", "changed", "missing"), strict=True):
        assert word in fault


def test_writers_take_turns(cache):
    order, waiting = [], threading.Event()

    def second():
        waiting.set()
        with locking.lock_store(cache / "store"):
            order.append("second")

    with locking.lock_store(cache / "store"):
        thread = threading.Thread(target=second)
        thread.start()
        waiting.wait()
        time.sleep(0.5)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert files_below(cache) == {}


def test_the_lock_of_a_killed_writer_is_taken_and_that_of_a_living_one_is_not(cache, monkeypatch):
    monkeypatch.setattr(locking, "PATIENCE", 0.6)
    monkeypatch.setattr(locking, "BEAT", 0.1)
    monkeypatch.setattr(locking, "_POLL", 0.05)
    write_atomically(cache / "store.lock", b"a machine that is no more")
    order = []

    def second():
        with locking.lock_store(cache / "store"):
            order.append("second")

    with locking.lock_store(cache / "store"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(1.5)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_dashboard_reads_a_store_below_a_url(stores, in_a_folder, monkeypatch):
    from dashboard.cached_store import available, card_picture, summary

    monkeypatch.setenv("EXPLAIN_CACHE", str(stores[0]))
    (store,) = available().values()
    model = store.models[0].name
    assert len(summary(store, Selection.of(store))) == 7
    found = card_picture(str(store.path), store.digest, "bear_000", "overlay", model, "fem", "turbo")
    here = open_store(in_a_folder.store)
    assert found == card_picture(str(here.path), here.digest, "bear_000", "overlay", model, "fem", "turbo")


def test_an_evaluation_is_kept_below_a_url(copied, what):
    from explain.faithfulness.evaluation import evaluate

    (dataset, specs), store = what, open_store(copied)
    assert evaluate(dataset, store, specs, steps=2, batch_size=4).computed == 12
    again = evaluate(dataset, open_store(store.path), specs, steps=2, batch_size=4)
    assert (again.computed, again.reused) == (0, 12)
    assert "deletion" in set(open_store(store.path).table("metrics")["metric"])


def test_the_command_line_takes_a_url(s3, few_images, original, tmp_path, monkeypatch, capsys):
    url = f"s3://{BUCKET}/{tmp_path.name}"

    def explain(*arguments):
        words = ["explain", *arguments, "--dataset", few_images, "--cache", url]
        monkeypatch.setattr(sys, "argv", [str(word) for word in words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == 0, said.err
        return said.out

    assert url in explain("build", "--models", original / "models.toml", "--json")
    assert explain("check") == "Every digest is right.\n"
    for arguments, out in (
        (("map", "bear_000", "--model", "linear", "--method", "fem"), "map.npy"),
        (("export", "--table", "metrics"), "metrics.csv"),
    ):
        explain(*arguments, "--out", tmp_path / out)
        assert (tmp_path / out).exists()


@pytest.mark.parametrize(
    ("url", "words"), [("nowhere://bucket/stores", "nowhere"), ("s3://bucket/stores", "cannot be reached")]
)
def test_a_url_that_leads_nowhere_is_one_sentence(url, words, few_images):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true"}
    command = [sys.executable, "-m", "explain", "check", "--dataset", few_images, "--cache", url]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_without_what_speaks_to_object_storage_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(StoreError, match=r"pip install '\.\[remote\]'"):
        place("memory://not/seen/before")
