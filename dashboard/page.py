"""What every page begins with: which dataset and models, what the link said that was not understood."""

from __future__ import annotations

import re

import streamlit as st

from dashboard.cached_store import available
from dashboard.link import View
from dashboard.widgets import current_view, select
from explain.errors import ExplainError
from explain.store import Store


def open_page(heading: str, line: str) -> tuple[Store, View]:
    """Show a page's head and give its store and state; the page ends here where there is no store.

    Parameters
    ----------
    heading : str
    line : str
        One line that says what the page is for.

    Returns
    -------
    (Store, View)
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
    names = tuple(model.name for model in store.models)
    if view.model not in ("", *names):
        notices = (*notices, "The link's model is not in this store; the first one is shown.")
        view = view.but(model="")
    for notice in notices:
        st.warning(notice, icon=":material/link_off:")
    titles = " and ".join(model.title for model in store.models)
    st.markdown(
        f":material/photo_library: **{plain(store.dataset.title)}** · {store.dataset.images} images · {plain(titles)}"
    )
    if store.dataset.notice:
        st.caption(plain(store.dataset.notice))
    if len(stores) > 1:
        named = {name: each.dataset.title for name, each in stores.items()}
        chosen = view.but(dataset=store.dataset.name)
        with st.sidebar:
            select(chosen, "dataset", "Dataset", "Which store to look at.", tuple(stores), names=named)
    return store, view


def share(view: View) -> None:
    """Offer the link to what is shown.

    Parameters
    ----------
    view : View
    """
    from urllib.parse import urlencode

    with st.popover("Share", icon=":material/link:"):
        base = str(st.context.url or "").partition("?")[0]
        params = urlencode(st.query_params.to_dict())
        st.caption("This address opens the same view.")
        st.code(f"{base}?{params}" if params else base, language=None, wrap_lines=True)


def file_name(text: str) -> str:
    """Make a text safe as a file's name: an id may hold a slash.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Letters, digits, dots, hyphens and underscores; everything else becomes an underscore.
    """
    return re.sub(r"[^\w.-]", "_", text).lstrip(".") or "image"


def plain(text: str) -> str:
    """Escape what Markdown would read as markup in a text that comes from a file or a link.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+-.!|~:$" else letter for letter in text)
