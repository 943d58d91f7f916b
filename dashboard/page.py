"""What every page begins with: which dataset and models, what the link said that was not understood."""

from __future__ import annotations

import re
from collections.abc import Iterable

import streamlit as st

from dashboard.cached_store import available
from dashboard.link import View
from dashboard.widgets import choose_several, current_view, select
from explain.errors import ExplainError
from explain.store import Store
from explain.store.selection import Selection

SHOWN = 2
"""So many models, and so many methods, are shown where the reader does not choose."""


def open_page(heading: str, line: str, *, choosing: bool = True) -> tuple[Store, View, Selection]:
    """Show a page's head and give its store, its state and what is looked at; it ends here where there is no store.

    Parameters
    ----------
    line : str
        One line that says what the page is for.
    choosing : bool
        Whether the reader may choose models and methods on this page.
    """
    view, notices = current_view()
    st.title(heading, anchor=False)
    st.caption(line)
    try:
        stores = available()
    except (ExplainError, OSError) as error:
        st.error(plain(f"{error} Set EXPLAIN_CACHE to where the stores are, and start the dashboard again."))
        st.stop()
    if not stores:
        st.info("There is no store yet. Run `make dashboard`, or `python -m explain build`, and reload this page.")
        st.stop()
    if view.dataset and view.dataset not in stores:
        notices = (*notices, "The link's dataset is not in this store; the first one is shown.")
        view = view.but(dataset="")
    store = stores[view.dataset or next(iter(stores))]
    if view.label and view.label not in store.dataset.labels:
        notices = (*notices, "The link's label is not in this dataset; all labels are shown.")
        view = view.but(label="")
    view, selection, more = select_maps(store, view)
    for notice in (*notices, *more):
        st.warning(notice, icon=":material/link_off:")
    shown = f"{store.dataset.images} images · {plain(_listed(selection.models.values()))}"
    st.markdown(f":material/photo_library: **{plain(store.dataset.title)}** · {shown}")
    if store.dataset.notice:
        st.caption(plain(store.dataset.notice))
    if len(stores) > 1:
        named = {name: each.dataset.title for name, each in stores.items()}
        chosen = view.but(dataset=store.dataset.name)
        with st.sidebar:
            select(chosen, "dataset", "Dataset", "Which store to look at.", tuple(stores), names=named)
    if choosing:
        with st.sidebar:
            _choose(store, selection)
    return store, view, selection


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
    """Give what pages show where the reader does not choose: the first two models and methods of the newest build."""
    held = Selection.of(store)
    models = [name for name in store.shown_models if name in held.models]
    methods = [name for name in store.shown_methods if name in held.methods]
    return Selection.of(store, models[:SHOWN], methods[:SHOWN])


def _choose(store: Store, selection: Selection) -> None:
    """Let the reader choose models and methods where the store holds more than one; the newest build's come first."""
    held, usual = Selection.of(store), usual_maps(store)
    every = Selection.of(store, (*store.shown_models, *held.models), (*store.shown_methods, *held.methods))
    for what, help in (("models", "Which classifiers are shown."), ("methods", "Which methods are shown.")):
        titles = {name: plain(title) for name, title in getattr(every, what).items()}
        if len(titles) > 1:
            shown, default = (tuple(getattr(each, what)) for each in (selection, usual))
            choose_several(what, what.capitalize(), help, titles, shown=shown, default=default)


def _listed(titles: Iterable[str]) -> str:
    *others, last = titles
    return f"{', '.join(others)} and {last}" if others else last


def share(view: View) -> None:
    """Offer the link to what is shown."""
    from urllib.parse import urlencode

    with st.popover("Share", icon=":material/link:"):
        base = str(st.context.url or "").partition("?")[0]
        params = urlencode(st.query_params.to_dict())
        st.caption("This address opens the same view.")
        st.code(f"{base}?{params}" if params else base, language=None, wrap_lines=True)


def file_name(text: str) -> str:
    """Make a text safe as a file's name: an id may hold a slash.

    Returns
    -------
    str
        Letters, digits, dots, hyphens and underscores; everything else becomes an underscore.
    """
    return re.sub(r"[^\w.-]", "_", text).lstrip(".") or "image"


def plain(text: str) -> str:
    """Escape what Markdown would read as markup in a text that comes from a file or a link."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+-.!|~:$" else letter for letter in text)
