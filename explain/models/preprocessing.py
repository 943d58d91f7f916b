"""From a decoded photograph to the pixels that a network sees, and from those to the values that it was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.models.specification import InputSize

RESIZING = "whole image, Pillow bilinear (antialiased), aspect ratio not kept"
"""How images are resized, in words, as the store's manifest records it."""

NONE, UNIT = "none", "0..1"
"""Pixels as they are, 0 to 255, for a network that scales them itself; pixels divided by 255."""

IMAGENET_MODES = ("tf", "torch", "caffe")
"""Modes of ``keras.applications.imagenet_utils.preprocess_input``."""

PREPROCESSING_MODES = (*IMAGENET_MODES, UNIT, NONE)


def rows_and_columns(size: InputSize) -> tuple[int, int]:
    """Give an input's height and width in pixels; a square is written as its side.

    Examples
    --------
    >>> rows_and_columns(224), rows_and_columns((192, 256))
    ((224, 224), (192, 256))
    """
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def resize_image(image: Image.Image, size: InputSize) -> NDArray[np.uint8]:
    """Resize a whole RGB image to what a network takes, as ``keras.utils.load_img`` does.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, upright.
    size : int or (int, int)
        Side in pixels, or height and width.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
    """
    height, width = rows_and_columns(size)
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), np.uint8)


def grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn RGB pixels into grey ones, as Pillow's mode "L" does (ITU-R 601-2 luma).

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, height, width, 3)

    Returns
    -------
    ndarray of uint8, shape (n, height, width, 1)
    """
    return np.stack([np.asarray(Image.fromarray(each).convert("L")) for each in pixels])[..., None]


def prepared(pixels: NDArray[Any], mode: str) -> NDArray[np.float32]:
    """Scale pixels to what a network was trained on.

    Parameters
    ----------
    pixels : array of uint8, shape (n, height, width, channels)
    mode : {"tf", "torch", "caffe", "0..1", "none"}

    Returns
    -------
    ndarray of float32, same shape
    """
    images = pixels.astype(np.float32)
    if mode == NONE:
        return images
    if mode == UNIT:
        return images / np.float32(255)
    from keras.applications import imagenet_utils

    return np.asarray(imagenet_utils.preprocess_input(images, data_format="channels_last", mode=mode), np.float32)
