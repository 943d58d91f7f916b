"""How many clusters the maps of a class fall into: the eigenvalues, and the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explain.figures.style import COLOURS, MARGIN, NEUTRAL

if TYPE_CHECKING:
    from explain.contributions.clusters import Clusters


def eigengap(clusters: Clusters) -> go.Figure:
    """Draw the smallest eigenvalues of the graph of maps; the largest gap between neighbours is shaded."""
    values = clusters.eigenvalues.tolist()
    numbers = list(range(1, len(values) + 1))
    at = clusters.suggested
    figure = go.Figure()
    figure.add_scatter(
        x=numbers, y=values, mode="lines+markers", line={"color": NEUTRAL}, marker={"color": COLOURS[0], "size": 9},
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
    )  # fmt: skip
    if at < len(values):
        figure.add_vrect(x0=at, x1=at + 1, fillcolor=COLOURS[1], opacity=0.2, line_width=0)
        figure.add_annotation(
            x=at + 0.5, y=1, yref="paper", yanchor="bottom", showarrow=False,
            text=f"largest gap: {at} {'cluster' if at == 1 else 'clusters'}",
        )  # fmt: skip
    figure.update_xaxes(title="number of the eigenvalue", dtick=1)
    figure.update_yaxes(title="eigenvalue", rangemode="tozero")
    figure.update_layout(margin=MARGIN, height=280, showlegend=False)
    return figure
