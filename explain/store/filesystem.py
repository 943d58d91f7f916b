"""Where stores lie: in a folder, or below a URL on object storage, which a path of pathlib's form stands for as well.

Everything that a folder and object storage do in different ways is in this module and in :mod:`explain.store.locking`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from data.digests import file_digest
from explain.errors import StoreError

if TYPE_CHECKING:
    import zarr

_SYNCS_AT_ONCE = 16
"""A disk writes what several ask for in one go."""
_READS_AT_ONCE = 32
"""Object storage answers slowly, and many questions at once."""


def place(name: str | Path) -> Path:
    """Give the path of a folder, or of a URL that fsspec knows (``s3://bucket/stores``, ``memory://stores``).

    Returns
    -------
    Path
        For a URL a ``UPath``, which has a path's methods.

    Raises
    ------
    StoreError
        If it is a URL and what speaks its protocol is not installed, or it cannot be reached.
    """
    if isinstance(name, str) and "://" in name:
        return _remote(name)
    return cast(Path, name) if is_remote(name) else Path(name)


def is_remote(path: str | Path) -> bool:
    """Tell whether a path, as :func:`place` gives it, lies on object storage."""
    return not isinstance(path, str | os.PathLike)


@cache
def _remote(url: str) -> Path:
    try:
        from upath import UPath
    except ImportError as error:
        raise StoreError(
            f"The store {url} needs packages that are missing. In the project's folder run: pip install '.[remote]'"
        ) from error
    try:
        path = UPath(url, use_listings_cache=False)  # others write there as well
        path.exists()
    except Exception as error:  # each protocol has its own: no such protocol, no package, no key, no host
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise StoreError(f"The store {url} cannot be reached: {reason}") from error
    return cast(Path, path)


def read_whole(path: Path) -> bytes:
    """Read a file, on object storage by one question, so that it may be replaced meanwhile.

    Raises
    ------
    OSError
        If it is not there or cannot be read.
    """
    if not is_remote(path):
        return path.read_bytes()
    try:
        return bytes(_files(path).cat_file(_key(path)))
    except OSError:
        raise
    except Exception as error:  # each protocol has its own for a missing key or right
        raise OSError(errno.EIO, (str(error).splitlines() or [type(error).__name__])[0]) from error


def read_part(path: Path, start: int, length: int) -> bytes:
    """Read some bytes of a file; from a negative start, counted from its end, to the end.

    Raises
    ------
    OSError
        If it is not there or cannot be read.
    """
    if is_remote(path):
        end = None if start < 0 else start + length
        try:
            return bytes(_files(path).cat_file(_key(path), start=start, end=end))
        except OSError:
            raise
        except Exception as error:  # each protocol has its own for a missing key or right
            raise OSError(errno.EIO, (str(error).splitlines() or [type(error).__name__])[0]) from error
    with path.open("rb") as file:
        if start < 0:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size + start))
        else:
            file.seek(start)
        return file.read(length)


def write_atomically(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file so that a reader, or a power cut, meets the old file or the whole new one.

    Parameters
    ----------
    lasting : bool
        Whether the file is on the disk when this returns. One that need not be costs a hundredth, and a power cut may
        leave it empty: whoever reads it must notice.
    """
    if is_remote(path):
        _files(path).pipe_file(_key(path), content)  # an object is put whole or not at all
        return
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if lasting:
        _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, so that a power cut cannot take them away again.

    Parameters
    ----------
    folder : Path
        On object storage nothing is done.
    """
    if is_remote(folder) or folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def sync_tree(folder: Path) -> None:
    """Bring every file and folder below a folder from the system's memory to the disk.

    Parameters
    ----------
    folder : Path
        On object storage nothing is done: an object is kept once it is put.

    Raises
    ------
    OSError
        If a file cannot be brought to the disk.
    """
    if is_remote(folder):
        return
    found = [(Path(here), names) for here, _, names in os.walk(folder)]
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        list(pool.map(_sync_file, [here / name for here, names in found for name in names]))
        list(pool.map(_sync_folder, [here for here, _ in found]))


def write_exclusively(path: Path, content: bytes) -> bool:
    """Put an object where there is none.

    Parameters
    ----------
    path : Path
        On object storage.

    Returns
    -------
    bool
        False where there is one already.
    """
    try:
        _files(path).pipe_file(_key(path), content, mode="create")
    except FileExistsError:
        return False
    return True


def remove_tree(folder: Path) -> None:
    """Remove a folder and all that lies below it, as far as it is there."""
    if not is_remote(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _sync_folder(folder.parent)  # or it can be back after a power cut
    elif folder.exists():
        _files(folder).rm(_key(folder), recursive=True)


def files_below(folder: Path) -> dict[str, Path]:
    """Find all files below a folder.

    Returns
    -------
    dict of str to Path
        By their names relative to the folder, with slashes, sorted.
    """
    if is_remote(folder):
        start = len(_key(folder).rstrip("/")) + 1
        names = [str(found)[start:] for found in _files(folder).find(_key(folder))]
    else:
        names = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
    return {name: folder / name for name in sorted(names)}


def file_digests(files: Sequence[Path]) -> list[str]:
    """Digest the bytes of files.

    Returns
    -------
    list of str
        sha256, hexadecimal, in the same order.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    if not any(is_remote(file) for file in files):
        return [file_digest(file) for file in files]
    with ThreadPoolExecutor(_READS_AT_ONCE) as readers:
        return list(readers.map(lambda file: hashlib.sha256(read_whole(file)).hexdigest(), files))


def file_sizes(files: Sequence[Path]) -> list[int]:
    """Give the sizes of files in bytes, in the same order."""
    if not any(is_remote(file) for file in files):
        return [file.stat().st_size for file in files]
    with ThreadPoolExecutor(_READS_AT_ONCE) as readers:
        return list(readers.map(lambda file: int(_files(file).size(_key(file))), files))


def changed_at(file: Path) -> float:
    """Tell when a file was last written, in seconds since 1970."""
    return _files(file).modified(_key(file)).timestamp() if is_remote(file) else file.stat().st_mtime


def open_arrays(folder: Path, *, write: bool = False) -> zarr.Group:
    """Open the arrays that lie in a folder.

    Parameters
    ----------
    write : bool
        Make them where there are none.
    """
    import zarr

    there: Any = folder
    if is_remote(folder):
        options = dict(cast(Any, folder).storage_options)
        there = zarr.storage.FsspecStore.from_url(str(folder), storage_options=options, read_only=not write)
    return zarr.open_group(there, mode="a" if write else "r")


def _files(path: Path) -> Any:
    return cast(Any, path).fs


def _key(path: Path) -> str:
    return str(cast(Any, path).path)


def _sync_file(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; some file systems and systems have no handle for folders."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
