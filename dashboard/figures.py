"""Figures that only the pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explain.charts.style import COLOURS, spoken
from explain.heatmap import heatmap

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARGIN = {"l": 8, "r": 8, "t": 30, "b": 8}


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
            x=[probabilities[i] for i in order], y=[spoken(classes[i]) for i in order], orientation="h",
            marker_color=COLOURS[0], texttemplate="%{x:.1%}", hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
    )  # fmt: skip
    return figure.update_layout(margin=_MARGIN, height=210, xaxis={"range": [0, 1.12], "tickformat": ".0%"})


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
