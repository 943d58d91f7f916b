"""What the disk under a cache does to a build: one sentence, and once the cause is gone the same bytes as ever."""

import errno
import os
import shutil
import subprocess

import pytest
import zarr.storage._local

from explain.building.build import build
from explain.errors import StoreError
from explain.store import check_store, open_store
from explain.store.filesystem import files_below


def bytes_of(path):
    """Read all of a store but where the networks lie on this machine, which is no part of the results."""
    return {name: file.read_bytes() for name, file in files_below(path).items() if name != "origins.json"}


@pytest.fixture
def begin_anew(parts):
    """Give what a whole build ends with, and remove it."""
    _, path, _ = parts
    whole = bytes_of(path)
    shutil.rmtree(path.parent)
    return whole


def mounted(folder, size):
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("a file system of its own needs the right to mount one")


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@pytest.fixture
def unmount():
    """Unmount at the end what a test mounted."""
    folders = []
    yield folders.append
    for folder in folders:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


@pytest.mark.skipif(not shutil.which("mount"), reason="there is no mount")
@pytest.mark.parametrize("size", ["16k", "64k", "128k"])
def test_a_full_disk_is_said_and_the_next_build_ends_bit_identical(parts, folder, begin_anew, unmount, size):
    dataset, path, specs = parts
    mounted(folder / "cache", size)
    unmount(folder / "cache")
    with pytest.raises(StoreError, match="is full"):
        build(dataset, specs, folder / "cache", batch_size=4)
    remount(folder / "cache", "size=16m")
    build(dataset, specs, folder / "cache", batch_size=4)
    assert bytes_of(path) == begin_anew


@pytest.mark.skipif(not shutil.which("mount"), reason="there is no mount")
def test_a_read_only_cache_with_nothing_to_do_is_well_and_with_something_is_said(parts, folder, unmount):
    dataset, path, specs = parts
    build(dataset, specs, folder / "cache", batch_size=4)
    shutil.copytree(folder / "cache", folder / "kept")
    shutil.rmtree(folder / "cache")
    mounted(folder / "cache", "16m")
    unmount(folder / "cache")
    shutil.copytree(folder / "kept", folder / "cache", dirs_exist_ok=True)
    (folder / "cache" / f"{path.name}.lock").unlink(missing_ok=True)
    remount(folder / "cache", "ro")
    assert build(dataset, specs, folder / "cache", batch_size=4).computed == 0
    with pytest.raises(StoreError, match="Nothing can be written below"):
        build(dataset, specs, folder / "cache", batch_size=4, force=True)
    remount(folder / "cache", "rw")
    assert check_store(open_store(path)) == ()


FAULTS = {
    errno.ENOSPC: "is full",
    errno.EDQUOT: "is full",
    errno.EROFS: "Nothing can be written",
    errno.EACCES: "Nothing can be written",
    errno.ESTALE: "vanished",
    errno.EIO: "gave an error",
}


EVERYWHERE = (errno.ENOSPC, errno.ESTALE)  # what each place says of an error is read from one table


@pytest.mark.parametrize(
    ("fault", "at"),
    [
        (fault, at)
        for place, fault in enumerate(FAULTS)
        for n, at in enumerate((1, 7, 20))
        if fault in EVERYWHERE or n == place % 3
    ],
)
def test_whatever_write_fails_is_a_sentence_and_the_next_build_ends_bit_identical(
    parts, folder, begin_anew, monkeypatch, fault, at
):
    dataset, path, specs = parts
    put, fsync, count = zarr.storage._local._put, os.fsync, []

    def failing(real):
        def call(*arguments, **options):
            count.append(1)
            if len(count) >= at:
                raise OSError(fault, os.strerror(fault))
            return real(*arguments, **options)

        return call

    monkeypatch.setattr("zarr.storage._local._put", failing(put))
    monkeypatch.setattr("os.fsync", failing(fsync))
    with pytest.raises(StoreError, match=FAULTS[fault]) as said:
        build(dataset, specs, folder / "cache", batch_size=4)
    assert "Errno" not in str(said.value)
    monkeypatch.setattr("zarr.storage._local._put", put)
    monkeypatch.setattr("os.fsync", fsync)
    build(dataset, specs, folder / "cache", batch_size=4)
    assert bytes_of(path) == begin_anew


def test_a_cache_that_vanishes_in_the_middle_leaves_no_store_that_is_half_of_one(
    parts, folder, begin_anew, monkeypatch
):
    from explain.store.writing import ArrayWriter

    dataset, path, specs = parts
    write = ArrayWriter.write

    def vanishing(self, rows, values):
        if rows[0] > 0 and self.folder.parent.name == "models":
            while (folder / "cache").exists():  # other threads may write into it still
                shutil.rmtree(folder / "cache", ignore_errors=True)
        write(self, rows, values)

    monkeypatch.setattr(ArrayWriter, "write", vanishing)
    with pytest.raises(StoreError):
        build(dataset, specs, folder / "cache", batch_size=4)
    assert not (path / "manifest.json").exists()
    monkeypatch.setattr(ArrayWriter, "write", write)
    build(dataset, specs, folder / "cache", batch_size=4)
    assert bytes_of(path) == begin_anew


def test_a_cache_that_is_a_file_is_said(parts, folder):
    dataset, _, specs = parts
    (folder / "taken").write_text("a file")
    for cache in (folder / "taken", folder / "taken" / "below"):
        with pytest.raises(StoreError, match="taken is a file where a folder is expected"):
            build(dataset, specs, cache, batch_size=4)
        with pytest.raises(StoreError, match="no complete store"):
            open_store(cache / "any")
