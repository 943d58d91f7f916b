"""Datasets within a folder: train, val and test, each with folders of classes, where one of them is what is meant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from data.scanning import is_image

if TYPE_CHECKING:
    from pathlib import Path

_DEEPEST = 4
_MOST_FOLDERS = 20_000
"""Folders that are looked into before the search is given up: it is for a sentence alone."""


def datasets_below(root: Path) -> list[str]:
    """Find the folders below a folder whose subfolders hold images, nearest first.

    Returns
    -------
    list of str
        Relative to `root`, with slashes, sorted within a level.
    """
    found: dict[str, None] = {}
    level = [""]
    looked = 0
    for _ in range(_DEEPEST):
        deeper = []
        for folder in level:
            looked += 1
            if looked > _MOST_FOLDERS:
                return list(found)
            folders, has_images = _content(root / folder)
            if has_images and folder:
                found.setdefault(folder.rpartition("/")[0])
                continue
            deeper += [f"{folder}/{name}".lstrip("/") for name in folders]
        level = deeper
    return [folder for folder in found if folder]


def _content(folder: Path) -> tuple[list[str], bool]:
    """Give the folders in a folder, links left out, and whether it holds images."""
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
            folders = [each.name for each in listed if each.is_dir(follow_symlinks=False)]
    except OSError:
        return [], False
    kept = [name for name in folders if not name.startswith((".", "__"))]
    return kept, any(is_image(each.name) for each in listed if each.name not in folders)
