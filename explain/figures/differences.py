"""Paired differences: what changes in the same image when the model, or the method, is another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explain.figures.style import MARGIN, MOST_POINTS, NEUTRAL, colour_of, counted, literal, spoken

if TYPE_CHECKING:
    import pandas as pd

    from explain.statistics.hypothesis_tests import PairedComparison


def paired_differences(
    differences: pd.DataFrame, comparison: PairedComparison, first: str, second: str, name: str
) -> go.Figure:
    """Show each image's difference between two kinds of map, in order of size, with mean and interval.

    Parameters
    ----------
    differences : pandas.DataFrame
        image, label, difference; as :func:`explain.statistics.summaries.paired_values` gives them.
    comparison : PairedComparison
        Of the same values.
    first, second : str
        The two kinds, for people; the difference is first minus second.
    name : str
        The metric, for people.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    ordered = differences.sort_values(["difference", "image"], ignore_index=True)
    scatter = go.Scatter if len(ordered) <= MOST_POINTS else go.Scattergl
    figure = go.Figure()
    for label, colour in colour_of(sorted(set(ordered["label"]))).items():
        part = ordered[ordered["label"] == label]
        figure.add_trace(
            scatter(
                x=part.index + 1, y=part["difference"], mode="markers", name=spoken(label),
                marker={"color": colour, "size": 6}, customdata=part["image"], hovertext=part["image"].map(literal),
                hovertemplate="%{hovertext}<br>%{y:+.3f}<extra></extra>",
            )
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    mean = "mean not defined"
    if np.isfinite(comparison.difference):
        figure.add_hline(y=comparison.difference, line={"color": NEUTRAL, "width": 2})
        mean = f"mean {comparison.difference:+.3f}"
    if np.isfinite(comparison.low):
        figure.add_hrect(y0=comparison.low, y1=comparison.high, fillcolor=NEUTRAL, opacity=0.3, line_width=0)
        mean += f" [{comparison.low:+.3f}, {comparison.high:+.3f}]"
    numbers = f"<span style='font-size:12px'>{mean} · {counted(comparison.n)}</span>"
    return figure.update_layout(
        title={"text": f"{literal(first)}<br>minus {literal(second)}<br>{numbers}", "font": {"size": 14}},
        margin={**MARGIN, "t": 92}, height=374, yaxis={"title": literal(name), "automargin": True},
        xaxis={"showticklabels": False, "title": "images, in order of the difference"},
        legend={"orientation": "h", "y": -0.14},
    )  # fmt: skip
