"""The controls that every picture of a map obeys: what Compare and the upload page share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.controls import segments, select, slider

if TYPE_CHECKING:
    from dashboard.view import View
    from explain.store import Store


def map_controls(view: View, store: Store, *, unset: str) -> None:
    """Show them, where the caller stands on the page.

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
    segments(view, "scale", "Scale", "One scale: equal colours are equal density. Own: each map up to its maximum.")
    select(view, "colormap", "Colours", "viridis is safe for colour-blind readers; turbo is the report's.")
    slider(view, "opacity", "Opacity", "Of the heatmap over the photograph.", 0.0, 1.0, 0.05)
    select(view, "interpolation", "Interpolation", "How the small map is stretched over the photograph.")
