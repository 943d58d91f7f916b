"""From image records to pixels: what a batch lacks, decoded once and resized to every size that is wanted."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from data import ImageError, decode_image
from data.files import read_regular, why_not_opened
from explain.building.masks import read_mask_of
from explain.building.tables import ReadImage
from explain.models.preprocessing import resize_image
from explain.store.pictures import Pictures, encode_pictures

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from data import ImageRecord
    from explain.models.specification import InputSize, ModelSpec


@dataclass(frozen=True)
class Batch:
    """Neighbouring images of a dataset, and what the store lacks of them.

    Attributes
    ----------
    records : mapping of int to ImageRecord
        By row, rising; only images that must be decoded.
    missing : mapping of str to frozenset of int
        Rows that a network must see, by model.
    unpictured : frozenset of int
        Rows without photograph or thumbnail.
    methods : mapping of str to tuple of str
        Explainers whose maps are wanted of every row that a network sees, by model.
    precision : mapping of str to str
        What activations are rounded to, by model; float16 where it is not named.
    """

    records: Mapping[int, ImageRecord]
    missing: Mapping[str, frozenset[int]]
    unpictured: frozenset[int]
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    precision: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PreparedImage:
    """A decoded image as the networks and the pages take it.

    Attributes
    ----------
    read : ReadImage
    pixels : mapping of InputSize to ndarray of uint8, shape (rows, columns, 3)
        By input size; empty where the image could not be read.
    pictures : Pictures or None
        None where they are there already.
    """

    read: ReadImage
    pixels: Mapping[InputSize, NDArray[np.uint8]]
    pictures: Pictures | None


@dataclass(frozen=True)
class PreparedBatch:
    """A batch with its images decoded and resized, by row."""

    batch: Batch
    images: Mapping[int, PreparedImage]


def prepare_image(record: ImageRecord, sizes: Collection[InputSize], with_pictures: bool) -> PreparedImage:
    """Decode an image once, and make of it all that is wanted.

    Parameters
    ----------
    sizes : collection of InputSize
        Input sizes of the networks that lack it.
    with_pictures : bool
        Whether to encode the photograph, the thumbnail and the mask as pages show them.

    Notes
    -----
    A mask that cannot be read is left out; the tables say so, since they read it as well.
    """
    try:
        image = read_record(record)
    except ImageError as error:
        return PreparedImage(ReadImage(str(error)), {}, None)
    pictures = None
    if with_pictures:
        mask = None
        with suppress(ImageError):
            mask = read_mask_of(record)
        pictures = encode_pictures(image, mask)
    pixels = {size: resize_image(image, size) for size in sizes}
    return PreparedImage(ReadImage("ok", image.width, image.height), pixels, pictures)


def read_record(record: ImageRecord) -> Image.Image:
    """Decode an image of a dataset, if it still is the one that the dataset was opened with.

    Returns
    -------
    PIL.Image.Image
        RGB, upright.

    Raises
    ------
    ImageError
        If it cannot be read, or its bytes are not those that the record's digest is of: the store would keep
        another picture's results under this one's name.
    """
    if record.fault:
        raise ImageError(record.fault)
    try:
        content = read_regular(record.path)
    except (OSError, ValueError) as error:
        raise ImageError(f"the file cannot be opened: {why_not_opened(record.path, error)}") from error
    if record.sha256 and hashlib.sha256(content).hexdigest() != record.sha256:
        raise ImageError("the file changed while the dataset was read; build again")
    return decode_image(content, size=record.size)


def sizes_of_rows(batch: Batch, specs: Sequence[ModelSpec]) -> dict[int, frozenset[InputSize]]:
    """Tell which input sizes each row of a batch is wanted in.

    Returns
    -------
    dict of int to frozenset of InputSize
        Sizes by row.
    """
    return {
        row: frozenset(spec.input_size for spec in specs if row in batch.missing[spec.name]) for row in batch.records
    }
