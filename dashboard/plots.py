"""How a page shows an exhibit: a box or a lasso leads to its images; caption, table and files are under it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st
from pandas.api.types import is_float_dtype

from dashboard.chosen_images import LISTS, to_lists
from dashboard.downloads import offer_table
from dashboard.link import fits_a_link
from dashboard.page import file_name
from dashboard.plain_text import plain
from dashboard.widths import CAPTION, FIGURE
from explain.figures.style import PARTS
from explain.figures.wording import P_COLUMNS, column_title, readable
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from dashboard.link import View
    from explain.figures.exhibit import Exhibit

_INK = "#434a4d"
_P_TITLES = {column_title(column) for column in P_COLUMNS}


def show(exhibit: Exhibit, selection: Selection, view: View, draw: Callable[[], None] | None = None) -> None:
    """Show an exhibit: its figure, caption and table; a sentence where there is nothing to show.

    Parameters
    ----------
    exhibit : Exhibit
        A box or a lasso leads to the images that points of its figure carry in `customdata`; what a single point
        does is :mod:`dashboard.components.pointing`'s.
    selection : Selection
        Titles of models and methods.
    draw : callable, optional
        Shows on the page what the figure shows in a file.
    """
    caption = plain(exhibit.caption)
    if exhibit.table.empty:
        end = "" if exhibit.title.endswith("?") else "."
        st.info(f"**{plain(exhibit.title)}{end}** {caption}")
        return
    name = file_name(exhibit.name)
    if exhibit.figure is None:
        st.markdown(f"**{plain(exhibit.title)}**")
        _numbers(exhibit, selection, name)
        st.caption(caption, width=CAPTION)
        offer_table("Download (.csv)", exhibit.table, name)
        return
    if draw:
        st.markdown(f"**{plain(exhibit.title)}**")
        draw()
        st.caption(caption, width=CAPTION)
    else:
        with beside_its_words() as words:
            caption += _chart(exhibit, name, view)
        words.caption(caption)
    with st.expander("Table", icon=":material/table:"):
        _numbers(exhibit, selection, name)
        with st.container(horizontal=True):
            offer_table("Download (.csv)", exhibit.table, name)
            if exhibit.details is not None:
                offer_table("All rows (.csv)", exhibit.details, f"{name}-rows")


@contextmanager
def beside_its_words() -> Iterator[DeltaGenerator]:
    """Draw a chart within; give where its caption goes: beside it on a wide screen, and below it on others."""
    with st.container(horizontal=True):
        chart, words = st.container(width=FIGURE), st.container(width=CAPTION)
    with chart:
        yield words


def legible(figure: go.Figure, theme: str | None) -> go.Figure:
    """Give a figure whose axes, legend, notes and words at points can be read: Streamlit writes them at 3.6 to 1.

    Parameters
    ----------
    theme : str, optional
        "light" or "dark", as the reader's browser says.
    """
    if theme != "light":
        return figure
    dark = copied(figure)
    dark.update_xaxes(tickfont_color=_INK, title_font_color=_INK)
    dark.update_yaxes(tickfont_color=_INK, title_font_color=_INK)
    dark.update_annotations(font_color=_INK, selector=lambda note: note.font.color is None)
    for trace in dark.data:
        if "text" in str(getattr(trace, "mode", "")):
            trace.textfont.color = _INK
        bar = trace if trace.type == "heatmap" and trace.showscale is not False else getattr(trace, "marker", None)
        if bar is trace or (bar is not None and "showscale" in bar and bar.showscale):
            bar.colorbar.tickfont.color = bar.colorbar.title.font.color = _INK
    return dark.update_layout(legend_font_color=_INK)


def copied(figure: go.Figure) -> go.Figure:
    """Copy a figure that visitors share.

    ``go.Figure(figure)`` takes the type out of every trace of the one that it copies, and puts it back: another visitor
    who comes in between finds a box that is a line.
    """
    return go.Figure(figure.to_dict())


class SharedFigure(go.Figure):  # type: ignore[misc]  # of a library without types
    """A figure that is written down once for all visitors: copying and checking it took half of a page's time.

    Nobody changes it: Streamlit asks for what :meth:`to_dict` gives, and writes that as JSON.
    """

    def to_dict(self) -> dict[str, Any]:
        """Give what was written down."""
        if "_written" not in self.__dict__:
            self._written = super().to_dict()
        return self._written


@lru_cache(maxsize=64)  # as many as all visitors look at in a while; an exhibit is itself kept, and compared as such
def shared(exhibit: Exhibit, theme: str | None) -> SharedFigure:
    """Give an exhibit's figure as a page shows it in a theme."""
    assert exhibit.figure is not None
    figure = SharedFigure(legible(exhibit.figure, theme).to_dict())
    figure.to_dict()
    return figure


@lru_cache(maxsize=64)
def _readable(exhibit: Exhibit, *named: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    return readable(exhibit.table, Selection(*map(dict, named)))


def _chart(exhibit: Exhibit, name: str, view: View) -> str:
    """Show a figure; say what its points, bars and cells do."""
    figure = shared(exhibit, st.context.theme.type)
    carrying = [trace for trace in figure.data if trace.meta and trace.customdata is not None]
    parts = [trace for trace in carrying if trace.meta == PARTS]
    if len(parts) < len(carrying):
        event = st.plotly_chart(
            figure, key=f"plot_{name}", on_select="rerun", selection_mode=("box", "lasso"), alt=exhibit.title
        )
        if event.selection.box or event.selection.lasso:
            _lead_to(images_in(event), view, name)
    else:
        st.plotly_chart(figure, key=f"plot_{name}", alt=exhibit.title)
    said = " A click on a point opens its image; a box or a lasso around several leads to all of them."
    return (said if len(parts) < len(carrying) else "") + _said_of(parts)


def _said_of(parts: Sequence[Any]) -> str:
    if not parts:
        return ""
    what = "cell" if any(trace.type == "heatmap" for trace in parts) else "bar"
    return f" A click on a {what} leads to its images."


def _numbers(exhibit: Exhibit, selection: Selection, name: str) -> None:
    shown = _readable(exhibit, tuple(selection.models.items()), tuple(selection.methods.items()))
    formats = {
        column: st.column_config.NumberColumn(format="%.2g" if column in _P_TITLES else "%.3f")
        for column in shown
        if is_float_dtype(shown[column])
    }
    st.dataframe(shown, hide_index=True, column_config=formats, key=f"table_{name}")


def images_in(event: Any) -> tuple[str, ...]:
    """Give the images of the points within a box or a lasso, each once.

    Parameters
    ----------
    event : dict-like
        As ``st.plotly_chart`` returns it.
    """
    found = (point.get("customdata") for point in event.selection.points)
    names = (each[0] if isinstance(each, list) and len(each) == 1 else each for each in found)
    return tuple(dict.fromkeys(str(name) for name in names if name is not None and not isinstance(name, list)))


def _lead_to(images: tuple[str, ...], view: View, name: str) -> None:
    """Lead to some images as a slice that has an address."""
    if not images:
        st.caption("No image is in this part of the figure.")
        return
    if not fits_a_link(images):
        st.caption(f"{len(images)} images are too many for an address; choose a smaller part.")
        return
    chosen = to_lists(view).but(images=images, called="").to_params()
    these = "this image" if len(images) == 1 else f"these {len(images)}"
    with st.container(horizontal=True, key=f"slice_{name}"):
        for stem, (_, says, icon) in LISTS.items():
            st.page_link(f"views/{stem}.py", label=says.format(these), icon=icon, query_params=chosen)
