"""What every page begins with: which dataset and models, what the link said that was not understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from dashboard.boundary import public
from dashboard.cached_store import available
from dashboard.components.controls import Several
from dashboard.components.share import show_share
from dashboard.components.walk import show_walk
from dashboard.first_store import build_first_store
from dashboard.link import View
from dashboard.link_controls import control_link
from dashboard.plain_text import plain as plain
from dashboard.widgets import current_view, select, understood
from explain.errors import ExplainError
from explain.statistics.architectures import one_of_each_first
from explain.store import Store
from explain.store.selection import Selection

_STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"
CHIP = 40
"""Letters of a notice that a chip holds."""
_NOTICE = "notice"
"""Where a visitor's session keeps the place of the notice about the link, and what it says."""
SHOWN = 2
"""So many models, and so many methods, are shown where the reader does not choose."""


def open_page(heading: str, line: str = "", *, choosing: bool = True) -> tuple[Store, View, Selection]:
    """Show a page's head and give its store, its state and what is looked at; it ends here where there is no store.

    Parameters
    ----------
    line : str
        One line that says what the page is for; a page of pictures does without, and gives them its room.
    choosing : bool
        Whether the reader may choose models and methods on this page.
    """
    view, notices = current_view()
    st.set_page_config(page_title=heading)
    with st.container(gap="xsmall"):
        head = st.container(horizontal=True, vertical_alignment="center", gap="small", key="head")
        st.html(_STYLE)  # takes no room itself
        show_walk()
    with head:
        st.title(heading, anchor=False, width="content")
    if line:
        st.caption(line)
    st.session_state[_NOTICE] = st.empty(), ()
    try:
        stores = available()
    except (ExplainError, OSError) as error:
        st.error(plain(f"{public(error)} Set EXPLAIN_CACHE to where the stores are, and start the dashboard again."))
        st.stop()
    if not stores:
        build_first_store()
        st.stop()
    if view.dataset and view.dataset not in stores:
        notices = (*notices, "The link's dataset is not in this store; the first one is shown.")
        view = view.but(dataset="")
    name = view.dataset or next(iter(stores))
    store = stores[name]
    if view.label and view.label not in store.dataset.labels:
        notices = (*notices, "The link's label is not in this dataset; all labels are shown.")
        view = view.but(label="")
    view, selection, more = select_maps(store, view)
    understood(view)
    say_of_link(*notices, *more)
    st.set_page_config(page_title=f"{heading} · {store.dataset.title}")
    with head:
        _say_what_is_shown(store, selection)
        show_share()
    if len(stores) > 1:
        named = {key: _titled(key, each) for key, each in stores.items()}
        chosen = view.but(dataset=name)
        with st.sidebar:
            select(chosen, "dataset", "Dataset", "Which store to look at.", tuple(stores), names=named)
    if choosing:
        with st.sidebar:
            _choose(store, view, selection)
    return store, view, selection


def say_of_link(*sentences: str) -> None:
    """Say what of the link is not shown, and what is instead: one notice below the head, however much is wrong.

    Parameters
    ----------
    sentences : str
        As Markdown; those that a page finds later are added to the first ones.
    """
    place, said = st.session_state[_NOTICE]
    said = tuple(dict.fromkeys((*said, *filter(None, sentences))))
    st.session_state[_NOTICE] = place, said
    if said:
        place.warning("  \n".join(said), icon=":material/link_off:")


def _titled(name: str, store: Store) -> str:
    """Give a dataset's title, with the beginning of its digest where another folder bears its name."""
    title = store.dataset.title
    return title if name == store.dataset.name else f"{title} ({store.dataset.digest[:8]})"


def select_maps(store: Store, view: View) -> tuple[View, Selection, tuple[str, ...]]:
    """Find the models and methods that a link asks for; what the store does not hold is left out and named.

    Returns
    -------
    (View, Selection, tuple of str)
        The state without what is unknown, what is looked at, and a sentence, escaped, for what was left out.
    """
    held, notices = Selection.of(store), []
    for several, one, known in (("models", "model", held.models), ("methods", "method", held.methods)):
        asked = view.value(several)
        if unknown := [name for name in asked if name not in known]:
            notices.append(f"The link's {several}: not in this store, and left out: {plain(', '.join(unknown))}.")
            view = view.but(**{several: tuple(name for name in asked if name in known)})
        if view.value(one) not in ("", *known):
            notices.append(f"The link's {one} is not in this store; the first one is shown.")
            view = view.but(**{one: ""})
    usual = usual_maps(store)
    selection = Selection.of(store, view.models or tuple(usual.models), view.methods or tuple(usual.methods))
    return view, selection, tuple(notices)


def usual_maps(store: Store) -> Selection:
    """Give what pages show where the reader does not choose: the first two models and methods of the newest build.

    Seeds of one architecture stand back: two of them are hardly what one comes to compare.
    """
    held = Selection.of(store)
    models = one_of_each_first(name for name in store.shown_models if name in held.models)
    methods = [name for name in store.shown_methods if name in held.methods]
    return Selection.of(store, models[:SHOWN], methods[:SHOWN])


def _say_what_is_shown(store: Store, selection: Selection) -> None:
    """Name the dataset and the models; what must be known of the dataset is a chip that opens to its sentence."""
    models = plain(_listed(selection.models.values()))
    st.caption(f"**{plain(store.dataset.title)}** · {models}", width="content")
    if notice := store.dataset.notice:
        with st.popover(plain(chip_of(notice)), icon=":material/info:", type="tertiary"):
            st.write(plain(notice))
    st.space("stretch")


def chip_of(notice: str) -> str:
    """Shorten a notice to what a chip holds: what its first clause says the images are.

    >>> chip_of("These are rendered photographs: path-traced scenes, not real animals or places.")
    'Rendered photographs'
    """
    said = re.sub(r"^(These|They|This) (are|is) ", "", notice.partition(":")[0]).rstrip(".")
    return said[:1].upper() + said[1:] if len(said) <= CHIP else "About these images"


def _choose(store: Store, view: View, selection: Selection) -> None:
    """Let the reader choose models and methods where the store holds more than one; the newest build's come first."""
    held, usual = Selection.of(store), usual_maps(store)
    every = Selection.of(store, (*store.shown_models, *held.models), (*store.shown_methods, *held.methods))
    shown = view.but(models=tuple(selection.models), methods=tuple(selection.methods))
    controls = []
    for what, help in (("models", "Which classifiers are shown."), ("methods", "Which methods are shown.")):
        titles, first = getattr(every, what), tuple(getattr(usual, what))
        if len(titles) > 1:
            in_order = tuple(each for each in titles if each in first)
            controls.append(Several(what, what.capitalize(), help, tuple(titles.items()), in_order))
    if controls:
        control_link(shown, controls, "chosen")


def _listed(titles: Iterable[str]) -> str:
    *others, last = titles
    return f"{', '.join(others)} and {last}" if others else last


def file_name(text: str) -> str:
    """Make a text safe as a file's name: an id may hold a slash.

    Returns
    -------
    str
        Letters, digits, dots, hyphens and underscores; everything else becomes an underscore.
    """
    return re.sub(r"[^\w.-]", "_", text).lstrip(".") or "image"
