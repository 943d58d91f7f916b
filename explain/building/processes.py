"""Work that is cut into pieces, done by several processes; what comes out is in the order of what went in."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What libraries of linear algebra read: beside other processes, each has one core."""
_AHEAD = 2
"""Pieces of each process that are begun before their results are asked for: memory stays bounded."""


def cores() -> int:
    """Count the processor's cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(work: Callable[[Piece], Result], pieces: Iterable[Piece], processes: int) -> Iterator[Result]:
    """Do every piece of work, in this process or in some others, and give the results in the order of the pieces.

    Parameters
    ----------
    work : callable
        Goes to every process once, so it and the pieces can be pickled; arrays on disk as where they lie. What it
        raises is raised here, as it would be if it ran here.
    processes : int
        1, or where no process can be started: all is done here. So is what a process that was ended leaves.
    """
    if processes <= 1:
        yield from map(work, pieces)
        return
    with TemporaryDirectory() as folder:
        yield from _in_pool(work, pieces, processes, Path(folder) / "work")


def _in_pool(work: Callable[[Piece], Result], pieces: Iterable[Piece], processes: int, file: Path) -> Iterator[Result]:
    # What a new process is handed as it starts must fit into a pipe: one that ends before it has read all of it, as
    # where the main script fails when it is imported anew, would be waited for without end. Work is larger than that.
    file.write_bytes(pickle.dumps(work))
    pool = _opened(file, processes)
    if pool is None:
        yield from map(work, pieces)
        return
    rest = iter(pieces)
    try:
        with _one_thread_each():
            begun = deque((piece, _submitted(pool, piece)) for piece in islice(rest, _AHEAD * processes))
        while begun:
            piece, future = begun.popleft()
            try:
                result = work(piece) if future is None else future.result()
            except BrokenExecutor:
                result = work(piece)
            begun.extend((following, _submitted(pool, following)) for following in islice(rest, 1))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


def _opened(file: Path, processes: int) -> ProcessPoolExecutor | None:
    if multiprocessing.current_process().daemon:  # may have no children
        return None
    try:
        context = multiprocessing.get_context("spawn")  # what is forked beside TensorFlow's threads can hang
        return ProcessPoolExecutor(processes, context, _begin, (file,))
    except (ImportError, NotImplementedError, OSError):  # systems without semaphores have each its own
        return None


def _submitted(pool: ProcessPoolExecutor, piece: Any) -> Future[Any] | None:
    try:
        return pool.submit(_do, piece)
    except (BrokenExecutor, OSError):
        return None


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that are started meanwhile leave the other cores alone; libraries read that as they are loaded."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_work: Callable[[Any], Any] | None = None
"""What this process was started for, if it was started here."""


def _begin(file: Path) -> None:
    global _work
    _work = pickle.loads(file.read_bytes())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # nobody takes the results


def _do(piece: Any) -> Any:
    assert _work is not None
    return _work(piece)
