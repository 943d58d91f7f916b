"""The datasets: what an image record is, where images come from, and the embedded demo set.

Knows nothing of networks or pages; imports neither :mod:`explain` nor :mod:`dashboard`.
"""

from data.classes import ImageNetClass, load_imagenet_classes
from data.datasets import open_dataset
from data.errors import DataError, ImageError
from data.images import MAX_PIXELS, decode_image, read_mask
from data.records import Box, Dataset, ImageRecord

__all__ = [
    "MAX_PIXELS",
    "Box",
    "DataError",
    "Dataset",
    "ImageError",
    "ImageNetClass",
    "ImageRecord",
    "decode_image",
    "load_imagenet_classes",
    "open_dataset",
    "read_mask",
]
