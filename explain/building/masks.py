"""Masks of a dataset, if they still are those that it was opened with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data import read_mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from data import ImageRecord


def read_mask_of(record: ImageRecord) -> NDArray[np.uint8] | None:
    """Read an image's mask; None where it has none.

    Raises
    ------
    ImageError
        If it cannot be read, or its bytes are not those that the record's digest is of: what another mask measures
        would stand under this one's digest.
    """
    return None if record.mask is None else read_mask(record.mask, record.mask_sha256)
