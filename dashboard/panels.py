"""Pictures of one photograph's maps, and the controls that shape them: what Compare and the upload page share."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from dashboard.controls import segments, select, slider
from explain.heatmap import heatmap, overlay
from explain.resampling import divide_by_maximum, resample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dashboard.view import View
    from explain.resampling import Interpolation
    from explain.store import Store


def map_controls(view: View, store: Store, *, unset: str) -> None:
    """Show the controls that every picture of a map obeys.

    Parameters
    ----------
    view : View
    store : Store
        Whose classes can be Grad-CAM's target.
    unset : str
        What Grad-CAM's target is called where the reader chose none.
    """
    segments(view, "layer", "Show", "The map over the photograph, the map alone, or the photograph alone.")
    slider(view, "k", "K of FEM", "Threshold in standard deviations; 2 in the paper.", 0.0, 6.0, 0.1)
    classes = tuple(dict.fromkeys(name for model in store.models for name in model.classes))
    help = f"{unset} by default. FEM has no target class."
    select(view, "target", "Target class of Grad-CAM", help, ("", *classes), unset=unset)
    segments(view, "scale", "Scale", "Divide all maps of a method by their shared maximum, or each by its own.")
    select(view, "colormap", "Colours", "viridis is safe for colour-blind readers; turbo is the report's.")
    slider(view, "opacity", "Opacity", "Of the heatmap over the photograph.", 0.0, 1.0, 0.05)
    select(view, "interpolation", "Interpolation", "How the small map is stretched over the photograph.")


def densities(
    maps: Mapping[tuple[str, str], NDArray[np.float32]],
) -> tuple[dict[tuple[str, str], NDArray[np.float32]], float]:
    """Put raw maps on one scale: every cell as a multiple of its map's mean.

    Raw values of different methods, or of networks with other activations, have no common unit; so shown, the same
    colour is the same share of a map's mass per area.

    Parameters
    ----------
    maps : mapping of (str, str) to ndarray of float32, each (h, w)
        Raw, by model and method.

    Returns
    -------
    dict
        The same keys; a map that is zero everywhere stays zero.
    float
        The largest value of all.
    """
    density = {key: raw / raw.mean() if raw.any() else raw for key, raw in maps.items()}
    return density, max((float(scaled.max()) for scaled in density.values()), default=0.0)


def map_picture(
    photograph: NDArray[np.uint8], saliency: NDArray[np.float32], view: View, maximum: float | None
) -> NDArray[np.uint8]:
    """Draw one map as the link says.

    Parameters
    ----------
    photograph : ndarray of uint8, shape (h, w, 3)
    saliency : ndarray of float32, any (h', w')
    view : View
        Its layer, colormap, opacity and interpolation count.
    maximum : float or None
        The value of the colormap's end; the map's own maximum where it is None.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    interpolation = cast("Interpolation", view.interpolation)
    if view.layer == "photo":
        return photograph
    if view.layer == "map":
        stretched = resample(saliency, photograph.shape[:2], interpolation)
        return heatmap(divide_by_maximum(stretched, maximum), view.colormap)
    return overlay(
        photograph, saliency, colormap=view.colormap, opacity=view.opacity, maximum=maximum,
        interpolation=interpolation,
    )  # fmt: skip
