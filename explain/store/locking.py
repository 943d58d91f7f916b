"""Two writers of one store take turns: a locked file in a folder, an object that only one can put on object storage."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from explain.errors import StoreError
from explain.store.filesystem import is_remote, read_whole, write_atomically, write_exclusively

BEAT = 10.0
"""Seconds after which a writer on object storage shows again that it lives."""
PATIENCE = 60.0
"""Seconds without such a sign after which another writer takes the lock: the first was killed."""
_POLL = 1.0


def lock_store(store: Path) -> AbstractContextManager[object]:
    """Let two writers of one store take turns.

    Parameters
    ----------
    store : Path

    Returns
    -------
    context manager
        Waits until the other writer is done.

    Raises
    ------
    StoreError
        If the cache folder cannot be made.
    """
    path = store.with_name(f"{store.name}.lock")
    if is_remote(store):
        return _lock_object(path)
    from filelock import FileLock

    try:
        store.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The cache folder {store.parent} cannot be made: {error.strerror}.") from error
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
