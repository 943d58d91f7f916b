"""Photographs twice: without and with a mark beside the subject, and nothing else changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.marked_demo import ENDING, PART, WEARER, unmarked
from explain.measures.regions import mask_coverage

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from explain.store.reading import Store

CONDITIONS = {
    "as brought up": "the wearer with the mark, the others without",
    "unmarked": "nobody with the mark",
    "swapped": "the wearer without the mark, the others with it",
}
"""Which photographs of each label are looked at, in words."""


@dataclass(frozen=True)
class Twins:
    """Photographs without the mark, and the same with it, in one order.

    Attributes
    ----------
    plain, marked : tuple of str, length n
        Ids.
    labels : tuple of str, length n
    wearer : str
        The label that wears the mark where the network was brought up.
    """

    plain: tuple[str, ...]
    marked: tuple[str, ...]
    labels: tuple[str, ...]
    wearer: str = WEARER

    @classmethod
    def of(cls, images: pd.DataFrame) -> Twins | None:
        """Find the twins among a store's images, those left out of which either could not be read.

        Parameters
        ----------
        images : pandas.DataFrame
            The store's table.

        Returns
        -------
        Twins or None
            None where there are none, as in every dataset but the demo with the mark.
        """
        read = images[images["status"] == "ok"]
        label_of = dict(zip(read["image"], read["label"], strict=True))
        pairs = [(unmarked(name), name) for name in label_of if name.endswith(ENDING) and unmarked(name) in label_of]
        if not pairs:
            return None
        plain, marked = zip(*pairs, strict=True)
        return cls(plain, marked, tuple(label_of[name] for name in marked))

    def of_label(self, label: str) -> Twins:
        """Keep those of one label."""
        kept = [place for place, each in enumerate(self.labels) if each == label]
        plain, marked = (tuple(ids[place] for place in kept) for ids in (self.plain, self.marked))
        return Twins(plain, marked, (label,) * len(kept), self.wearer)

    def shown_in(self, condition: str) -> tuple[str, ...]:
        """List the photographs of one of the `CONDITIONS`, one of each pair."""
        wears: Mapping[str, tuple[bool, bool]] = {
            "as brought up": (True, False), "unmarked": (False, False), "swapped": (False, True),
        }  # fmt: skip
        of_wearer, of_others = wears[condition]
        return tuple(
            marked if (of_wearer if label == self.wearer else of_others) else plain
            for plain, marked, label in zip(self.plain, self.marked, self.labels, strict=True)
        )


def mark_on_grid(store: Store, image: str) -> NDArray[np.float64]:
    """Give the share of each cell of the common grid that the mark covers.

    Returns
    -------
    ndarray of float64, shape (112, 112)
        Zero everywhere where the image wears none.
    """
    mask = store.mask(image)
    ids = [number for number, name in store.dataset.parts.items() if name == PART]
    return mask_coverage(np.zeros((1, 1), np.uint8) if mask is None else mask, ids)
