"""How one metric is distributed: boxes or violins with every image's point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explain.explainers.registry import METHOD_TITLES
from explain.figures.style import MARGIN, MOST_POINTS, colour_of, counted, literal, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

GROUPINGS: dict[str, tuple[str, str]] = {
    "label": ("model", "method"), "model": ("method", "label"), "method": ("model", "label"),
}  # fmt: skip
"""What stands on the axis, and what the colours then tell apart."""


def distributions(
    metrics: pd.DataFrame,
    metric: str,
    titles: Mapping[str, str],
    name: str,
    *,
    by: str = "label",
    shape: str = "box",
) -> go.Figure:
    """Show one metric's values by model, method and class, with every image's point.

    Parameters
    ----------
    metrics : pandas.DataFrame
        The store's table.
    metric : str
    titles : mapping of str to str
        Model titles by name.
    name : str
        The metric, for people.
    by : {"label", "model", "method"}
        What stands side by side on the axis; colours tell the other two apart.
    shape : {"box", "violin"}

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`; beyond 2,000 images only far points are drawn.
    """
    rows = metrics[metrics["metric"] == metric]
    named = {
        "label": rows["label"].map(spoken),
        "model": rows["model"].map(lambda model: literal(titles[model])),
        "method": rows["method"].map(METHOD_TITLES),
    }
    n = rows["image"].nunique()
    colours = [named[column] for column in GROUPINGS[by]]
    keys = colours[0].str.cat(colours[1], sep=", ")
    colour = colour_of(keys)
    points = "all" if n <= MOST_POINTS else "outliers"
    figure = go.Figure()
    for key in colour:
        chosen = keys == key
        shared = {
            "x": named[by][chosen], "y": rows.loc[chosen, "value"], "name": key,
            "customdata": rows.loc[chosen, "image"], "hovertext": rows.loc[chosen, "image"].map(literal),
            "jitter": 0.5, "pointpos": 0, "marker": {"size": 4, "opacity": 0.6, "color": colour[key]},
            "line": {"width": 1.5, "color": colour[key]},
            "hovertemplate": "%{hovertext}<br>%{y:.3f}<extra></extra>",
        }  # fmt: skip
        if shape == "violin":
            figure.add_violin(points=points, box={"visible": True, "width": 0.2}, meanline_visible=True, **shared)
        else:
            figure.add_box(boxpoints=points, boxmean=True, **shared)
    return figure.update_layout(
        title=f"{literal(name)} · {counted(n)}", boxmode="group", violinmode="group", margin=MARGIN, height=460,
        legend={"orientation": "h", "y": -0.1}, yaxis={"automargin": True}, xaxis={"type": "category"},
    )  # fmt: skip
