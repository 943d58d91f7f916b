"""Widgets whose value is the link's: the address is read before each run, and a change is written back to it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.link import CHOICES, View, parse
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.store import Store

TITLES = {
    "gradcam": "Grad-CAM", "fem": "FEM", "all": "All", "right": "Right", "wrong": "Wrong",
    "models-disagree": "Models disagree", "id": "Name", "confidence": "Confidence",
    "models": "Disagreement of models", "methods": "Disagreement of methods", "spread": "Spread",
    "inside": "Share inside the box", "ascending": "Ascending", "descending": "Descending",
    "shared": "One scale", "own": "Own scale", "overlay": "Overlay", "map": "Map", "photo": "Photograph",
    "off": "Off", "on": "On", "small": "Small, under 20 %", "medium": "Medium", "large": "Large, from 50 %",
    "label": "Class", "model": "Model", "method": "Method", "predicted": "Answer",
    "probability": "Probability of the answer", "label_probability": "Probability of the label",
    "label_rank": "Rank of the label",
}  # fmt: skip
"""Names of values for people."""

SELECTING = ("dataset", "label", "text", "verdict", "size", "sort", "order")
"""Parameters that change what a list of images holds: another selection starts at its first page."""

DEFAULTS = {field.name: field.default for field in fields(View)}


def current_view() -> tuple[View, tuple[str, ...]]:
    """Read the link.

    Returns
    -------
    (View, tuple of str)
        The state and the notices about what was not understood.
    """
    return parse(st.query_params.to_dict())


def select(
    view: View,
    name: str,
    label: str,
    help: str,
    options: tuple[str, ...] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    unset: str = "All",
) -> None:
    """Show a select box over one of the link's parameters.

    Parameters
    ----------
    view : View
    name : str
        The parameter.
    label, help : str
    options : tuple of str, optional
        The parameter's fixed choices by default.
    names : mapping of str to str, optional
        What the choices are called here; as everywhere by default.
    unset : str
        What the empty choice is called.
    """
    known = options or CHOICES[name]

    def shown(value: str) -> str:
        if not value:
            return unset
        if names:
            return names[value]
        return value if name == "image" else title(value)

    st.selectbox(label, known, format_func=shown, help=help, **_bound(view, name, known))


def segments(
    view: View,
    name: str,
    label: str,
    help: str,
    options: tuple[str, ...] | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> None:
    """Show a segmented control over one of the link's parameters.

    Parameters
    ----------
    view : View
    name, label, help : str
    options : tuple of str, optional
    names : mapping of str to str, optional
        What the choices are called here; as everywhere by default.
    """
    known = options or CHOICES[name]

    def shown(value: str) -> str:
        return names[value] if names else title(value)

    st.segmented_control(label, known, format_func=shown, help=help, required=True, **_bound(view, name, known))


def slider(view: View, name: str, label: str, help: str, low: float, high: float, step: float) -> None:
    """Show a slider over one of the link's parameters.

    Parameters
    ----------
    view : View
    name, label, help : str
    low, high, step : float
    """
    st.slider(label, low, high, step=step, help=help, **_bound(view, name, None))


def text(view: View, name: str, label: str, help: str, placeholder: str) -> None:
    """Show a text field over one of the link's parameters.

    Parameters
    ----------
    view : View
    name, label, help, placeholder : str
    """
    st.text_input(label, help=help, placeholder=placeholder, max_chars=200, **_bound(view, name, None))


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
    select(view, "colormap", "Colours", "viridis is safe for colour-blind readers; turbo is a rainbow.")
    slider(view, "opacity", "Opacity", "Of the heatmap over the photograph.", 0.0, 1.0, 0.05)
    select(view, "interpolation", "Interpolation", "How the small map is stretched over the photograph.")


def title(value: str) -> str:
    """Name a value for people.

    Parameters
    ----------
    value : str

    Returns
    -------
    str
    """
    return (TITLES.get(value) or metric_title(value)) if value else "All"


def write(name: str, value: Any) -> None:
    """Write one parameter to the address; at its default it is absent.

    Parameters
    ----------
    name : str
    value : str, int or float
    """
    if value is None or value == DEFAULTS[name]:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = f"{value:g}" if isinstance(value, float) else str(value)
    if name in SELECTING:
        st.query_params.pop("page", None)


def _bound(view: View, name: str, options: tuple[str, ...] | None) -> dict[str, Any]:
    key = f"link_{name}"
    value = getattr(view, name)
    st.session_state[key] = value if options is None or value in options else options[0]
    return {"key": key, "on_change": _store, "args": (name,)}


def _store(name: str) -> None:
    write(name, st.session_state[f"link_{name}"])
