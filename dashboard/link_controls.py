"""Controls over several of the link's parameters that are one part of the page: one message, and soon drawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.controls import Choice, Range, Several, show_controls
from dashboard.link import CHOICES, View, parse
from dashboard.widgets import title, write

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    Control = Choice | Several | Range


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


def control_link(view: View, controls: Sequence[Control], key: str, *, followed: bool = False) -> None:
    """Show controls; what the reader sets is written to the address.

    Parameters
    ----------
    key : str
        Unique on the page.
    followed : bool
        Whether pictures on the page follow by themselves: the address then waits until the hand rests.
    """
    values = {each.name: _shown(view, each) for each in controls}
    show_controls(controls, values, key, partial(_written, key, tuple(controls)), followed=followed)


def write_set(changed: Mapping[str, str | float], controls: Sequence[Control]) -> None:
    """Write to the address what the browser says was set; it is trusted as little as a link is.

    Parameters
    ----------
    changed : mapping of str to str or float
        By the link's parameters.
    controls : sequence of Choice, Several or Range
        With which the reader can set some of them; others are left alone.
    """
    for control in [each for each in controls if each.name in changed]:
        said = str(changed[control.name])
        if isinstance(control, Several):
            chosen = _in_order(control, said.split(","))
            write(control.name, () if chosen == control.usual else chosen)
            continue
        view, wrong = parse({control.name: said})
        if not wrong:
            write(control.name, view.value(control.name))


def _shown(view: View, control: Control) -> str | float:
    if isinstance(control, Several):
        return ",".join(_in_order(control, view.value(control.name) or control.usual))
    value: str | float = view.value(control.name)
    if isinstance(control, Range) or value in dict(control.options):
        return value
    return control.options[0][0]


def _in_order(control: Several, chosen: Collection[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in control.options if value in chosen)


def _written(key: str, controls: Sequence[Control]) -> None:
    write_set(st.session_state[key].changed or {}, controls)
