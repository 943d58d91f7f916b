"""Batches run beside each other, and come out as if one had run after the other."""

import threading
import time

import numpy as np
import pytest
from PIL import Image

from data import open_dataset
from explain.building.engines import local
from explain.building.engines.batch import ModelOutcome, Outcome
from explain.building.engines.local import LocalEngine
from explain.building.engines.preparing import Batch


@pytest.fixture
def batches(tmp_path):
    """Give seven batches of one image each."""
    (tmp_path / "ant").mkdir()
    for number in range(7):
        Image.fromarray(np.full((8, 8, 3), number, np.uint8)).save(tmp_path / f"ant/{number}.png")
    records = open_dataset(tmp_path).records
    return [Batch({row: record}, {}, frozenset()) for row, record in enumerate(records)]


def running(monkeypatch, work):
    """Let work stand for the networks; give the rows that are at it, at every beginning."""
    at_it, seen, lock = set(), [], threading.Lock()

    def explain(prepared, *_):
        (row,) = prepared.images
        with lock:
            at_it.add(row)
            seen.append(frozenset(at_it))
        try:
            return Outcome({row: prepared.images[row].read}, {}, (ModelOutcome("net", (row,), None, work(row)),), "")
        finally:
            with lock:
                at_it.discard(row)

    monkeypatch.setattr(local, "explain_prepared", explain)
    return seen


def test_outcomes_come_in_order_and_two_batches_run_at_once_after_the_first(batches, monkeypatch):
    """Even numbers take longer than the odd ones after them; the last number of the two at once is waited for."""
    seen = running(monkeypatch, lambda row: time.sleep(0.01 if row % 2 else 0.1) or 0.1)
    assert [list(outcome.read) for outcome in LocalEngine((), 1, cores=2).run(iter(batches))] == [
        [row] for row in range(7)
    ]
    assert seen[0] == {0}
    assert max(map(len, seen)) == 2


def test_one_batch_runs_at_a_time_where_the_cores_are_others_too(batches, monkeypatch):
    seen = running(monkeypatch, lambda row: 0.0)
    assert [list(outcome.read) for outcome in LocalEngine((), 1).run(batches)] == [[row] for row in range(7)]
    assert set(map(len, seen)) == {1}


def test_seconds_of_batches_that_overlap_are_no_more_than_what_was_waited(batches, monkeypatch):
    def work(row):
        time.sleep(0.05)
        return 0.05

    running(monkeypatch, work)
    started = time.perf_counter()
    spent = sum(outcome.models[0].seconds for outcome in LocalEngine((), 1, cores=2).run(batches))
    assert 0.05 <= spent <= time.perf_counter() - started


def test_what_goes_wrong_in_one_ends_the_run(batches, monkeypatch):
    def work(row):
        if row == 3:
            raise OSError("the disk is full")
        return 0.0

    running(monkeypatch, work)
    run = LocalEngine((), 1, cores=2).run(batches)
    assert [list(next(run).read) for _ in range(3)] == [[0], [1], [2]]
    with pytest.raises(OSError, match="the disk is full"):
        next(run)


def test_no_batch_and_one_batch_will_do(batches, monkeypatch):
    running(monkeypatch, lambda row: 0.0)
    assert list(LocalEngine((), 1, cores=2).run([])) == []
    assert len(list(LocalEngine((), 1, cores=2).run(batches[:1]))) == 1
