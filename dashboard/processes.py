"""What the app's process takes of a machine's processors, and what those beside it are started with."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_THREADS = "OPENBLAS_NUM_THREADS"
_IS_OURS = _THREADS not in os.environ
_M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def take_one_thread_a_visitor() -> None:
    """Let NumPy multiply in the visitor's own thread; to be called before NumPy is imported.

    A page's products are small: on several threads they take more processor time than they have work, and visitors wait
    for it. A third of the time of Compare was that.
    """
    os.environ.setdefault(_THREADS, "1")


def share_one_heap() -> None:
    """Let all threads take memory from one place, where the C library can: from others it gives little back.

    Every run of a page is a thread. With places of their own, what many visitors had needed at once stayed taken.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def environment() -> dict[str, str]:
    """Give the app's own environment, in which the packages are found from any folder."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    given = {name: value for name, value in os.environ.items() if not (_IS_OURS and name == _THREADS)}
    return given | {"PYTHONPATH": path}
