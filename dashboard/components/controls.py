"""Controls that are one part of the page: pictures that can follow do so at once, and the address then or when told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dashboard.components.component import part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Choice:
    """One of several values.

    Attributes
    ----------
    name, label, help : str
        Of the link's parameter.
    options : tuple of (str, str)
        Value and title.
    listed : bool
        Shown as a list that opens, not as buttons side by side.
    """

    name: str
    label: str
    help: str
    options: tuple[tuple[str, str], ...]
    listed: bool = False


@dataclass(frozen=True)
class Several:
    """Any of several values, at least one.

    Attributes
    ----------
    name, label, help : str
        Of the link's parameter.
    options : tuple of (str, str)
        Value and title.
    usual : tuple of str
        Those that are chosen where the reader chose none.
    """

    name: str
    label: str
    help: str
    options: tuple[tuple[str, str], ...]
    usual: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """A number between two others."""

    name: str
    label: str
    help: str
    low: float
    high: float
    step: float


def show_controls(
    controls: Sequence[Choice | Several | Range],
    values: Mapping[str, Any],
    key: str,
    on_change: Callable[[], None],
    *,
    followed: bool,
) -> None:
    """Show them.

    Parameters
    ----------
    values : mapping of str to str or float
        What each is at, by name; of several values a text, with commas between them.
    key : str
        Under which the session's state holds ``changed`` while `on_change` is called: what was set, by name.
    followed : bool
        Whether pictures on the page follow by themselves, so that the server is told when the hand rests; else it is
        told at once.
    """
    data = {"controls": [asdict(each) for each in controls], "looks": dict(values), "rest": 250 if followed else 0}
    part("controls", shared=("looks",))(key=key, data=data, on_changed_change=on_change)
