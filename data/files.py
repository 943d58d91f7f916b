"""Opening what lies in a dataset: files alone, never what waits or has no end, such as pipes and devices."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

_WAITS_NOT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_FILES = {
    stat.S_IFDIR: "it is a folder, not a file",
    stat.S_IFIFO: "it is a named pipe, not a file",
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFCHR: "it is a device, not a file",
    stat.S_IFBLK: "it is a device, not a file",
}


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read, and nothing that only looks like one in its folder.

    Parameters
    ----------
    path : Path
        A link is followed.

    Raises
    ------
    OSError
        If it cannot be opened, or is a folder, pipe, socket or device; nothing is waited for.
    """
    _check(path, os.stat(path).st_mode)  # before it is opened: opening a device can do something to it
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | _WAITS_NOT))  # noqa: SIM115
    try:
        _check(path, os.fstat(file.fileno()).st_mode)  # again: another may have taken its place
    except OSError:
        file.close()
        raise
    return file


def read_regular(path: Path) -> bytes:
    """Read a whole file as :func:`open_regular` opens it."""
    with open_regular(path) as file:
        return file.read()


def why_not_opened(path: Path, error: OSError | ValueError) -> str:
    """Say why a file could not be opened, and what to do where something can be done.

    Parameters
    ----------
    error : OSError or ValueError
        What opening it raised.

    Returns
    -------
    str
        For a person, without the path and without a full stop.
    """
    if not isinstance(error, OSError):
        return "no file can have this name"
    if error.errno == errno.ENOENT:
        return "the link leads nowhere" if path.is_symlink() else "it is not there"
    if error.errno == errno.ELOOP:
        return "the link leads in a circle"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "reading it is not permitted; give this account the right to read it"
    if error.errno == errno.EIO:
        return "the disk or the network share gave an error; try again"
    return error.strerror or type(error).__name__


def _check(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, _NO_FILES.get(stat.S_IFMT(mode), "it is no file"), str(path))
