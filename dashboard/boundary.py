"""What a page says when something in it fails: a sentence to its visitor, and the trace to the log."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from dashboard.plain_text import plain
from explain.errors import ExplainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Made = TypeVar("Made")

BROKEN = "could not be shown from what is stored"
"""Part of every such sentence; tests look for it."""
_MEND = "The server's log says why; python -m explain check finds what is damaged, and build mends it."
_PATH = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:[\\/]|/)(?:[^\s'\"`;,:()\\/]+[\\/])*([^\s'\"`;,:()\\/]*)")


def public(error: BaseException | str) -> str:
    """Give the sentence of an error without the folders of the server that it names.

    Examples
    --------
    >>> public("/srv/stores/ab12/tables/images.parquet is damaged.")
    'images.parquet is damaged.'
    """
    return _PATH.sub(r"\1", str(error))


def tell(what: str, error: BaseException) -> None:
    """Say on the page that a part of it failed, and log the trace; an error of this library says why itself."""
    logging.getLogger(__name__).error("%s failed", what, exc_info=error)
    why = f" {public(error)}" if isinstance(error, ExplainError) else ""
    st.error(plain(f"{what} {BROKEN}.{why} {_MEND}"), icon=":material/error:")


def tell_of_page(error: Exception) -> bool:
    """Say it of the whole page; Streamlit then says nothing of its own."""
    tell("This page", error)
    return True


@contextmanager
def contained(what: str) -> Iterator[None]:
    """Let what fails within cost no more than itself.

    Parameters
    ----------
    what : str
        What begins the sentence, such as "This figure".
    """
    try:
        yield
    except Exception as error:  # whatever it is: the rest of the page does not hang on it
        tell(what, error)


def or_else(make: Callable[[], Made], instead: Made) -> Made:
    """Give what is made, or something instead, where its place on the page has a way to say that it is missing."""
    try:
        return make()
    except Exception:
        logging.getLogger(__name__).exception("Something is left out of a page")
        return instead
