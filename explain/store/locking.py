"""Two writers of one store take turns: a locked file in a folder, an object that only one can put on object storage."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from explain.store.faults import READ_ONLY, faults_in_words
from explain.store.filesystem import is_remote, read_whole, write_atomically, write_exclusively

BEAT = 10.0
"""Seconds after which a writer on object storage shows again that it lives."""
PATIENCE = 60.0
"""Seconds without such a sign after which another writer takes the lock: the first was killed."""
_POLL = 1.0


@contextmanager
def lock_store(store: Path) -> Iterator[None]:
    """Let two writers of one store take turns.

    Where nothing can be written, a store that is there needs no turns: a build with nothing to do over it goes well,
    and one that wants to write is told.

    Returns
    -------
    context manager
        Waits until the other writer is done.

    Raises
    ------
    StoreError
        If the cache folder cannot be made, or its disk fails while the lock is held: full, read-only or gone.
    """
    path = store.with_name(f"{store.name}.lock")
    if is_remote(store):
        with _lock_object(path):
            yield
        return
    with faults_in_words(store.parent):
        store.parent.mkdir(parents=True, exist_ok=True)
        with _turn(path) if _can_write(store) else nullcontext():
            yield


def _can_write(store: Path) -> bool:
    """Tell whether a lock can be taken; without one, what is there can only be read."""
    try:
        os.close(os.open(store.with_name(f"{store.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666))
    except OSError as error:
        if error.errno in READ_ONLY and store.is_dir():
            return False
        raise
    return True


def _turn(path: Path) -> AbstractContextManager[object]:
    from filelock import FileLock

    return FileLock(path)


@contextmanager
def _lock_object(path: Path) -> Iterator[None]:
    """Hold an object that was put where there was none, renewed by a thread as long as the writer lives.

    A writer that stood still for longer than the patience may find that another took its place. Both then write the
    same bytes to the same names, because names follow from content, and a manifest is one object: a turn is lost,
    not a store.
    """
    owner = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4()}"
    _wait_for(path, owner)
    ended = threading.Event()

    def beat() -> None:
        count = 0
        while not ended.wait(BEAT):
            count += 1
            if not _content(path).startswith(owner):
                return
            write_atomically(path, f"{owner} {count}".encode())

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()
        if _content(path).startswith(owner):
            path.unlink(missing_ok=True)


def _wait_for(path: Path, owner: str) -> None:
    seen, since = "", time.monotonic()
    while not write_exclusively(path, owner.encode()):
        found = _content(path)
        if found != seen:
            seen, since = found, time.monotonic()
        elif time.monotonic() - since > PATIENCE:  # by this machine's clock alone
            path.unlink(missing_ok=True)
        else:
            time.sleep(_POLL)


def _content(path: Path) -> str:
    try:
        return read_whole(path).decode()
    except FileNotFoundError:
        return ""
