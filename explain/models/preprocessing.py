"""From a decoded photograph to the square of pixels that a network sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESIZING = "whole image, Pillow bilinear (antialiased), aspect ratio not kept"
"""How images are resized, in words, as the store's manifest records it."""


def resize_image(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """Resize a whole RGB image to the square that a network takes, as ``keras.utils.load_img`` does.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, upright.
    size : int
        Side in pixels.

    Returns
    -------
    ndarray of uint8, shape (size, size, 3)
    """
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR), np.uint8)
