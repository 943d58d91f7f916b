"""The tests of a claim as differences with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explain.figures.style import COLOURS, MARGIN, NEUTRAL, spoken
from explain.findings.claims import SAME_VERDICT
from explain.findings.verdicts import ALIKE
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_COLOURS = {"supported": COLOURS[0], "contradicted": COLOURS[1], "not settled": NEUTRAL}
_SYMBOLS = {"supported": "circle", "contradicted": "x", "not settled": "diamond-open"}


def intervals(rows: pd.DataFrame, titles: Mapping[str, str]) -> go.Figure:
    """Show differences with their 95 % intervals, one line per test.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of the findings table: scope, metric, n, difference, low, high, verdict.
    titles : mapping of str to str
        By name: of models, since a scope may be one, and of metrics whose titles the registry of measures cannot know.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    scopes = rows["scope"].map(lambda scope: titles.get(scope, scope))
    counts = rows["n"].map(" (n = {})".format)
    metrics = rows["metric"].map(lambda metric: titles.get(metric) or metric_title(metric))
    tests = metrics.map(spoken) + "<br>" + scopes.map(spoken) + counts
    figure = go.Figure()
    for verdict, part in rows.groupby("verdict", sort=False):
        figure.add_scatter(
            x=part["difference"], y=tests[part.index], mode="markers", name=str(verdict),
            marker={"color": _COLOURS.get(verdict, NEUTRAL), "symbol": _SYMBOLS.get(verdict, "circle-open"), "size": 9},
            error_x={"array": part["high"] - part["difference"], "arrayminus": part["difference"] - part["low"]},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )  # fmt: skip
    shares = set(rows["metric"]) == {SAME_VERDICT}
    figure.add_vline(x=ALIKE if shares else 0, line_dash="dot", line_color=NEUTRAL)
    return figure.update_layout(
        margin={**MARGIN, "t": 30}, height=110 + 38 * len(rows), showlegend=True,
        yaxis={"categoryorder": "array", "categoryarray": list(tests), "autorange": "reversed", "automargin": True},
        xaxis={"automargin": True, "title": "Share of images" if shares else "Difference, with its 95 % interval"},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom"},
    )  # fmt: skip
