"""Whatever a person has of a photograph becomes upright RGB, and a name for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from data import ImageError, decode_image
from data.images import upright_rgb
from explain.errors import ExplainError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Photograph = str | Path | bytes | Image.Image | NDArray[np.uint8]
    """A file, a file's content, a picture of Pillow, or an array of shape (h, w, 3), or (h, w) where it is grey."""

UNNAMED = "image"


def read_photograph(given: Photograph) -> Image.Image:
    """Read one photograph, as builds read files.

    Returns
    -------
    PIL.Image.Image
        RGB, upright.

    Raises
    ------
    ExplainError
        If it cannot be read; the sentence says why.
    """
    try:
        if isinstance(given, Image.Image):
            return upright_rgb(given)
        if isinstance(given, str | Path | bytes):
            return decode_image(given)
    except ImageError as error:
        named = f"{str(given)[:200]!r}" if isinstance(given, str | Path) else "The image"
        raise ExplainError(f"{named} cannot be read: {error}.") from error
    return Image.fromarray(_pixels(given)).convert("RGB")


def name_of(given: Photograph) -> str:
    """Name a photograph: its file's name without extension, as builds do, or "image"."""
    if isinstance(given, str | Path):
        return Path(given).stem or UNNAMED
    file = getattr(given, "filename", "")  # which Pillow's pictures have that were opened from a file
    return (Path(file).stem if isinstance(file, str) else "") or UNNAMED


def is_one(given: Any) -> bool:
    """Tell one photograph from a list of them."""
    return isinstance(given, str | Path | bytes | Image.Image) or hasattr(given, "__array__")


def _pixels(given: Any) -> NDArray[np.uint8]:
    expected = "expected one RGB image: uint8 from 0 to 255, shape (rows, columns, 3)"
    if not hasattr(given, "__array__"):
        raise ExplainError(f"A photograph is {type(given).__name__!r}; {expected}, a file or a picture of Pillow.")
    pixels = np.asarray(given)
    if pixels.dtype != np.uint8:
        scaled = " Where it is 0 to 1: (255 * image).round().astype('uint8')." if pixels.dtype.kind == "f" else ""
        raise ExplainError(f"The array is of type {pixels.dtype}; {expected}.{scaled}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if not (pixels.size and (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3))):
        several = " For several images give a list: list(images)." if pixels.ndim == 4 else ""
        raise ExplainError(f"The array has shape {pixels.shape}; {expected}.{several}")
    return pixels
