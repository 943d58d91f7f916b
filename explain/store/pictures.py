"""What pages show of an image: made once, at the build, so that no page decodes a photograph."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explain.errors import StoreError
from explain.store.digests import digest_of
from explain.store.filesystem import file_digests, files_below
from explain.store.picture_packs import PACK, Packs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

PHOTOGRAPH_SIDE = 640
THUMBNAIL_SIDE = 256
KINDS = {"masks": ".png", "photographs": ".jpg", "thumbnails": ".jpg"}
"""Folders of pictures, and what their files end with."""


@dataclass(frozen=True)
class Pictures:
    """What pages show of an image, encoded.

    Attributes
    ----------
    photograph, thumbnail : bytes
        JPEG, RGB, upright, at most 640 and 256 pixels on the long side.
    mask : bytes or None
        PNG of the photograph's size; None where the image has no mask.
    """

    photograph: bytes
    thumbnail: bytes
    mask: bytes | None


def encode_pictures(image: Image.Image, mask: NDArray[np.uint8] | None) -> Pictures:
    """Make what pages show of an image: the photograph and a thumbnail, and its mask at the photograph's size.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, upright, full size.
    mask : ndarray of uint8, shape (h, w), or None
    """
    from PIL import Image as Pillow

    photograph = shown_photograph(image)
    thumbnail = photograph.copy()
    # Beside JPEG's own loss nobody sees the difference to Lanczos, which takes two to three times as long.
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Pillow.Resampling.HAMMING)
    buffer = io.BytesIO()
    if mask is not None:
        shrunk = Pillow.fromarray(mask).resize(photograph.size, Pillow.Resampling.NEAREST)
        shrunk.save(buffer, "PNG", optimize=True)
    return Pictures(_jpeg(photograph, 88), _jpeg(thumbnail, 80), buffer.getvalue() if mask is not None else None)


def shown_photograph(image: Image.Image) -> Image.Image:
    """Shrink a photograph to the size in which pages show it, at most 640 pixels on the long side."""
    from PIL import Image as Pillow

    photograph = image.copy()
    photograph.thumbnail((PHOTOGRAPH_SIDE, PHOTOGRAPH_SIDE), Pillow.Resampling.LANCZOS)
    return photograph


def packs_of(store: Path) -> dict[str, Packs]:
    """Give the archives of a store's pictures, by kind."""
    return {kind: Packs(store / kind, suffix) for kind, suffix in KINDS.items()}


class PictureWriter:
    """Keeps the pictures of neighbouring images until all are there, and writes them as one archive of each kind.

    Parameters
    ----------
    store : Path
    expected : collection of int
        Rows of which pictures, or the news that there are none, will come.

    Notes
    -----
    A build that is killed decodes at most one archive's images again: no network runs for that.
    """

    def __init__(self, store: Path, expected: Collection[int]) -> None:
        self._packs = packs_of(store)
        self._waiting: dict[int, set[int]] = {}
        self._made: dict[int, dict[int, Pictures]] = {}
        for row in expected:
            self._waiting.setdefault(row // PACK, set()).add(row)

    def take(self, rows: Collection[int], pictures: Mapping[int, Pictures]) -> None:
        """Take what became of some rows; those without pictures have none."""
        for row, made in pictures.items():
            self._made.setdefault(row // PACK, {})[row] = made
        for row in rows:
            self._waiting.get(row // PACK, set()).discard(row)
        for number in {row // PACK for row in rows}:
            if not self._waiting.get(number) and number in self._made:
                self._write(number, self._made.pop(number))

    def _write(self, number: int, made: Mapping[int, Pictures]) -> None:
        masks = {row: each.mask for row, each in made.items() if each.mask is not None}
        if masks:  # first, because the other two are what tells that all is there
            self._packs["masks"].write(number, masks)
        self._packs["photographs"].write(number, {row: each.photograph for row, each in made.items()})
        self._packs["thumbnails"].write(number, {row: each.thumbnail for row, each in made.items()})


def rows_with_pictures(store: Path) -> frozenset[int]:
    """Find the images whose pictures are all there; the mask, where there is one, is written before the other two."""
    packs = packs_of(store)
    return packs["photographs"].rows() & packs["thumbnails"].rows()


def stored_mask(masks: Packs, row: int, archived: Sequence[Sequence[int]]) -> NDArray[np.uint8] | None:
    """Read an image's part mask; None where it has none.

    Parameters
    ----------
    archived : sequence of (int, int)
        As :func:`rows_with_masks` found them when the store was published; nothing for older ones.

    Raises
    ------
    StoreError
        If it was changed or removed since.
    """
    import numpy as np
    from PIL import Image as Pillow

    content = masks.read(row)
    if content is not None:
        return np.asarray(Pillow.open(io.BytesIO(content)))
    if any(first <= row <= last for first, last in archived) and not masks.has_archive(row):
        raise StoreError(f"masks: the archive with image {row + 1} is missing. Build the store anew.")
    return None


def rows_with_masks(store: Path) -> list[list[int]]:
    """Find from which rows to which there are archives of masks: a lost one must not look like images without masks.

    Returns
    -------
    list of [int, int]
        The first row and the last one of archives that follow each other.
    """
    found: list[list[int]] = []
    for name in sorted(files_below(store / "masks")):
        first, _, last = name.removesuffix(".zip").partition("-")
        if not (first.isdigit() and last.isdigit()):  # of an older version, or half written
            continue
        if found and found[-1][1] + 1 == int(first):
            found[-1][1] = int(last)
        else:
            found.append([int(first), int(last)])
    return found


def pictures_digest(store: Path) -> str:
    """Digest all pictures of a store by their names and bytes."""
    files = {
        f"{kind}/{name}": file
        for kind in sorted(KINDS)
        for name, file in files_below(store / kind).items()
        if not name.startswith(".")
    }
    return digest_of([list(pair) for pair in zip(files, file_digests(list(files.values())), strict=True)])


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)  # optimised tables would save 2 %, and take as long again
    return buffer.getvalue()
