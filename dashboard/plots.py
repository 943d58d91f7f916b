"""How a page shows a figure: every point opens its image, and under it are its table and a file of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.downloads import offer_table

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from dashboard.link import View


def show(figure: go.Figure, name: str, numbers: pd.DataFrame, view: View) -> None:
    """Show a figure with its table.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Traces whose points carry an image's id in `customdata` open that image.
    name : str
        Of the figure on its page, and of its file.
    numbers : pandas.DataFrame
        What the figure shows.
    view : View
    """
    if any(trace.customdata is not None for trace in figure.data):
        event = st.plotly_chart(figure, key=f"plot_{name}", on_select="rerun", selection_mode="points")
        open_image(event, view)
    else:
        st.plotly_chart(figure, key=f"plot_{name}")
    with st.expander("Table", icon=":material/table:"):
        st.dataframe(numbers, hide_index=True, key=f"table_{name}")
        offer_table("Download (.csv)", numbers, name)


def open_image(event: Any, view: View) -> None:
    """Go to the image of the point that was clicked.

    Parameters
    ----------
    event : dict-like
        As ``st.plotly_chart`` returns it.
    view : View
    """
    for point in event.selection.points:
        image = point.get("customdata")
        image = image[0] if isinstance(image, list) else image
        if image is not None:
            st.switch_page("views/compare.py", query_params=view.but(image=str(image)).to_params())
