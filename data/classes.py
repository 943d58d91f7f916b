"""The thousand classes of ImageNet: names and synsets in output order."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class ImageNetClass:
    """One class: its WordNet id and its name, as Keras writes it."""

    synset: str
    name: str


@lru_cache(maxsize=1)
def load_imagenet_classes() -> tuple[ImageNetClass, ...]:
    """Read the classes of ILSVRC 2012.

    Returns
    -------
    tuple of ImageNetClass
        1000, in the order of the usual networks' outputs.
    """
    with (Path(__file__).parent / "imagenet_classes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(ImageNetClass(row["synset"], row["name"]) for row in csv.DictReader(file))
