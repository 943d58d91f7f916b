"""Controls over several of the link's parameters that are one part of the page: one message, and soon drawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.controls import Choice, Range, show_controls
from dashboard.link import CHOICES, View, parse
from dashboard.widgets import title, write

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def choice(
    name: str,
    label: str,
    help: str,
    options: Sequence[str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    listed: bool = False,
) -> Choice:
    """Offer values of one of the link's parameters.

    Parameters
    ----------
    options : sequence of str, optional
        The parameter's fixed choices by default.
    names : mapping of str to str, optional
        What the choices are called here, as plain text; as everywhere by default.
    listed : bool
        Shown as a list that opens, not as buttons side by side.
    """
    known = options or CHOICES[name]
    return Choice(name, label, help, tuple((value, names[value] if names else title(value)) for value in known), listed)


def control_link(view: View, controls: Sequence[Choice | Range], key: str, *, followed: bool = False) -> None:
    """Show controls; what the reader sets is written to the address.

    Parameters
    ----------
    key : str
        Unique on the page.
    followed : bool
        Whether pictures on the page follow by themselves: the address then waits until the hand rests.
    """
    values = {each.name: _shown(view, each) for each in controls}
    show_controls(controls, values, key, partial(_written, key, tuple(values)), followed=followed)


def write_set(changed: Mapping[str, str | float], known: Collection[str]) -> None:
    """Write to the address what the browser says was set; it is trusted as little as a link is.

    Parameters
    ----------
    changed : mapping of str to str or float
        By the link's parameters.
    known : collection of str
        Those that the reader can set here; others are left alone.
    """
    for name in [name for name in known if name in changed]:
        view, wrong = parse({name: str(changed[name])})
        if not wrong:
            write(name, view.value(name))


def _shown(view: View, control: Choice | Range) -> str | float:
    value: str | float = view.value(control.name)
    if isinstance(control, Range) or value in dict(control.options):
        return value
    return control.options[0][0]


def _written(key: str, known: Collection[str]) -> None:
    write_set(st.session_state[key].changed or {}, known)
