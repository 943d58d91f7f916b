"""Looking through a dataset's folder: which files are its images, and what lies there that is not read."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import DataError
from data.files import why_not_opened
from data.images import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

MASK_ENDING = ".mask.png"
LEADS_OUT = "the link leads out of the dataset and is not followed; put the file itself there"
_OTHER_IMAGES = frozenset(
    {
        ".heic", ".heif", ".mpo", ".jxl", ".jfif", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc", ".svg", ".psd", ".xcf",
        ".ico", ".tga", ".pcx", ".eps", ".dds", ".exr", ".hdr", ".qoi", ".pnm", ".pbm", ".pfm", ".apng", ".dng", ".cr2",
        ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".dcm", ".fits",
    }
)  # fmt: skip
"""Endings of pictures that are not read, in lower case."""


@dataclass(frozen=True)
class Scan:
    """What lies in a dataset's folder.

    Attributes
    ----------
    images : frozenset of str
        Files that count as images, as ``<class>/<file>``, or ``<file>`` where there are no class folders; some may
        turn out not to be readable.
    leading_out : frozenset of str
        Those of them that are links to somewhere outside the dataset.
    warnings : tuple of str
        What lies there and is not read, one sentence per sort.
    """

    images: frozenset[str]
    leading_out: frozenset[str]
    warnings: tuple[str, ...]


def scan_folder(root: Path) -> Scan:
    """Look through the class folders of a dataset; folders below them are not searched.

    Images in the folder itself count where there are no class folders with images: they bear no labels.

    Raises
    ------
    DataError
        If the folder itself cannot be read.
    """
    try:
        top = _entries(root)
    except OSError as error:
        raise DataError(f"The folder {root} cannot be read: {why_not_opened(root, error)}.") from error
    images: set[str] = set()
    leading_out: set[str] = set()
    others: list[str] = []
    deeper: list[str] = []
    warnings: list[str] = []
    loose = [entry.name for entry in top if is_image(entry.name) and not _is_folder(entry)]
    others += [entry.name for entry in top if _suffix(entry.name) in _OTHER_IMAGES and not _is_folder(entry)]
    for folder in top:
        if folder.name.startswith((".", "__")) or not _is_folder(folder):
            continue
        if folder.is_symlink() and leads_out(root, folder.name):
            warnings.append(f"The folder {printable(folder.name)} is left out: the link leads out of the dataset.")
            continue
        try:
            entries = _entries(Path(folder.path))
        except OSError as error:
            reason = why_not_opened(Path(folder.path), error)
            warnings.append(f"The folder {printable(folder.name)} is left out: {reason}.")
            continue
        for file in entries:
            path = f"{folder.name}/{file.name}"
            if is_image(file.name):
                images.add(path)
                if file.is_symlink() and leads_out(root, path):
                    leading_out.add(path)
            elif _suffix(file.name) in _OTHER_IMAGES:
                others.append(path)
            elif _is_folder(file) and not file.is_symlink() and _holds_images(file):
                deeper.append(path)
    if loose and not images:
        images.update(loose)
        leading_out.update(
            entry.name for entry in top if entry.name in images and entry.is_symlink() and leads_out(root, entry.name)
        )
        warnings.append(
            f"{_counted(loose, 'image')} in the folder itself, and no class folders: there are no labels, and maps are "
            "of the predicted class. For labels, move the images into one subfolder per class."
        )
    elif loose:
        warnings.append(
            f"Not read: {_counted(loose, 'image file')} beside the class folders{_first(loose)}. "
            "Move what belongs to a class into the folder that is named by it."
        )
    if others:
        suffixes = ", ".join(f"{count} {suffix}" for suffix, count in sorted(Counter(map(_suffix, others)).items()))
        warnings.append(
            f"Not read: {_counted(others, 'picture')} of other formats, {suffixes}{_first(others)}. "
            "Convert them to JPEG or PNG."
        )
    if deeper:
        warnings.append(
            f"Not searched: {_counted(deeper, 'folder')} with images inside a class folder{_first(deeper)}. "
            "Move the images into the class folder."
        )
    return Scan(frozenset(images), frozenset(leading_out), tuple(warnings))


def leads_out(root: Path, path: str) -> bool:
    """Tell whether a path below a folder leads out of it by a link."""
    try:
        top, target = os.path.realpath(root), os.path.realpath(root / path)
    except (OSError, ValueError):
        return False
    return os.path.commonpath([top, target]) != top


def printable(text: str) -> str:
    r"""Write a file's name so that it can be printed and kept, whatever bytes it is made of.

    Examples
    --------
    >>> printable("two\nlines"), printable(b"caf\xe9".decode(errors="surrogateescape"))
    ('two\\nlines', 'caf\\xe9')
    """
    return "".join(character if _is_plain(character) else _escaped(character) for character in text)


def _is_plain(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) in ("Zs", "Cf", "Co", "Cn")


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that is no UTF-8, as Python hands it over
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def is_image(name: str) -> bool:
    """Tell by a file's name whether it counts as an image."""
    return _suffix(name) in IMAGE_SUFFIXES and not name.startswith(".") and not name.endswith(MASK_ENDING)


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _holds_images(folder: os.DirEntry[str]) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(is_image(entry.name) for entry in entries)
    except OSError:
        return False


def _counted(names: Sequence[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _first(names: Sequence[str]) -> str:
    return f" ({'' if len(names) == 1 else 'the first is '}{printable(min(names))})"
