"""Which images a link selects, and in which order: pure functions of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.link import View
from explain.statistics.per_image import SORTED_MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

SORT_COLUMNS = {
    "id": "image", "confidence": "confidence", "models": "model_distance", "methods": "method_distance",
    **SORTED_MEASURES,
}  # fmt: skip


DISTANCE = "distance"
"""Column of the distance from the image that others shall be like."""

_VERDICTS = {"right": "all_right", "wrong": "any_wrong", "models-disagree": "models_disagree"}
"""Column by verdict that a link can ask for."""
SIZES = {"small": (0.0, 0.2), "medium": (0.2, 0.5), "large": (0.5, 1.01)}
"""Share of the image that the labelled objects' boxes cover, from and below."""


def select_images(summary: pd.DataFrame, view: View) -> pd.DataFrame:
    """Filter and sort as a link says.

    Parameters
    ----------
    summary : pandas.DataFrame
        As :func:`explain.statistics.per_image.summarise` gives it; with :data:`DISTANCE` where a link asks for the
        images that are like one.

    Returns
    -------
    pandas.DataFrame
        Ties, and images without the value, in the order of their ids; images without the value last.
    """
    chosen = summary[_passing(summary, view)]
    if not chosen["image"].is_monotonic_increasing:  # where it is, ties are in order already
        chosen = chosen.sort_values("image", kind="stable")
    if view.sort == "id" and DISTANCE in chosen:
        return chosen.sort_values(DISTANCE, na_position="last", kind="stable")
    if view.sort == "id":
        return chosen if not view.descending else chosen.iloc[::-1]
    return chosen.sort_values(SORT_COLUMNS[view.sort], ascending=not view.descending, na_position="last", kind="stable")


def _passing(summary: pd.DataFrame, view: View) -> NDArray[np.bool_]:
    """Tell which rows pass a link's filters."""
    passing = np.ones(len(summary), bool)
    if view.label:
        passing &= (summary["label"] == view.label).to_numpy(bool)
    if view.verdict in _VERDICTS:
        passing &= summary[_VERDICTS[view.verdict]].to_numpy(bool)
    if view.size != "all":
        low, high = SIZES[view.size]
        share = summary["subject_share"].to_numpy(float)
        passing &= (share >= low) & (share < high)
    if view.images:
        passing &= summary["image"].isin(view.images).to_numpy(bool)
    if view.text.strip():
        named = summary["image"].str.contains(view.text.strip(), case=False, regex=False)
        passing &= named.to_numpy(bool)
    return passing


def counts_of(summary: pd.DataFrame, view: View, name: str, values: Sequence[str]) -> dict[str, int]:
    """Count the images that would be shown with each value of a filter, the others as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> from dashboard.link import View
    >>> images = pd.DataFrame({"image": ["a", "b", "c"], "label": ["x", "y", "x"]})
    >>> counts_of(images, View(label="y"), "label", ("", "x", "y"))
    {'': 3, 'x': 2, 'y': 1}
    """
    none = View()
    others = _passing(summary, view.but(**{name: getattr(none, name)}))
    return {value: int((others & _passing(summary, none.but(**{name: value}))).sum()) for value in values}


def neighbours(selected: Sequence[str], image: str) -> tuple[str | None, str | None]:
    """Find the images before and after one.

    Returns
    -------
    (str or None, str or None)
        None at the ends, and for both where the image is not among the selected.
    """
    ids = list(selected)
    if image not in ids:
        return None, None
    at = ids.index(image)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
