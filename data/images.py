"""Decoding: whatever a file holds becomes upright RGB of 8 bits, or one sentence why not."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from data.errors import ImageError

if TYPE_CHECKING:
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
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"the file cannot be opened: {error.strerror or error}") from error
    if not content:
        raise ImageError("the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a suspicious size is judged below, odd metadata is no concern
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                if image.width * image.height > max_pixels:
                    raise ImageError(
                        f"{image.width} x {image.height} pixels are more than the {max_pixels:,} that are read"
                    )
                image.seek(0)
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _to_rgb(image if image.size == size != upright.size else upright)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError("this is no image format that can be read") from error
    except Image.DecompressionBombError as error:
        raise ImageError("the image has far more pixels than can be read") from error
    except Exception as error:  # decoders raise many kinds on damaged files
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"the image is damaged: {reason[:200]}") from error


def read_mask(path: str | Path) -> NDArray[np.uint8]:
    """Read a part mask.

    Parameters
    ----------
    path : str or Path
        PNG, grey or palette of 8 bits.

    Returns
    -------
    ndarray of uint8, shape (h, w)
        Part ids, 0 background.

    Raises
    ------
    ImageError
        If it cannot be read.
    """
    try:
        with Image.open(path) as image:
            # A palette's indices are the ids; its colours are only for people.
            return np.asarray(image if image.mode in ("L", "P") else image.convert("L"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(f"the mask {Path(path).name} cannot be read: {error}") from error


def encode(picture: NDArray[np.uint8], quality: int = 88) -> bytes:
    """Encode a picture as JPEG.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
    quality : int

    Returns
    -------
    bytes
    """
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def decode(content: bytes) -> NDArray[np.uint8]:
    """Decode a stored picture.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _WIDE_MODES:
        return _wide_grey(image)
    if "A" in image.mode or image.mode in ("La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _wide_grey(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    top = values.max(initial=0.0)
    # Whole numbers of 16 bits by their full range; floats beyond 0..1 and 32-bit values by their own maximum.
    usual = 1.0 if image.mode == "F" else 65535.0
    full = usual if top <= usual else top
    grey = np.rint(np.clip(values / full, 0, 1) * 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
