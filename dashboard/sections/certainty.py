"""How sure the maps of a photograph are of themselves: for Compare, below its maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.cached_pictures import deviation_picture
from dashboard.cached_store import rows, table
from dashboard.components.pictures import Picture, show_pictures
from dashboard.plain_text import plain
from dashboard.widths import PARAGRAPH
from explain.faithfulness.certainty import deviations_of_image
from explain.figures.agreement import self_agreement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from dashboard.drawing import Outlines
    from dashboard.link import View
    from explain.store import Store
    from explain.store.selection import MapKey, Selection

SAYS = (
    "The photograph was mirrored, cut at two corners and given noise twice, which leaves what it shows as it is, and "
    "every map was made again. Bright: there the six maps vary (standard deviation, in multiples of a map's mean); a "
    "difference between two maps that is smaller than this says nothing. How alike a map stays to itself (Pearson) "
    "is, on average over all images, its ceiling: other maps cannot be expected to agree with it better."
)


def how_sure_they_are(
    store: Store, view: View, selection: Selection, image: str, photograph: NDArray[np.uint8], outlines: Outlines
) -> None:
    """Show where the stored maps of an image vary under small changes of it, and how alike they stay.

    Parameters
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
        As large as the pictures shall be.
    """
    st.header("How sure these maps are", anchor=False)
    found = deviations_of_image(table(store, "certainty"), image)
    shown = [key for key in selection.keys if key in found]
    if not shown:
        command = f"python -m explain evaluate --dataset {plain(store.dataset.name)}"
        st.caption(f"Not measured yet. “{command}” makes every map again of the image a little changed, and stores it.")
        return
    st.caption(SAYS, width=PARAGRAPH)
    top = max(float(found[key].max()) for key in shown)
    own, usual = _stability(store, image), self_agreement(table(store, "sanity"), "pearson")
    pictures = []
    for key in shown:
        drawn = deviation_picture(photograph, found[key], top or None, outlines, view.colormap, view.opacity)
        title = selection.title(key)
        said = alike_in_words(own.get(key), usual.get(key))
        pictures.append(Picture(drawn, f"{title}: where the map varies", f"{title}: {said}"))
    ends = f"From 0 to {top:.1f} times a map's mean, one scale for all.{_as_stored(view)}"
    show_pictures(pictures, "certainty", colormap=view.colormap, of="standard deviations", ends=ends)


def alike_in_words(own: float | None, usual: float | None) -> str:
    """Say how alike a map stays under small changes, beside what maps of this network and method usually reach.

    >>> alike_in_words(0.873, 0.91)
    'alike to itself by 0.87, over all images by 0.91'
    >>> alike_in_words(None, None)
    'how alike it stays is not known'
    """
    if own is None:
        return "how alike it stays is not known"
    return f"alike to itself by {own:.2f}" + ("" if usual is None else f", over all images by {usual:.2f}")


def _stability(store: Store, image: str) -> Mapping[MapKey, float]:
    metrics = rows(store, "metrics", where={"metric": ("stability",)})
    own = metrics[metrics["image"] == image]
    values: Sequence[float] = own["value"].tolist()
    return dict(zip(zip(own["model"], own["method"], strict=True), values, strict=True))


def _as_stored(view: View) -> str:
    changed = bool(view.target or view.parameters or view.of == "predicted")
    return " Measured of the maps as they are stored, not of those that you have set otherwise." if changed else ""
