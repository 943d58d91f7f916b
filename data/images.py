"""Decoding: whatever a file holds becomes upright RGB of 8 bits, or one sentence why not."""

from __future__ import annotations

import hashlib
import io
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from data.errors import ImageError
from data.files import open_regular, read_regular, why_not_opened
from data.quiet_decoding import caught_noise
from data.reasons import damage_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".jp2", ".avif"}
)
"""Endings of files that count as images, in lower case."""

IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
"""Formats by Pillow's names: those of the endings. Others stay closed, as EPS, which starts an interpreter."""

MAX_PIXELS = 100_000_000
"""Larger images are refused before they are decoded."""

_WIDE_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ON_THEIR_SIDE = (5, 6, 7, 8)
"""EXIF's orientations that exchange width and height."""
_STRIP = 2**20
"""Pixels that are converted at a time."""


def decode_image(
    source: str | Path | bytes, max_pixels: int = MAX_PIXELS, size: tuple[int, int] | None = None
) -> Image.Image:
    """Decode an image of any mode Pillow reads to upright RGB.

    EXIF orientation is applied; of animated and multi-page files the first frame counts; transparency lies on
    white, as a viewer shows it; 16-bit grey is scaled to 8 bits by its full range (0..65535).

    Parameters
    ----------
    source : str, Path or bytes
        A file, or a file's content.
    max_pixels : int
        Width times height that is still decoded.
    size : (int, int), optional
        Width and height of the image as its dataset describes it. Where the pixels have it as they are stored, and
        turned by EXIF would not, EXIF is wrong and does not count: the file was turned once already.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    ImageError
        If it cannot be read; the message is the reason.
    """
    if isinstance(source, bytes):
        content = source
    else:
        try:
            content = read_regular(Path(source))
        except (OSError, ValueError) as error:
            raise ImageError(f"the file cannot be opened: {why_not_opened(Path(source), error)}") from error
    if not content:
        raise ImageError("the file is empty; copy or download it again")
    with _opened(io.BytesIO(content), max_pixels) as image:
        image.seek(0)
        _load(image)
        _turn_upright(image, size)
        return _to_rgb(image)


def upright_rgb(image: Image.Image) -> Image.Image:
    """Turn an opened image into what :func:`decode_image` would give of its file: a new picture, upright and RGB.

    Raises
    ------
    ImageError
        If its pixels cannot be decoded.
    """
    try:
        return _to_rgb(ImageOps.exif_transpose(image))
    except Exception as error:  # decoders raise many kinds on damaged files
        raise ImageError(damage_reason(error)) from error


def pixels_of(path: Path) -> int:
    """Give width times height of an image without decoding it; 0 where it is none."""
    try:
        with open_regular(path) as file, _opened(file, 0) as image:
            return image.width * image.height
    except (ImageError, OSError, ValueError):
        return 0


def read_mask(path: str | Path, sha256: str | None = None) -> NDArray[np.uint8]:
    """Read a part mask.

    Parameters
    ----------
    path : str or Path
        PNG, grey or palette of 8 bits.
    sha256 : str, optional
        Digest of the bytes that are meant: of other ones no pixel is read.

    Returns
    -------
    ndarray of uint8, shape (h, w)
        Part ids, 0 background.

    Raises
    ------
    ImageError
        If it cannot be read, or is another one than is meant.
    """
    try:
        content = read_regular(Path(path))
    except (OSError, ValueError) as error:
        raise ImageError(f"the mask cannot be opened: {why_not_opened(Path(path), error)}") from error
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise ImageError(f"the mask {Path(path).name} changed while the dataset was read; build again")
    try:
        with _opened(io.BytesIO(content), MAX_PIXELS) as image:
            _load(image)
            # A palette's indices are the ids; its colours are only for people.
            return np.asarray(image if image.mode in ("L", "P") else image.convert("L"), np.uint8)
    except ImageError as error:
        raise ImageError(f"the mask {Path(path).name} cannot be read: {error}") from error


def encode(picture: NDArray[np.uint8], quality: int = 88) -> bytes:
    """Encode a picture as JPEG.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
    """
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def decode(content: bytes) -> NDArray[np.uint8]:
    """Decode a stored picture.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


@contextmanager
def _opened(file: BinaryIO, max_pixels: int) -> Iterator[Image.Image]:
    """Open an image that is not too large, where 0 stands for any size; whatever goes wrong becomes a reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a suspicious size is judged here, odd metadata is no concern
            with Image.open(file, formats=IMAGE_FORMATS) as image:
                if max_pixels and image.width * image.height > max_pixels:
                    raise ImageError(
                        f"{image.width} x {image.height} pixels are more than the {max_pixels:,} that are read; "
                        "make it smaller"
                    )
                yield image
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError("this is no image format that can be read; save it as JPEG or PNG") from error
    except Image.DecompressionBombError as error:
        raise ImageError("the image has far more pixels than can be read; make it smaller") from error
    except Exception as error:  # decoders raise many kinds on damaged files
        raise ImageError(damage_reason(error)) from error


def _load(image: Image.Image) -> None:
    """Decode the pixels; libtiff's complaints go into the reason and not to standard error."""
    if not any(tile[0] == "libtiff" for tile in getattr(image, "tile", ())):
        image.load()
        return
    failed = None
    with caught_noise() as noise:
        try:
            image.load()
        except Exception as error:
            failed = error
    if failed is not None:
        raise ImageError(damage_reason(failed, noise.text)) from failed


def _turn_upright(image: Image.Image, size: tuple[int, int] | None) -> None:
    """Apply EXIF's orientation, unless the pixels have the size that is expected of them, and turned would not."""
    turned = image.getexif().get(ExifTags.Base.Orientation) in _ON_THEIR_SIDE
    upright = (image.height, image.width) if turned else image.size
    if not image.size == size != upright:
        ImageOps.exif_transpose(image, in_place=True)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _WIDE_MODES:
        return _in_strips(image, _grey_of(image))
    if "A" in image.mode or image.mode in ("La", "RGBa") or "transparency" in image.info:
        return _in_strips(image, _on_white)
    return image.copy() if image.mode == "RGB" else image.convert("RGB")


def _in_strips(image: Image.Image, to_rgb: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Convert a few rows at a time: what is between the old pixels and the new ones never takes much memory."""
    made = Image.new("RGB", image.size)
    for top, strip in _strips(image):
        made.paste(to_rgb(strip), (0, top))
    return made


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, _STRIP // max(1, image.width))
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba).convert("RGB")


def _grey_of(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    top = max((float(_values(strip).max(initial=0.0)) for _, strip in _strips(image)), default=0.0)
    # Whole numbers of 16 bits by their full range; floats beyond 0..1 and 32-bit values by their own maximum.
    usual = 1.0 if image.mode == "F" else 65535.0
    full = usual if top <= usual else top

    def to_rgb(strip: Image.Image) -> Image.Image:
        grey = np.rint(np.clip(_values(strip) / full, 0, 1) * 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")

    return to_rgb


def _values(image: Image.Image) -> NDArray[np.float64]:
    return np.nan_to_num(np.asarray(image, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
