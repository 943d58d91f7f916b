"""Files of a store that are written whole: tables, the manifest, lists of checksums."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

from explain.store.filesystem import file_digests, files_below, read_whole, write_atomically
from explain.store.layout import CHECKSUMS, JOURNAL, MANIFEST, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd


def write_table(store: Path, name: str, frame: pd.DataFrame) -> str:
    """Write a table under a name that its content determines.

    Returns
    -------
    str
        Its place, relative to the store.
    """
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    content = buffer.getvalue()
    file = f"tables/{name}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
    try:
        there = read_whole(store / file)
    except OSError:
        there = b""
    if there != content:  # missing, or damaged: the name says what the content must be
        write_atomically(store / file, content)
    return file


def write_manifest(store: Path, manifest: Mapping[str, Any]) -> None:
    """Put down the manifest, which makes everything that it names visible.

    Parameters
    ----------
    manifest : mapping
        All of it but the schema.
    """
    text = json.dumps({"schema": SCHEMA, **manifest}, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(store / MANIFEST, text.encode())


def write_checksums(folder: Path) -> None:
    """List the sha256 of every file below a folder, in the form that ``sha256sum --check`` reads."""
    files = {
        name: file
        for name, file in files_below(folder).items()
        if name != CHECKSUMS and not name.startswith(f"{JOURNAL}/")
    }
    digests = file_digests(list(files.values()))
    lines = [f"{digest}  {name}\n" for name, digest in zip(files, digests, strict=True)]
    write_atomically(folder / CHECKSUMS, "".join(lines).encode())
