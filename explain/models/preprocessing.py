"""From a decoded photograph to the pixels that a network sees, and from those to the values that it was trained on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from explain.models.model_spec import InputSize

RESIZING = "whole image, Pillow bilinear (antialiased), aspect ratio not kept"
"""How images are resized, in words, as the store's manifest records it."""

NONE, UNIT = "none", "0..1"
"""Pixels as they are, 0 to 255, for a network that scales them itself; pixels divided by 255."""

IMAGENET_MODES = ("tf", "torch", "caffe")
"""Modes of ``keras.applications.imagenet_utils.preprocess_input``: -1 to 1; ImageNet's mean and deviation of pixels
divided by 255; blue before red, less ImageNet's mean."""

PREPROCESSING_MODES = (*IMAGENET_MODES, UNIT, NONE)

_LARGEST_PIXEL = 255
_LARGEST_STATISTIC = 1e6


@dataclass(frozen=True)
class Standardisation:
    """A network's own mean and standard deviation of pixels: (scale * pixel - mean) / std, channel by channel.

    Attributes
    ----------
    mean, std : tuple of float
        Of each channel, or of all where there is one; in the unit of scaled pixels.
    scale : float
        What pixels from 0 to 255 are multiplied by first: 1/255 for statistics of values from 0 to 1, as torchvision
        and timm write them; 1 for statistics of pixels.

    Examples
    --------
    >>> str(Standardisation((0.5,), (0.25,)))
    '(pixel / 255 - 0.5) / 0.25'
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: float = 1 / _LARGEST_PIXEL

    def __str__(self) -> str:
        mean, std = (
            f"{values[0]:g}" if len(values) == 1 else f"[{', '.join(f'{value:g}' for value in values)}]"
            for values in (self.mean, self.std)
        )
        pixel = "pixel" if self.scale == 1 else f"pixel / {1 / self.scale:g}"
        return f"({pixel} - {mean}) / {std}"

    def of(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise pixels from 0 to 255, shape (n, height, width, channels)."""
        scaled = pixels / np.float32(1 / self.scale)  # a division by 255 has the last digits that frameworks give
        mean, std = np.asarray(self.mean, np.float32), np.asarray(self.std, np.float32)
        return np.asarray((scaled - mean) / std, np.float32)


Preprocessing = str | Standardisation
"""One of :data:`PREPROCESSING_MODES`, or statistics of one's own."""

_IMAGENET = Standardisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CAFFE_MEAN = (103.939, 116.779, 123.68)


def preprocessing_as_json(value: Preprocessing) -> str | dict[str, Any]:
    """Write a preprocessing as a manifest, or a table of a specification, holds it."""
    if isinstance(value, str):
        return value
    return {name: list(each) if isinstance(each, tuple) else each for name, each in asdict(value).items()}


def preprocessing_from_json(value: str | Mapping[str, Any]) -> Preprocessing:
    """Read what :func:`preprocessing_as_json` wrote."""
    if isinstance(value, str):
        return value
    return Standardisation(tuple(value["mean"]), tuple(value["std"]), float(value["scale"]))


def read_preprocessing(value: Any) -> Preprocessing:
    """Read a preprocessing as a person writes it: a name, or a table with mean, std and, where it is not 1/255, scale.

    Raises
    ------
    ValueError
        If it is neither; what was expected is said.

    Examples
    --------
    >>> read_preprocessing({"mean": [120.0, 115.0, 100.0], "std": 58, "scale": 1})
    Standardisation(mean=(120.0, 115.0, 100.0), std=(58,), scale=1.0)
    """
    if isinstance(value, str) and value in PREPROCESSING_MODES:
        return value
    if not isinstance(value, dict):
        raise ValueError(
            f"one of {', '.join(PREPROCESSING_MODES)}, or statistics of pixels divided by 255 such as "
            "{ mean = [0.5, 0.5, 0.5], std = [0.5, 0.5, 0.5] }"
        )
    lists = {key: each if isinstance(each, list) else [each] for key, each in value.items()}
    lists = {"scale": [1 / _LARGEST_PIXEL], **lists}
    sizes = {"mean": (1, 3), "std": (1, 3), "scale": (1,)}
    good = lists.keys() == sizes.keys() and all(
        len(numbers) in sizes[key]
        and all(type(each) in (int, float) and abs(each) < _LARGEST_STATISTIC for each in numbers)
        for key, numbers in lists.items()
    )
    if not good or 0 in (*lists["std"], *lists["scale"]):
        raise ValueError("mean and std, each one number or one for each colour; neither std nor scale may be 0")
    return Standardisation(tuple(lists["mean"]), tuple(lists["std"]), float(lists["scale"][0]))


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


def prepared(pixels: NDArray[Any], mode: Preprocessing) -> NDArray[np.float32]:
    """Scale pixels to what a network was trained on.

    Parameters
    ----------
    pixels : array of uint8, shape (n, height, width, channels)
    mode : {"tf", "torch", "caffe", "0..1", "none"} or Standardisation

    Returns
    -------
    ndarray of float32, same shape
    """
    images = pixels.astype(np.float32)
    if isinstance(mode, Standardisation):
        return mode.of(images)
    if mode == NONE:
        return images
    if mode == UNIT:
        return images / np.float32(_LARGEST_PIXEL)
    if mode == "tf":
        return images / np.float32(_LARGEST_PIXEL / 2) - np.float32(1)
    return _IMAGENET.of(images) if mode == "torch" else images[..., ::-1] - np.asarray(_CAFFE_MEAN, np.float32)
