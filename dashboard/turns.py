"""How many pages are computed at once: a few after each other are all sooner done than many in between each other."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = max(2, os.cpu_count() or 1)
"""Pages that are computed at once."""
PATIENCE = 5.0
"""Seconds after which a page is computed without a turn: whatever holds up the turns, nobody waits for ever."""
_turns = threading.BoundedSemaphore(AT_ONCE)
_run = threading.local()


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait for a turn, and hold it while a page is computed.

    Pages share one interpreter, which passes from run to run whenever one of them stands aside, as each does hundreds
    of times while it draws and sends: thirty at once wait for each other at every step.
    """
    _take()
    try:
        yield
    finally:
        _give_back()


@contextmanager
def standing_aside() -> Iterator[None]:
    """Leave the turn to others while this run waits for what another process computes."""
    had = _give_back()
    try:
        yield
    finally:
        if had:
            _take()


def _take() -> None:
    _run.has_turn = _turns.acquire(timeout=PATIENCE)


def _give_back() -> bool:
    had: bool = getattr(_run, "has_turn", False)
    if had:
        _run.has_turn = False
        _turns.release()
    return had
