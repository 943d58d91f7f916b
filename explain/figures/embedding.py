"""The map of images, coloured by whatever is known of them."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from explain.figures.style import COLOURS, MARGIN, MOST_POINTS, NEUTRAL, counted, literal, spoken

_MOST_CLASSES = len(COLOURS) - 1


def embedding(points: pd.DataFrame, values: pd.Series, name: str, wrong: pd.Series | None = None) -> go.Figure:
    """Show the map of images of one model.

    Parameters
    ----------
    points : pandas.DataFrame
        image, x, y: rows of one model of the store's table.
    values : pandas.Series
        What gives the colour, by image: numbers on a continuous scale, anything else by name, the seven most
        frequent with a colour of their own.
    name : str
        What the values are, for people.
    wrong : pandas.Series of bool, optional
        By image; a cross instead of a dot.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    value = points["image"].map(values)
    crossed = points["image"].map(wrong).eq(True) if wrong is not None else pd.Series(False, index=points.index)
    scatter = go.Scatter if len(points) <= MOST_POINTS else go.Scattergl
    figure = go.Figure()

    def add(chosen: pd.Series, label: str, marker: dict[str, object], shown: pd.Series) -> None:
        # Two traces, so that the legend shows a dot whatever the first image is.
        for symbol, of_symbol in (("circle", chosen & ~crossed), ("x", chosen & crossed)):
            part = points[of_symbol]
            if part.empty and symbol == "x":
                continue
            numbers = {"color": value[of_symbol].astype(float)} if "coloraxis" in marker else {}
            figure.add_trace(
                scatter(
                    x=part["x"], y=part["y"], mode="markers", name=label, customdata=part["image"],
                    legendgroup=label, showlegend=symbol == "circle",
                    hovertext=part["image"].map(literal).str.cat(shown[of_symbol], sep="<br>"),
                    hovertemplate="%{hovertext}<extra></extra>",
                    marker={"size": 9, "symbol": symbol, **marker, **numbers},
                )
            )  # fmt: skip

    if is_numeric_dtype(value) and not is_bool_dtype(value):
        numbers = value.astype("Float64")
        written = numbers.map("{:.3f}".format, na_action="ignore").astype("string").fillna("no value")
        if numbers.isna().any():
            add(numbers.isna(), "no value", {"color": NEUTRAL, "opacity": 0.5}, written)
        add(numbers.notna(), literal(name), {"coloraxis": "coloraxis"}, written)
        figure.update_layout(coloraxis={"colorscale": "Viridis", "colorbar": {"title": literal(name), "thickness": 12}})
        figure.update_layout(showlegend=False)
    else:
        named = value.astype("string").map(spoken, na_action="ignore").fillna("no value")
        frequent = named.value_counts().index[:_MOST_CLASSES]
        grouped = named.where(named.isin(frequent), "others")
        for place, key in enumerate(sorted(frequent)):
            add(grouped == key, key, {"color": COLOURS[place]}, named)
        if not named.isin(frequent).all():
            add(~named.isin(frequent), "others", {"color": NEUTRAL}, named)
    return figure.update_layout(
        title=f"{literal(name)} · {counted(len(points))}", margin=MARGIN, height=500,
        xaxis={"title": "first component", "zeroline": False}, yaxis={"title": "second component", "zeroline": False},
        legend={"orientation": "h", "y": -0.14},
    )  # fmt: skip
