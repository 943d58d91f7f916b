"""Classes: the thousand of ImageNet with names and synsets in output order, and which classes are of one kind."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


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


def kind_of(name: str, kinds: Mapping[str, Collection[str]]) -> str:
    """Give the kind that a class or label is of: itself where it is of none.

    Parameters
    ----------
    name : str
        With underscores or with spaces, which do not matter.
    kinds : mapping of str to collection of str
        As a dataset gives them.

    Examples
    --------
    >>> kinds = {"bird": ("robin", "jay", "bald_eagle")}
    >>> kind_of("bald eagle", kinds), kind_of("bat", kinds)
    ('bird', 'bat')
    """
    plain = _plain(name)
    return next((kind for kind, names in kinds.items() if plain in map(_plain, names)), plain)


def _plain(name: str) -> str:
    return name.replace(" ", "_")
