"""Getting the real photographs: fetched one by one from their public places, or imported from a folder."""

from __future__ import annotations

import csv
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.datasets import MANIFEST, file_sha256

FACTS = Path(__file__).parent / "imagenet" / MANIFEST
ATTEMPTS = 3
_TIMEOUT = 30.0
_UNREACHABLE = "no connection"
_PIECE = 1 << 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RemoteFile:
    """One photograph: where it belongs, where it can be had, and how it is known.

    Attributes
    ----------
    path : str
        ``<class>/<file>``.
    url : str
    size : int
        Bytes.
    sha256 : str
    """

    path: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """What a fetch or an import did.

    Attributes
    ----------
    present : int
        Files that were there and right.
    added : int
    missing : tuple of (str, str)
        Path and reason of those that could not be had.
    """

    present: int
    added: int
    missing: tuple[tuple[str, str], ...]


def listed_files(facts: Path = FACTS) -> tuple[RemoteFile, ...]:
    """Read which photographs the dataset has.

    Parameters
    ----------
    facts : Path
        A manifest with a column ``url``.
    """
    with facts.open(encoding="utf-8", newline="") as file:
        return tuple(
            RemoteFile(row["path"], row["url"], int(row["bytes"]), row["sha256"]) for row in csv.DictReader(file)
        )


def action(target: Path, wanted: RemoteFile) -> str:
    """Decide what is to be done about a file.

    Returns
    -------
    {"keep", "fetch", "replace"}
        `replace` where something else lies there.
    """
    if not target.exists():
        return "fetch"
    return "keep" if file_sha256(target) == wanted.sha256 else "replace"


def fetch(folder: Path, progress: Progress | None = None, files: tuple[RemoteFile, ...] | None = None) -> Outcome:
    """Fetch what is missing or wrong, with retry, resume and a check of every hash.

    Parameters
    ----------
    folder : Path
        Where the dataset lies.
    progress : callable, optional
        Called with files done and files in all.
    files : tuple of RemoteFile, optional
        The dataset's photographs by default.
    """
    wanted = files if files is not None else listed_files()
    present, added, missing = 0, 0, []
    offline = ""  # a server that cannot be reached for one file is not tried again for every other
    for number, file in enumerate(wanted, 1):
        target = folder / file.path
        if action(target, file) == "keep":
            present += 1
        else:
            reason = offline or _download(file, target)
            if reason:
                missing.append((file.path, reason))
                offline = reason if reason.startswith(_UNREACHABLE) and not added else offline
            else:
                added += 1
        if progress:
            progress(number, len(wanted))
    _lay_manifest(folder)
    return Outcome(present, added, tuple(missing))


def import_folder(
    source: Path, folder: Path, progress: Progress | None = None, files: tuple[RemoteFile, ...] | None = None
) -> Outcome:
    """Copy the dataset's photographs from anywhere below a folder, known by their bytes and not their names.

    Parameters
    ----------
    source : Path
        Such as an ImageNet ``val`` directory, flat or with a folder per class.
    folder : Path
        Where the dataset lies.
    progress : callable, optional
    files : tuple of RemoteFile, optional
    """
    wanted = files if files is not None else listed_files()
    sizes = {file.size for file in wanted}
    known = {file.sha256: file for file in wanted}
    found: dict[str, Path] = {}
    for path in sorted(source.rglob("*")):  # only a file of a listed size is worth a digest
        if path.is_file() and path.stat().st_size in sizes:
            digest = file_sha256(path)
            if digest in known:
                found.setdefault(digest, path)
    present, added, missing = 0, 0, []
    for number, file in enumerate(wanted, 1):
        target = folder / file.path
        if action(target, file) == "keep":
            present += 1
        elif file.sha256 in found:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f"{target.name}.part")
            shutil.copyfile(found[file.sha256], partial)
            partial.replace(target)
            added += 1
        else:
            missing.append((file.path, "not in the folder"))
        if progress:
            progress(number, len(wanted))
    _lay_manifest(folder)
    return Outcome(present, added, tuple(missing))


def _download(file: RemoteFile, target: Path) -> str:
    """Download one file; give the reason where it failed, else an empty text."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.5 * 2**attempt)
        try:
            _append(file, partial)
        except urllib.error.HTTPError as error:
            reason = f"the server answered {error.code}"
            if error.code == 416:  # the partial file is as long as the whole, or longer
                partial.unlink(missing_ok=True)
            elif 400 <= error.code < 500 and error.code != 429:
                return reason
            continue
        except (OSError, http.client.HTTPException) as error:
            reason = f"{_UNREACHABLE}: {getattr(error, 'reason', error)}"
            continue
        if file_sha256(partial) == file.sha256:
            partial.replace(target)
            return ""
        short = partial.stat().st_size < file.size
        reason = "the transfer was cut off" if short else "the bytes are not those that are listed"
        if not short:
            partial.unlink()
    return reason


def _append(file: RemoteFile, partial: Path) -> None:
    """Go on where an earlier transfer stopped, where the server can."""
    start = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(file.url, headers={"Range": f"bytes={start}-"} if start else {})
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
        resumed = answer.status == 206
        with partial.open("ab" if resumed else "wb") as out:
            shutil.copyfileobj(answer, out, _PIECE)
            out.flush()
            os.fsync(out.fileno())


def _lay_manifest(folder: Path) -> None:
    """Put the facts beside the photographs; they list what is missing as well as what is there."""
    if folder.is_dir() and any(folder.iterdir()):
        content = FACTS.read_bytes()
        target = folder / MANIFEST
        if not target.exists() or target.read_bytes() != content:
            partial = target.with_name(f"{target.name}.part")
            partial.write_bytes(content)
            partial.replace(target)
