"""Where the labelled objects of some images lie on the common grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.measures.regions import box_coverage, mask_coverage, without_parts
from explain.measures.resampling import COMMON_GRID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord
    from explain.building.tables import ReadImage


@dataclass(frozen=True)
class Regions:
    """Coverage of the common grid by the labelled object and its parts, for a block of images."""

    subject: NDArray[np.float64] | None
    parts: Mapping[str, NDArray[np.float64]]
    unread: Mapping[str, str]

    @classmethod
    def of(
        cls,
        records: Sequence[ImageRecord],
        read: Sequence[ReadImage],
        parts: Mapping[int, str],
        beside: Sequence[str] = (),
    ) -> Regions:
        """Read masks, else take boxes; what has neither is NaN, and a mask that cannot be read is told."""
        from data import ImageError
        from explain.building.masks import read_mask_of

        shape = (len(records), COMMON_GRID, COMMON_GRID)
        subject = np.full(shape, np.nan)
        of_part = {name: np.full(shape, np.nan) for name in parts.values()} if parts else {}
        unread: dict[str, str] = {}
        for index, (record, found) in enumerate(zip(records, read, strict=True)):
            try:
                mask = read_mask_of(record)
            except ImageError as error:
                unread[record.image] = str(error)
                continue
            if mask is not None:
                subject[index] = mask_coverage(without_parts(mask, parts, beside))
                for number, name in parts.items():
                    of_part[name][index] = mask_coverage(mask, (number,))
            elif record.boxes:
                subject[index] = box_coverage(record.boxes, found.width, found.height)
        nothing = np.isnan(subject).all()
        return cls(None if nothing else subject, of_part, unread)
