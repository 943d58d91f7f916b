"""Widgets whose value is the link's: the address is read before each run, and a change is written back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.link import CHOICES, DEFAULTS, View, link_text, parse
from explain.explainers.registry import EXPLAINERS, title_of
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explain.store import Store
    from explain.store.selection import Selection

TITLES = {
    "all": "All", "right": "Right", "wrong": "Wrong",
    "models-disagree": "Models disagree", "id": "Name", "confidence": "Confidence",
    "models": "Disagreement of models", "methods": "Disagreement of methods", "spread": "Spread",
    "inside": "Share inside the box", "ascending": "Ascending", "descending": "Descending",
    "overlay": "Overlay", "map": "Map", "photo": "Photograph",
    "off": "Off", "on": "On", "small": "Small, under 20 %", "medium": "Medium", "large": "Large, from 50 %",
    "label": "Class", "model": "Model", "method": "Method", "predicted": "Answer",
    "probability": "Probability of the answer", "label_probability": "Probability of the label",
    "label_rank": "Rank of the label",
}  # fmt: skip
"""Names of values for people."""

MOST_LISTED = 1_000
"""Images that a list holds; of more, those around the chosen one."""

SELECTING = (
    "dataset", "models", "methods", "label", "text", "verdict", "size", "sort", "order", "like", "images",
    "slice",
)  # fmt: skip
"""Parameters that change what a list of images holds: another selection starts at its first page."""


OF_A_DATASET = (
    "label", "image", "with", "like", "images", "called", "model", "method", "models", "methods", "target", "text",
    "page", "first", "second", "test", "open", "metric", "colour", "made", "slice", "against", "erased",
)  # fmt: skip
"""Parameters whose values belong to one dataset: another one does not have to know them."""


OF_AN_IMAGE = ("erased",)
"""Parameters whose values are of one image in one network: another one begins without them."""


def understood(view: View) -> None:
    """Remember what of the address is shown: what is not will be gone from it once the reader acts."""
    st.session_state["understood"] = view.to_params()


def current_view() -> tuple[View, tuple[str, ...]]:
    """Read the link.

    Returns
    -------
    (View, tuple of str)
        The state and the notices about what was not understood.
    """
    return parse({name: st.query_params.get_all(name) for name in st.query_params})


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


def near(options: Sequence[str], chosen: str) -> tuple[str, ...]:
    """Give those options of a long list that lie around the chosen one: a browser is not sent a hundred thousand.

    Examples
    --------
    >>> near(["a", "b", "c"], "b")
    ('a', 'b', 'c')
    >>> len(near([str(number) for number in range(9_000)], "4500"))
    1000
    """
    if len(options) <= MOST_LISTED:
        return tuple(options)
    place = options.index(chosen) if chosen in options else 0
    start = min(max(0, place - MOST_LISTED // 2), len(options) - MOST_LISTED)
    return tuple(options[start : start + MOST_LISTED])


def not_listed(options: Sequence[str]) -> str:
    """Say in a help text that a list is a part of its options; empty where it is not."""
    if len(options) <= MOST_LISTED:
        return ""
    return f" Listed are {MOST_LISTED:,} of {len(options):,}, those around this one; the gallery finds any by name."


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


def counted(names: Mapping[str, str], counts: Mapping[str, int]) -> dict[str, str]:
    """Add to what choices are called how many images each would show."""
    return {value: f"{name} ({counts[value]})" for value, name in names.items()}


def chips(view: View, shown: Mapping[str, str]) -> None:
    """Show a button for each parameter that narrows what is shown: pressing it removes the parameter.

    Parameters
    ----------
    shown : mapping of str to str
        What each set parameter comes to, as Markdown.
    """
    for name, words in shown.items():
        st.button(
            words, icon=":material/close:", type="tertiary", key=f"chip_{name}", help="Show without this filter",
            on_click=write, args=(name, DEFAULTS[name]),
        )  # fmt: skip
    if len(shown) > 1:
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            type="tertiary",
            key="chips_reset",
            on_click=_clear,
            args=(tuple(shown),),
        )


def text(view: View, name: str, label: str, help: str, placeholder: str) -> None:
    """Show a text field over one of the link's parameters."""
    st.text_input(label, help=help, placeholder=placeholder, max_chars=200, **_bound(view, name, None))


def target_control(view: View, store: Store, selection: Selection, *, unset: str) -> None:
    """Let the reader choose the class that maps are of, where any are of one.

    Parameters
    ----------
    unset : str
        What the target is called where the reader chose none.
    """
    stored = [each for name in selection.models for each in store.model(name).methods if each.name in selection.methods]
    if not any(each.targeted for each in stored):
        return
    classless = ", ".join(dict.fromkeys(each.title for each in stored if not each.targeted))
    help = f"{unset} by default." + (f" Without a class: {classless}." if classless else "")
    classes = dict.fromkeys(name for model in selection.models for name in store.model(model).classes)
    names = {name: name.replace("_", " ") for name in (view.target, *classes)}  # the link's, known or not
    select(view, "target", "Target class", help, ("", *filter(None, names)), names=names, unset=unset)


def title(value: str) -> str:
    """Name a value for people."""
    if value in EXPLAINERS:
        return title_of(value)
    return (TITLES.get(value) or metric_title(value)) if value else "All"


def write(name: str, value: Any) -> None:
    """Write one parameter to the address, without what was not understood of it; at its default it is absent."""
    known = st.session_state.get("understood", {})
    for other in [each for each in st.query_params if each in DEFAULTS and known]:
        if other not in known:
            st.query_params.pop(other)
        elif st.query_params[other] != known[other]:
            st.query_params[other] = known[other]
    dependent = {"dataset": OF_A_DATASET, "image": OF_AN_IMAGE, "model": OF_AN_IMAGE}
    for other in dependent.get(name, ()):
        st.query_params.pop(other, None)
    text = link_text(name, value)
    if text is None:
        st.query_params.pop(name, None)
        known.pop(name, None)
    else:
        st.query_params[name] = text
        known[name] = text  # what is written is understood: a second one in the same run leaves it
    if name in SELECTING:
        st.query_params.pop("page", None)


def _clear(names: tuple[str, ...]) -> None:
    for name in names:
        write(name, DEFAULTS[name])


def _bound(view: View, name: str, options: tuple[str, ...] | None) -> dict[str, Any]:
    key = f"link_{name}"
    value = view.value(name)
    st.session_state[key] = value if options is None or value in options else options[0]
    return {"key": key, "on_change": _store, "args": (name,)}


def _store(name: str) -> None:
    write(name, st.session_state[f"link_{name}"])
