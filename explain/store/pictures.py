"""What pages show of an image: made once, at the build, so that no page decodes a photograph."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explain.store.digests import digest_of
from explain.store.filesystem import file_digests, files_below, write_atomically
from explain.store.layout import picture_name

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

PHOTOGRAPH_SIDE = 640
THUMBNAIL_SIDE = 256


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

    photograph = image.copy()
    photograph.thumbnail((PHOTOGRAPH_SIDE, PHOTOGRAPH_SIDE), Pillow.Resampling.LANCZOS)
    thumbnail = photograph.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Pillow.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if mask is not None:
        shrunk = Pillow.fromarray(mask).resize(photograph.size, Pillow.Resampling.NEAREST)
        shrunk.save(buffer, "PNG", optimize=True)
    return Pictures(_jpeg(photograph, 88), _jpeg(thumbnail, 80), buffer.getvalue() if mask is not None else None)


def write_pictures(store: Path, row: int, pictures: Pictures) -> None:
    """Write the pictures of an image."""
    name = picture_name(row)
    if pictures.mask is not None:  # first, because the other two are what tells that all is there
        write_atomically(store / "masks" / f"{name}.png", pictures.mask)
    write_atomically(store / "photographs" / f"{name}.jpg", pictures.photograph)
    write_atomically(store / "thumbnails" / f"{name}.jpg", pictures.thumbnail)


def rows_with_pictures(store: Path) -> frozenset[int]:
    """Find the images whose pictures are all there; the mask, where there is one, is written before the other two."""
    photographs, thumbnails = (
        {int(file.stem) for file in (store / kind).glob("*.jpg") if file.stem.isdigit()}
        for kind in ("photographs", "thumbnails")
    )
    return frozenset(photographs & thumbnails)


def pictures_digest(store: Path) -> str:
    """Digest all pictures of a store by their names and bytes."""
    files = {
        f"{kind}/{name}": file
        for kind in ("masks", "photographs", "thumbnails")
        for name, file in files_below(store / kind).items()
        if not name.startswith(".")
    }
    return digest_of([list(pair) for pair in zip(files, file_digests(list(files.values())), strict=True)])


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
