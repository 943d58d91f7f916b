"""The tests of a claim as differences with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explain.figures.style import COLOURS, MARGIN, NEUTRAL, spoken
from explain.findings.claims import SAME_VERDICT
from explain.findings.verdicts import CONTRADICTED, NOT_RELEVANT, SUPPORTED, TOO_LITTLE
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_LOOKS = {
    SUPPORTED: (COLOURS[0], "circle"),
    CONTRADICTED: (COLOURS[1], "x"),
    NOT_RELEVANT: (COLOURS[2], "square"),
    TOO_LITTLE: (NEUTRAL, "diamond-open"),
}
_BAND = 0.36
"""Half the height of a margin's band; lines lie 1 apart."""


def intervals(rows: pd.DataFrame, titles: Mapping[str, str]) -> go.Figure:
    """Show differences with their 95 % intervals, one line per test, over the margin below which they do not matter.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of the findings table: scope, metric, n, difference, low, high, margin, decides, verdict.
    titles : mapping of str to str
        By name: of models, since a scope may be one, and of metrics whose titles the registry of measures cannot know.
    """
    scopes = rows["scope"].map(lambda scope: titles.get(scope, scope))
    counts = rows["n"].map(" (n = {})".format)
    metrics = rows["metric"].map(lambda metric: titles.get(metric) or metric_title(metric))
    inner = rows["decides"].map({True: "", False: ", not corrected"})
    tests = metrics.map(spoken) + "<br>" + scopes.map(spoken) + counts + inner
    figure = go.Figure()
    for verdict, part in rows.groupby("verdict", sort=False):
        colour, symbol = _LOOKS.get(str(verdict), (NEUTRAL, "circle-open"))
        figure.add_scatter(
            x=part["difference"], y=tests[part.index], mode="markers", name=str(verdict),
            marker={"color": colour, "symbol": symbol, "size": 9},
            error_x={"array": part["high"] - part["difference"], "arrayminus": part["difference"] - part["low"]},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )  # fmt: skip
    shares = set(rows["metric"]) == {SAME_VERDICT}
    figure.add_vline(x=rows["margin"].iloc[0] if shares else 0, line_dash="dot", line_color=NEUTRAL)
    for place, margin in enumerate(rows["margin"]):
        if not shares and np.isfinite(margin):
            figure.add_shape(
                type="rect", x0=-margin, x1=margin, y0=place - _BAND, y1=place + _BAND,
                fillcolor=NEUTRAL, opacity=0.18, line_width=0, layer="below",
            )  # fmt: skip
    axis = "Share of images, and the margin" if shares else "Difference with its 95 % interval; band: the margin"
    return figure.update_layout(
        margin={**MARGIN, "t": 30}, height=110 + 38 * len(rows), showlegend=True,
        yaxis={"categoryorder": "array", "categoryarray": list(tests), "autorange": "reversed", "automargin": True},
        xaxis={"automargin": True, "title": axis},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom"},
    )  # fmt: skip
