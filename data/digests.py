"""The one digest of a file's bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from data.files import open_regular

if TYPE_CHECKING:
    from pathlib import Path


def file_digest(path: Path) -> str:
    """Digest a file's bytes, in bounded pieces.

    Returns
    -------
    str
        sha256, hexadecimal.

    Raises
    ------
    OSError
        If the file cannot be read, or is a pipe, socket or device.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
