"""How a page shows an exhibit: every point opens its image, and under it are its caption, its table and files of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from pandas.api.types import is_float_dtype

from dashboard.downloads import offer_table
from dashboard.page import file_name, plain
from explain.figures.wording import P_COLUMNS, column_title, readable

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from dashboard.link import View
    from explain.figures.exhibit import Exhibit
    from explain.store.selection import Selection

_P_TITLES = {column_title(column) for column in P_COLUMNS}


def show(exhibit: Exhibit, selection: Selection, view: View) -> None:
    """Show an exhibit: its figure, caption and table; a sentence where there is nothing to show.

    Parameters
    ----------
    exhibit : Exhibit
        Points of its figure that carry an image's id in `customdata` open that image.
    selection : Selection
        Titles of models and methods.
    """
    caption = plain(exhibit.caption)
    if exhibit.table.empty:
        st.info(f"**{plain(exhibit.title)}.** {caption}")
        return
    name = file_name(exhibit.name)
    if exhibit.figure is None:
        st.markdown(f"**{plain(exhibit.title)}**")
        _numbers(exhibit.table, selection, name)
        st.caption(caption)
        offer_table("Download (.csv)", exhibit.table, name)
        return
    if _chart(exhibit.figure, name, view):
        caption += " A click on a point opens its image."
    st.caption(caption)
    with st.expander("Table", icon=":material/table:"):
        _numbers(exhibit.table, selection, name)
        with st.container(horizontal=True):
            offer_table("Download (.csv)", exhibit.table, name)
            if exhibit.details is not None:
                offer_table("All rows (.csv)", exhibit.details, f"{name}-rows")


def _chart(figure: go.Figure, name: str, view: View) -> bool:
    """Show a figure; tell whether its points open images."""
    opens = any(trace.customdata is not None for trace in figure.data)
    if opens:
        open_image(st.plotly_chart(figure, key=f"plot_{name}", on_select="rerun", selection_mode="points"), view)
    else:
        st.plotly_chart(figure, key=f"plot_{name}")
    return opens


def _numbers(table: pd.DataFrame, selection: Selection, name: str) -> None:
    shown = readable(table, selection)
    formats = {
        column: st.column_config.NumberColumn(format="%.2g" if column in _P_TITLES else "%.3f")
        for column in shown
        if is_float_dtype(shown[column])
    }
    st.dataframe(shown, hide_index=True, column_config=formats, key=f"table_{name}")


def open_image(event: Any, view: View) -> None:
    """Go to the image of the point that was clicked.

    Parameters
    ----------
    event : dict-like
        As ``st.plotly_chart`` returns it.
    """
    for point in event.selection.points:
        image = point.get("customdata")
        image = image[0] if isinstance(image, list) else image
        if image is not None:
            st.switch_page("views/compare.py", query_params=view.but(image=str(image)).to_params())
