"""Turns: a few pages are computed at once, and nothing that happens to one of them costs the others theirs."""

import threading

import pytest

from dashboard import turns
from dashboard.turns import AT_ONCE, in_turn, standing_aside

SOON = 20  # seconds


class Runs:
    """Visitors' runs, each in a thread of its own, which compute until they are told to stop."""

    def __init__(self):
        self.inside, self.most, self.lock = 0, 0, threading.Lock()
        self.entered, self.stop = threading.Semaphore(0), threading.Event()

    def compute(self):
        with in_turn():
            with self.lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
            self.entered.release()
            assert self.stop.wait(SOON)
            with self.lock:
                self.inside -= 1

    def start(self, count):
        threads = [threading.Thread(target=self.compute) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads


def everyone_has_a_turn():
    """Tell whether as many runs as ever can have a turn now: none was lost, and none is there twice."""
    runs = Runs()
    threads = runs.start(AT_ONCE + 1)
    entered = [runs.entered.acquire(timeout=SOON) for _ in range(AT_ONCE)]
    one_more = runs.entered.acquire(timeout=0.2)
    runs.stop.set()
    for thread in threads:
        thread.join(SOON)
    return all(entered) and not one_more


def test_so_many_pages_are_computed_at_once_and_all_of_them_in_the_end():
    runs = Runs()
    threads = runs.start(3 * AT_ONCE)
    for _ in range(AT_ONCE):
        assert runs.entered.acquire(timeout=SOON)
    assert not runs.entered.acquire(timeout=0.2)
    runs.stop.set()
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()
    assert runs.most == AT_ONCE
    assert runs.inside == 0


def test_whoever_waits_for_another_process_leaves_the_turn_to_others():
    def ask():
        with in_turn(), standing_aside():
            asking.release()
            assert answer.wait(SOON)

    asking, answer = threading.Semaphore(0), threading.Event()
    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert asking.acquire(timeout=SOON)
    assert everyone_has_a_turn()
    answer.set()
    for thread in threads:
        thread.join(SOON)
    assert everyone_has_a_turn()


def test_a_page_that_fails_gives_its_turn_back():
    for _ in range(2 * AT_ONCE):
        with pytest.raises(ValueError, match="broken"), in_turn(), standing_aside():
            raise ValueError("broken")
    assert everyone_has_a_turn()


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    runs = Runs()
    threads = runs.start(2 * AT_ONCE)
    for _ in threads:
        assert runs.entered.acquire(timeout=SOON)
    runs.stop.set()
    for thread in threads:
        thread.join(SOON)
    monkeypatch.undo()
    assert everyone_has_a_turn()


def test_without_a_turn_there_is_nothing_to_leave():
    with standing_aside():
        assert everyone_has_a_turn()
    assert everyone_has_a_turn()
