"""Plotly figures of tables: pure functions, no Streamlit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explain.heatmap import heatmap
from explain.saliency import METHOD_TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

_MARGIN = {"l": 8, "r": 8, "t": 30, "b": 8}
COLOURS = ("#0f6f6c", "#c4622d", "#5b6bb5", "#a8862b")


def distributions(metrics: pd.DataFrame, metric: str, titles: Mapping[str, str], name: str) -> go.Figure:
    """Show one metric's values by model and method, a box and every image's point.

    Parameters
    ----------
    metrics : pandas.DataFrame
        The store's table.
    metric : str
    titles : mapping of str to str
        Model titles by name.
    name : str
        The metric, for people.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = go.Figure()
    chosen = metrics[metrics["metric"] == metric]
    for colour, ((model, method), rows) in zip(
        COLOURS * 4, chosen.groupby(["model", "method"], sort=False), strict=False
    ):
        figure.add_box(
            y=rows["value"],
            x=rows["label"].str.replace("_", " "),
            name=f"{titles[model]}, {METHOD_TITLES[method]}",
            customdata=rows["image"],
            boxpoints="all",
            jitter=0.4,
            pointpos=0,
            marker={"size": 4, "opacity": 0.55, "color": colour},
            line={"width": 1.5},
            hovertemplate="%{customdata}<br>%{y:.3f}<extra></extra>",
        )
    return figure.update_layout(
        boxmode="group", margin=_MARGIN, height=440, yaxis_title=name, legend={"orientation": "h", "y": -0.12}
    )


def paired_differences(metrics: pd.DataFrame, metric: str, titles: Mapping[str, str], method: str) -> go.Figure:
    """Show each image's difference between the first two models, for one metric and method.

    Parameters
    ----------
    metrics : pandas.DataFrame
    metric : str
    titles : mapping of str to str
    method : str

    Returns
    -------
    plotly.graph_objects.Figure
    """
    first, second = list(titles)[:2]
    rows = metrics[(metrics["metric"] == metric) & (metrics["method"] == method)]
    wide = rows.pivot(index=["image", "label"], columns="model", values="value").dropna()
    difference = (wide[first] - wide[second]).sort_values().reset_index(name="difference")
    figure = go.Figure()
    for colour, (label, part) in zip(COLOURS, difference.groupby("label", sort=True), strict=False):
        figure.add_bar(
            x=part.index, y=part["difference"], name=str(label).replace("_", " "), marker_color=colour,
            customdata=part["image"], hovertemplate="%{customdata}<br>%{y:.3f}<extra></extra>",
        )  # fmt: skip
    return figure.update_layout(
        margin=_MARGIN,
        height=320,
        title=f"{METHOD_TITLES[method]}: {titles[first]} minus {titles[second]}, each image",
        xaxis={"showticklabels": False},
        bargap=0,
        legend={"orientation": "h", "y": -0.08},
    )


def agreement_matrix(agreement: pd.DataFrame, titles: Mapping[str, str], measure: str = "pearson") -> go.Figure:
    """Show the mean agreement between every two kinds of map.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table, of one image or of many.
    titles : mapping of str to str
    measure : str

    Returns
    -------
    plotly.graph_objects.Figure
    """
    kinds = [(model, method) for model in titles for method in METHOD_TITLES]
    names = [f"{titles[model]}<br>{METHOD_TITLES[method]}" for model, method in kinds]
    values = np.eye(len(kinds))
    means = agreement.groupby(["model_a", "method_a", "model_b", "method_b"])[measure].mean()
    for (model_a, method_a, model_b, method_b), value in means.items():
        i, j = kinds.index((model_a, method_a)), kinds.index((model_b, method_b))
        values[i, j] = values[j, i] = value
    figure = go.Figure(
        go.Heatmap(
            z=values, x=names, y=names, zmin=-1, zmax=1, colorscale="RdBu", zmid=0,
            texttemplate="%{z:.2f}", hovertemplate="%{y} / %{x}: %{z:.3f}<extra></extra>", colorbar={"title": "r"},
        )
    )  # fmt: skip
    return figure.update_layout(margin=_MARGIN, height=380, yaxis={"autorange": "reversed"})


def top_predictions(classes: Sequence[str], probabilities: Sequence[float], count: int = 5) -> go.Figure:
    """Show a model's most probable classes as bars.

    Parameters
    ----------
    classes : sequence of str
    probabilities : sequence of float
    count : int

    Returns
    -------
    plotly.graph_objects.Figure
    """
    order = np.argsort(probabilities)[::-1][:count][::-1]
    figure = go.Figure(
        go.Bar(
            x=[probabilities[i] for i in order], y=[classes[i].replace("_", " ") for i in order], orientation="h",
            marker_color=COLOURS[0], texttemplate="%{x:.1%}", hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
    )  # fmt: skip
    return figure.update_layout(margin=_MARGIN, height=210, xaxis={"range": [0, 1.12], "tickformat": ".0%"})


def embedding(points: pd.DataFrame, right: pd.Series) -> go.Figure:
    """Show the map of images of one model.

    Parameters
    ----------
    points : pandas.DataFrame
        Rows of one model of the store's table.
    right : pandas.Series
        Verdict by image.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = go.Figure()
    for colour, (label, part) in zip(COLOURS, points.groupby("label", sort=True), strict=False):
        wrong = part["image"].map(right).eq(False)
        figure.add_scatter(
            x=part["x"], y=part["y"], mode="markers", name=str(label).replace("_", " "), customdata=part["image"],
            marker={"color": colour, "size": 9, "symbol": np.where(wrong, "x", "circle")},
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    return figure.update_layout(
        margin=_MARGIN, height=420, xaxis_title="first component", yaxis_title="second component",
        legend={"orientation": "h", "y": -0.15},
    )  # fmt: skip


def colour_bar(colormap: str) -> np.ndarray:
    """Draw a horizontal colour bar from 0 to 1.

    Parameters
    ----------
    colormap : str

    Returns
    -------
    ndarray of uint8, shape (14, 512, 3)
    """
    return heatmap(np.tile(np.linspace(0, 1, 512), (14, 1)), colormap)


def intervals(rows: pd.DataFrame) -> go.Figure:
    """Show differences with their 95 % intervals, one line per test.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of the findings table: scope, metric, difference, low, high, verdict.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    colours = {"supported": COLOURS[0], "contradicted": COLOURS[1], "not settled": "#8a8f92"}
    symbols = {"supported": "circle", "contradicted": "x", "not settled": "diamond-open"}
    figure = go.Figure()
    for verdict, part in rows.groupby("verdict", sort=False):
        figure.add_scatter(
            x=part["difference"], y=part["metric"] + " · " + part["scope"].str.replace("_", " "), mode="markers",
            name=str(verdict), marker={"color": colours[verdict], "symbol": symbols[verdict], "size": 9},
            error_x={"array": part["high"] - part["difference"], "arrayminus": part["difference"] - part["low"]},
        )  # fmt: skip
    figure.add_vline(x=0, line_dash="dot", line_color="#8a8f92")
    return figure.update_layout(
        margin=_MARGIN, height=90 + 30 * len(rows), yaxis={"autorange": "reversed"}, legend={"orientation": "h"}
    )
