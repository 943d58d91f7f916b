"""What the disk under a cache can do to a writer, as sentences for the person who can act."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explain.errors import StoreError

_FULL = (errno.ENOSPC, errno.EDQUOT)
READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_GONE = (errno.ENOENT, errno.ESTALE)
_NO_FOLDER = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR)


@contextmanager
def faults_in_words(cache: Path) -> Iterator[None]:
    """Turn errors of the disk under a cache into sentences; those that name a file elsewhere pass as they are.

    Parameters
    ----------
    cache : Path
        Folder of all stores.

    Raises
    ------
    StoreError
    """
    try:
        yield
    except OSError as error:
        if _elsewhere(error, cache):
            raise
        raise StoreError(fault_in_words(error, cache)) from error


def fault_in_words(error: OSError, cache: Path) -> str:
    """Say what is wrong with the disk under a cache, and what to do.

    Examples
    --------
    >>> fault_in_words(OSError(28, "No space left on device"), Path("stores"))
    'The disk under stores is full. Make room and run the same command again; what is complete is kept.'
    """
    if error.errno in _FULL:
        return f"The disk under {cache} is full. Make room and run the same command again; what is complete is kept."
    if error.errno in READ_ONLY:
        return f"Nothing can be written below {cache}: {error.strerror}. Give the right to, or name another --cache."
    if error.errno in _NO_FOLDER:
        file = next((path for path in (cache, *cache.parents) if path.is_file()), cache)
        return f"The cache {cache} cannot be used: {file} is a file where a folder is expected. Name another --cache."
    if error.errno in _GONE or isinstance(error, FileNotFoundError):
        return f"A part of {cache} vanished while it was used. Bring it back, and run the same command again."
    reason = error.strerror or str(error) or type(error).__name__
    return f"The disk under {cache} gave an error: {reason}. Run the same command again; what is complete is kept."


def _elsewhere(error: OSError, cache: Path) -> bool:
    if not isinstance(error.filename, str):
        return False  # a full disk names no file
    named, here = Path(error.filename).absolute(), cache.absolute()
    return not (named.is_relative_to(here) or here.is_relative_to(named))
