"""How alike the maps of two kinds are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explain.explainers.registry import METHOD_TITLES
from explain.figures.style import MARGIN, MOST_POINTS, colour_of, counted, kind_name, literal, spoken
from explain.statistics.summaries import agreement_square

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MEASURE_TITLES = {
    "pearson": "Pearson correlation", "sim": "SIM", "spearman": "Rank correlation", "iou_top20": "IoU of the top 20 %",
}  # fmt: skip
_FROM_ZERO = ("sim", "iou_top20")


def agreement_matrix(agreement: pd.DataFrame, titles: Mapping[str, str], measure: str = "pearson") -> go.Figure:
    """Show the mean agreement between every two kinds of map.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table, of one image or of many.
    titles : mapping of str to str
        Model titles by name.
    measure : {"pearson", "sim", "spearman", "iou_top20"}

    Returns
    -------
    plotly.graph_objects.Figure
    """
    kinds = [(model, method) for model in titles for method in METHOD_TITLES]
    names = [kind_name(titles, *kind, joint="<br>") for kind in kinds]
    values = agreement_square(agreement, kinds, measure)
    low, colours = (0, "Teal") if measure in _FROM_ZERO else (-1, "RdBu")
    figure = go.Figure(
        go.Heatmap(
            z=values, x=names, y=names, zmin=low, zmax=1, colorscale=colours, texttemplate="%{z:.2f}",
            hovertemplate="%{y} / %{x}: %{z:.3f}<extra></extra>", colorbar={"thickness": 12}, xgap=2, ygap=2,
        )
    )  # fmt: skip
    return figure.update_layout(
        title=f"{MEASURE_TITLES[measure]} · {counted(agreement['image'].nunique())}",
        margin=MARGIN, height=420, yaxis={"autorange": "reversed", "automargin": True},
    )  # fmt: skip


def agreement_points(agreement: pd.DataFrame, titles: Mapping[str, str], measure: str = "pearson") -> go.Figure:
    """Show each image's agreement between every two kinds of map.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table.
    titles : mapping of str to str
        Model titles by name.
    measure : {"pearson", "sim", "spearman", "iou_top20"}

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    pairs = [
        f"{kind_name(titles, a, method_a)}<br>{kind_name(titles, b, method_b)}"
        for a, method_a, b, method_b in agreement[["model_a", "method_a", "model_b", "method_b"]].itertuples(
            index=False
        )
    ]
    n = agreement["image"].nunique()
    figure = go.Figure()
    for label, colour in colour_of(sorted(set(agreement["label"]))).items():
        chosen = (agreement["label"] == label).to_numpy()
        part = agreement[chosen]
        figure.add_box(
            x=part[measure], y=[pair for pair, kept in zip(pairs, chosen, strict=True) if kept], name=spoken(label),
            orientation="h", boxpoints="all" if n <= MOST_POINTS else "outliers", jitter=0.5, pointpos=0,
            marker={"size": 4, "opacity": 0.6, "color": colour}, line={"width": 1.5}, customdata=part["image"],
            hovertext=part["image"].map(literal), hovertemplate="%{hovertext}<br>%{x:.3f}<extra></extra>",
        )  # fmt: skip
    return figure.update_layout(
        title=f"{MEASURE_TITLES[measure]} by image · {counted(n)}", boxmode="group", margin=MARGIN,
        height=120 + 80 * len(set(pairs)), yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h", "y": -0.08, "traceorder": "normal"},
    )  # fmt: skip
