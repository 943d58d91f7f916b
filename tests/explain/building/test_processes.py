"""Work in several processes gives what it gives in one, whatever becomes of the processes."""

import multiprocessing
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from data import Box, ImageRecord
from explain.building.processes import cores, in_order
from explain.building.tables import ReadImage, map_tables
from explain.errors import StoreError
from explain.store.arrays import StoredArrays
from explain.store.filesystem import open_arrays


@pytest.fixture(autouse=True)
def main(monkeypatch):
    """Give a main module that new processes import: a page's test leaves its page as that, which is none to import."""
    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def whose(number):
    return number, os.getpid()


def refuse(number):
    if number == 2:
        raise StoreError("Maps: chunk 2 cannot be read. Run: python -m explain build")
    return number


class EndsWhereItIsNotMeant:
    """Ends every process but the one that made it, at its third piece."""

    def __init__(self):
        self.meant = os.getpid()

    def __call__(self, number):
        if number == 2 and os.getpid() != self.meant:
            os._exit(9)
        return number


class Adds:
    """Adds to a number one of many others: more than a pipe between two processes holds."""

    def __init__(self):
        self.others = list(range(100_000))

    def __call__(self, number):
        return number + self.others[number]


class Waits:
    """Writes which process it is in, and waits."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, number):
        (self.folder / str(os.getpid())).touch()
        time.sleep(600 if number else 0)


def start_and_end(folder):
    """Begin with work in two processes, and be ended while they are at it."""
    found = in_order(Waits(folder), range(9), 2)
    next(found)
    ThreadPoolExecutor(1).submit(next, found)
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(9)


def is_there(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:  # one that nobody has asked for its end is over too
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_results_come_in_the_order_of_the_pieces_from_other_processes():
    found = list(in_order(whose, range(20), 2))
    assert [number for number, _ in found] == list(range(20))
    assert os.getpid() not in {process for _, process in found}


def test_one_process_is_this_one():
    assert set(in_order(whose, range(3), 1)) == {(number, os.getpid()) for number in range(3)}


@pytest.mark.parametrize("processes", [1, 2])
def test_what_goes_wrong_is_the_same_sentence_wherever_it_does(processes):
    found = in_order(refuse, iter(range(9)), processes)
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(StoreError, match=r"^Maps: chunk 2 cannot be read. Run: python -m explain build$"):
        next(found)


def test_a_process_that_was_ended_leaves_its_work_to_this_one():
    assert list(in_order(EndsWhereItIsNotMeant(), range(9), 2)) == list(range(9))


def test_where_the_main_script_cannot_be_imported_anew_the_work_is_done_here(main, tmp_path):
    main.__file__ = str(tmp_path / "script.py")
    (tmp_path / "script.py").write_text("raise RuntimeError('only the first time')")
    assert list(in_order(Adds(), range(9), 2)) == list(range(0, 18, 2))


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch):
    def none(*_, **__):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("explain.building.processes.ProcessPoolExecutor", none)
    assert set(in_order(whose, range(3), 2)) == {(number, os.getpid()) for number in range(3)}


def test_the_environment_is_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = dict(os.environ)
    assert list(in_order(abs, [-1], 2)) == [1]
    assert dict(os.environ) == before


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="asks Linux which processes there are")
def test_a_killed_build_leaves_no_process_behind(tmp_path):
    starter = multiprocessing.get_context("spawn").Process(target=start_and_end, args=(tmp_path,))
    starter.start()
    starter.join(120)
    assert starter.exitcode == 9
    left = [int(file.name) for file in tmp_path.iterdir()]
    assert len(left) == 2
    deadline = time.monotonic() + 60
    while any(map(is_there, left)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_there, left))


def test_there_is_a_core():
    assert 1 <= cores() <= (os.cpu_count() or 1)


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Give a function that measures stored maps of 40 images with masks, one of them damaged, in some processes."""
    monkeypatch.setattr("explain.building.map_ranges._RANGE", 16)
    monkeypatch.setattr("explain.building.tables.processes_worth", lambda images: images)
    rng = np.random.default_rng(3)
    group = open_arrays(tmp_path / "maps", write=True)
    for name, side in (("fem", 7), ("gradcam", 10)):
        maps = np.maximum(rng.normal(0.2, 1, (40, side, side)), 0).astype(np.float32)
        group.create_array(name, data=maps, chunks=(8, side, side))
    mask = np.zeros((60, 80), np.uint8)
    mask[10:30, 20:50], mask[30:50, 20:50] = 1, 2
    Image.fromarray(mask).save(tmp_path / "mask.png")
    (tmp_path / "damaged.png").write_bytes(b"no picture")
    one = ImageRecord("", "ant", None, tmp_path / "none", "", "", (Box(0, 0, 40, 30),), tmp_path / "mask.png")
    records = [replace(one, image=f"i{number:02d}", label=("ant", "bee")[number % 2]) for number in range(40)]
    records[7] = replace(records[7], mask=None)
    records[20] = replace(records[20], mask=tmp_path / "damaged.png")
    read = [ReadImage("no image format") if number == 9 else ReadImage("ok", 80, 60) for number in range(40)]

    def measure(processes):
        arrays = StoredArrays(tmp_path / "maps")
        saliency = {("net", name): arrays[name] for name in ("fem", "gradcam")}
        return map_tables(records, read, {1: "head", 2: "trunk"}, saliency, processes=processes)

    return measure


def test_tables_of_two_processes_are_those_of_one_to_the_last_bit(measured):
    here, there = measured(1), measured(2)
    for name in ("metrics", "agreement", "chance"):
        one, two = getattr(here, name), getattr(there, name)
        assert len(one) >= 39
        assert one.equals(two)
        assert list(one.columns) == list(two.columns)
    assert list(here.unread_masks) == ["i20"]
    assert here.unread_masks == there.unread_masks


def test_nothing_is_measured_here_where_others_do(measured, monkeypatch):
    monkeypatch.setattr("explain.building.map_ranges.measure_maps", lambda *_: pytest.fail("measured here"))
    assert len(measured(2).metrics)
