"""Slices: a cluster of maps, or images by what was answered, as an address that lists of images take as a filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.boundary import public
from explain.errors import ExplainError
from explain.statistics.accuracy import label_of_class
from explain.statistics.answered import answered

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from explain.store import Store
    from explain.store.contributions import MapClusters


@dataclass(frozen=True)
class Slice:
    """One cluster of the maps of a class.

    Attributes
    ----------
    model, method, label : str
        Whose maps were clustered.
    count, number : int
        Into how many clusters, and which of them, from 1.

    Examples
    --------
    >>> str(Slice("net", "m", "bear", 3, 2)), Slice.of("net:m:bear:3:2").number
    ('net:m:bear:3:2', 2)
    """

    model: str
    method: str
    label: str
    count: int
    number: int

    def __str__(self) -> str:
        """Write it as links do."""
        return f"{self.model}:{self.method}:{self.label}:{self.count}:{self.number}"

    @classmethod
    def of(cls, text: str) -> Slice:
        """Read it from a link.

        Raises
        ------
        ExplainError
            If it is no slice.
        """
        model, _, rest = text.partition(":")
        method, _, rest = rest.partition(":")
        label, *numbers = rest.rsplit(":", 2)
        if len(numbers) != 2 or not all(each.isascii() and each.isdecimal() for each in numbers):
            raise ExplainError("The link's slice was not understood; all images are shown.")
        count, number = map(int, numbers)
        if not 1 <= number <= count:
            raise ExplainError(f"The link's slice is number {number} of {count}; all images are shown.")
        return cls(model, method, label, count, number)

    def title(self, store: Store) -> str:
        """Name it for people."""
        model = store.model(self.model)
        method = store.method(self.model, self.method)
        label = self.label.replace("_", " ")
        return f"{label}: cluster {self.number} of {self.count}, {model.title}, {method.title}"


JOINT = "~"
"""Between several slices of a link, whose images are those that lie in all of them."""
MAPS, ANSWERS = "maps", "answers"


def chosen_by(text: str) -> str:
    """Say by what a link's slices choose images, for people; empty where there are none.

    >>> chosen_by("net:m:bear:3:2~taken:net:bear:cat"), chosen_by("sure:net:1"), chosen_by("")
    ('maps and answers', 'answers', '')
    """
    kinds = [ANSWERS if each.startswith(("taken:", "sure:")) else MAPS for each in text.split(JOINT) if each]
    return " and ".join(kind for kind in (MAPS, ANSWERS) if kind in kinds)


def within(
    store: Store,
    text: str,
    summary: pd.DataFrame,
    clusters: Callable[[Slice], MapClusters],
    predictions: Callable[[], pd.DataFrame],
) -> tuple[pd.DataFrame, str, str]:
    """Keep the images of a link's slices.

    Parameters
    ----------
    text : str
        The slices, joined; empty for all images.
    summary : pandas.DataFrame
        A row per image.
    clusters : callable
        Gives the clusters that a slice is one of.
    predictions : callable
        Gives the store's table of this name.

    Returns
    -------
    (pandas.DataFrame, str, str)
        The rows that are left; what the slices are called, empty where there are none; and a sentence where one of
        the link's slices cannot be had, and all rows are left.
    """
    left, titles = summary, []
    try:
        for each in filter(None, text.split(JOINT)):
            if (images := answered(each)) is not None:
                members = images.members(predictions(), label_of_class(store))
                titles.append(images.says(store.model(images.model).title))
            else:
                chosen = Slice.of(each)
                members = list(clusters(chosen).members(chosen.number - 1))
                titles.append(chosen.title(store))
            left = left[left["image"].isin(members)]
    except ExplainError as error:
        return summary, "", public(error)
    return left, " and ".join(titles), ""
