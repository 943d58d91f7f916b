"""What kill -9 cannot show: a power cut loses what was not synced, and the next build ends as if nothing had been.

A layer over ``os.fsync`` notes what has reached the disk: of a file its bytes at that moment, of a folder its names.
After the cut the cache is put together again from that: in the strictest way, where nothing else is there, and in two
others that real file systems have, where every name is there and what was not synced is empty, or zeros.
"""

import os
import shutil
import threading

import pytest

from explain.building.build import build
from explain.errors import StoreError
from explain.store import check_store, open_store
from explain.store.filesystem import files_below


class PowerCut(BaseException):
    """Nothing catches it, as nothing survives a power cut."""


class Disk:
    """Notes what has reached the disk, and cuts the power at one of the syncs, or never."""

    def __init__(self, cut_at=None):
        self.bytes_of, self.names_of, self.syncs, self.cut_at = {}, {}, 0, cut_at
        self.held = []
        self.one_at_a_time = threading.Lock()  # else what one thread saw of a folder replaces what another saw later

    def fsync(self, handle):
        with self.one_at_a_time:
            self._keep(handle)

    def _keep(self, handle):
        self.syncs += 1
        if self.syncs == self.cut_at:
            raise PowerCut
        path = os.readlink(f"/proc/self/fd/{handle}")
        inode = os.fstat(handle).st_ino
        if inode not in self.names_of and inode not in self.bytes_of:
            self.held.append(os.dup(handle))  # so that nothing else gets its number
        if os.path.isdir(path):
            self.names_of[inode] = {entry.name: (entry.inode(), entry.is_dir()) for entry in os.scandir(path)}
        else:
            with open(path, "rb") as file:
                self.bytes_of[inode] = file.read()

    def close(self):
        for handle in self.held:
            os.close(handle)

    def what_is_left(self, cache, into, way):
        self.close()
        if way == "strict":
            self._rebuild(os.stat(cache).st_ino, into)
            return
        shutil.copytree(cache, into)
        for name, file in files_below(cache).items():
            content, known = file.read_bytes(), self.bytes_of.get(file.stat().st_ino)
            if known != content:
                (into / name).write_bytes(b"" if way == "empty" else bytes(len(content)))

    def _rebuild(self, inode, into):
        into.mkdir()
        for name, (there, is_folder) in self.names_of.get(inode, {}).items():
            if is_folder:
                self._rebuild(there, into / name)
            else:
                (into / name).write_bytes(self.bytes_of.get(there, b""))


def bytes_of(path):
    return {name: file.read_bytes() for name, file in files_below(path).items() if name != "origins.json"}


@pytest.fixture
def whole(parts, folder, monkeypatch):
    """Give what a whole build ends with, and remove it; its first four rows fill a block, the others do not."""
    dataset, path, specs = parts
    monkeypatch.setattr("explain.store.writing._BLOCK", 4)
    shutil.rmtree(folder / "cache")
    build(dataset, specs, folder / "cache", batch_size=4)
    found = bytes_of(path)
    shutil.rmtree(folder / "cache")
    (folder / "cache").mkdir()
    return found


def built_under(disk, parts, folder, monkeypatch):
    dataset, _, specs = parts
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", disk.fsync)
        build(dataset, specs, folder / "cache", batch_size=4)


@pytest.mark.parametrize("way", ["strict", "empty", "zeros"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.8, 1.0])
def test_after_a_power_cut_a_build_ends_bit_identical(parts, folder, whole, monkeypatch, share, way):
    dataset, path, specs = parts
    with_power = Disk()
    built_under(with_power, parts, folder, monkeypatch)
    with_power.close()
    shutil.rmtree(folder / "cache")
    (folder / "cache").mkdir()
    disk = Disk(1 + int(share * (with_power.syncs - 6)))  # threads may both make a folder
    with pytest.raises(PowerCut):
        built_under(disk, parts, folder, monkeypatch)
    disk.what_is_left(folder / "cache", folder / "left", way)
    shutil.rmtree(folder / "cache")
    (folder / "left").rename(folder / "cache")
    build(dataset, specs, folder / "cache", batch_size=4)
    assert bytes_of(path) == whole
    assert check_store(open_store(path)) == ()


def test_a_build_that_has_ended_is_on_the_disk_to_its_last_byte(parts, folder, whole, monkeypatch):
    _, path, _ = parts
    disk = Disk()
    built_under(disk, parts, folder, monkeypatch)
    disk.what_is_left(folder / "cache", folder / "left", "strict")
    assert bytes_of(folder / "left" / path.name) == whole


@pytest.mark.parametrize(
    "victim", ["models/*/arrays.zarr/activations/c/0/*/*/*", "models/*/done/*.npz", "maps/*/fem-*/done/*.npz"]
)
@pytest.mark.parametrize("how", ["gone", "empty"])
def test_what_is_lost_between_writing_and_finishing_is_never_digested_as_good(
    parts, folder, whole, monkeypatch, victim, how
):
    from explain.store.writing import ArrayWriter

    dataset, path, specs = parts
    finish = ArrayWriter.finish

    def robbed(self, *arguments):
        for file in path.glob(victim):
            file.unlink() if how == "gone" else file.write_bytes(b"")
        finish(self, *arguments)

    monkeypatch.setattr(ArrayWriter, "finish", robbed)
    with pytest.raises(StoreError, match="were written and are gone"):
        build(dataset, specs, folder / "cache", batch_size=4)
    monkeypatch.setattr(ArrayWriter, "finish", finish)
    build(dataset, specs, folder / "cache", batch_size=4)
    assert bytes_of(path) == whole
