"""Widgets whose value is the link's: the address is read before each run, and a change is written back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.link import CHOICES, View, link_text, parse
from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS, title_of
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.store import Store
    from explain.store.selection import Selection

TITLES = {
    "all": "All", "right": "Right", "wrong": "Wrong",
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

SELECTING = ("dataset", "models", "methods", "label", "text", "verdict", "size", "sort", "order")
"""Parameters that change what a list of images holds: another selection starts at its first page."""


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
    name : str
        The parameter.
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
    options : tuple of str, optional
    names : mapping of str to str, optional
        What the choices are called here; as everywhere by default.
    """
    known = options or CHOICES[name]

    def shown(value: str) -> str:
        return names[value] if names else title(value)

    st.segmented_control(label, known, format_func=shown, help=help, required=True, **_bound(view, name, known))


def slider(view: View, name: str, label: str, help: str, low: float, high: float, step: float) -> None:
    """Show a slider over one of the link's parameters."""
    whole = "%d" if float(step).is_integer() else None
    low, high, step = float(low), float(high), float(step)
    st.slider(label, low, high, step=step, format=whole, help=help or None, **_bound(view, name, None))


def text(view: View, name: str, label: str, help: str, placeholder: str) -> None:
    """Show a text field over one of the link's parameters."""
    st.text_input(label, help=help, placeholder=placeholder, max_chars=200, **_bound(view, name, None))


def choose_several(
    name: str, label: str, help: str, titles: Mapping[str, str], *, shown: tuple[str, ...], default: tuple[str, ...]
) -> None:
    """Show one button per choice over a parameter of the link that is a list.

    Parameters
    ----------
    titles : mapping of str to str
        What each choice is called, as Markdown, in the order of the buttons.
    shown : tuple of str
        The choices that are on.
    default : tuple of str
        Those of a link that does not say.
    """
    key = f"link_{name}"
    st.session_state[key] = [choice for choice in titles if choice in shown]

    def store() -> None:
        chosen = tuple(choice for choice in titles if choice in st.session_state[key])
        write(name, () if chosen == default else chosen)

    st.pills(
        label, tuple(titles), selection_mode="multi", format_func=titles.__getitem__, help=help, key=key,
        on_change=store,
    )  # fmt: skip


def map_controls(view: View, store: Store, selection: Selection, *, unset: str, live: Needs = Needs.GRADIENTS) -> None:
    """Show what can be set of every map, where the caller stands on the page.

    Parameters
    ----------
    selection : Selection
        Whose parameters and target classes can be set.
    unset : str
        What the target is called where the reader chose none.
    live : Needs
        The dearest of what maps are made anew from for other parameters: a store has no network.
    """
    segments(view, "layer", "Show", "The map over the photograph, the map alone, or the photograph alone.")
    for method in selection.methods:
        if method in EXPLAINERS and EXPLAINERS[method].needs <= live:
            for each in EXPLAINERS[method].parameters:
                slider(view, each.name, each.title, each.help, each.low, each.high, each.step)
    stored = [each for name in selection.models for each in store.model(name).methods if each.name in selection.methods]
    if any(each.targeted for each in stored):
        classless = ", ".join(dict.fromkeys(each.title for each in stored if not each.targeted))
        help = f"{unset} by default." + (f" Without a class: {classless}." if classless else "")
        classes = dict.fromkeys(name for model in selection.models for name in store.model(model).classes)
        names = {name: name.replace("_", " ") for name in (view.target, *classes)}  # the link's, known or not
        select(view, "target", "Target class", help, ("", *filter(None, names)), names=names, unset=unset)
    segments(view, "scale", "Scale", "One scale: equal colours are equal density. Own: each map up to its maximum.")
    select(
        view, "colormap", "Colours", "viridis is safe for colour-blind readers; signed maps have colours of their own."
    )
    slider(view, "opacity", "Opacity", "Of the heatmap over the photograph.", 0.0, 1.0, 0.05)
    select(view, "interpolation", "Interpolation", "How the small map is stretched over the photograph.")


def title(value: str) -> str:
    """Name a value for people."""
    if value in EXPLAINERS:
        return title_of(value)
    return (TITLES.get(value) or metric_title(value)) if value else "All"


def write(name: str, value: Any) -> None:
    """Write one parameter to the address; at its default it is absent."""
    text = link_text(name, value)
    if text is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = text
    if name in SELECTING:
        st.query_params.pop("page", None)


def _bound(view: View, name: str, options: tuple[str, ...] | None) -> dict[str, Any]:
    key = f"link_{name}"
    value = view.value(name)
    st.session_state[key] = value if options is None or value in options else options[0]
    return {"key": key, "on_change": _store, "args": (name,)}


def _store(name: str) -> None:
    write(name, st.session_state[f"link_{name}"])
