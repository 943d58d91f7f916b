"""What images are called: ids unique in their dataset, that follow from file names alone and can stand in links."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from data.scanning import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_ID = 200
"""Characters; what a link holds."""
_DIGITS = 12


def image_ids(paths: Sequence[str]) -> list[str]:
    """Name the images of a dataset.

    A file's name without extension; with its class before it where two classes share it, and with its extension
    where two files of one class do. What cannot be printed is escaped, and a name is cut that is longer than
    :data:`LONGEST_ID`; such names end in a digest of the path, which keeps them apart.

    Parameters
    ----------
    paths : sequence of str
        ``<class>/<file>``, each once.

    Returns
    -------
    list of str
        In the same order.

    Examples
    --------
    >>> image_ids(["cat/one.png", "dog/one.png", "dog/two.png"])
    ['cat_one', 'dog_one', 'two']
    """
    names = [PurePosixPath(path) for path in paths]
    stems = Counter(name.stem for name in names)
    within = Counter((name.parent, name.stem) for name in names)
    found = []
    for name in names:
        image = name.stem if stems[name.stem] == 1 else f"{name.parent}_{name.stem}"
        # robin.jpg beside robin.png in one class
        found.append(f"{name.parent}_{name.name}" if within[name.parent, name.stem] > 1 else image)
    taken = Counter(found)
    # a/x and b/x beside c/a_x: only the whole path tells them apart
    found = [path if taken[image] > 1 else image for path, image in zip(paths, found, strict=True)]
    safe = [_safe(image, path) for image, path in zip(found, paths, strict=True)]
    taken = Counter(safe)
    return [_digest(path) if taken[image] > 1 else image for path, image in zip(paths, safe, strict=True)]


def _safe(image: str, path: str) -> str:
    plain = printable(image)
    if plain == image and len(image) <= LONGEST_ID:
        return image
    return f"{plain[: LONGEST_ID - _DIGITS - 1]}-{_digest(path)[:_DIGITS]}"


def _digest(path: str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()
