"""How much of the variance among an image's maps goes with the classifier, and how much with the explainer."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.style import COLOURS, MARGIN, counted
from explain.statistics.decomposition import decomposition_table, shares_of_variance

_TITLE = "What the maps differ by: classifier, explainer, or both together"
_COLUMNS = ("image", "label", "model_a", "method_a", "model_b", "method_b", "pearson")
_NAMES = {
    "classifier": "the classifier",
    "explainer": "the explainer",
    "interaction": "both together",
}


def compose(material: Material, options: Options) -> Exhibit:
    """Show the shares of variance, averaged over images."""
    del options
    models, methods = list(material.selection.models), list(material.selection.methods)
    shares = shares_of_variance(material.rows("agreement", _COLUMNS), models, methods)
    if shares.empty:
        sentence = "Nothing to decompose: it takes two models and two methods, and every map of each by each."
        return nothing("decomposition", _TITLE, sentence)
    table = decomposition_table(shares)
    return Exhibit(
        "decomposition",
        _TITLE,
        stacked(table),
        f"Two-way decomposition of each image's {len(models)} x {len(methods)} standardised maps, exact: the shares "
        "sum to 1. Both together: which explainer matters depends on the classifier. Bars: means over images; the "
        "table has bootstrap 95 % intervals (BCa). What varies more among these need not vary more between other "
        "classifiers or explainers.",
        table,
        shares,
    )


def stacked(table: pd.DataFrame) -> go.Figure:
    """Draw mean shares side by side with their intervals."""
    figure = go.Figure(
        go.Bar(
            x=table["mean"], y=table["component"].map(_NAMES), orientation="h",
            marker={"color": list(COLOURS[: len(table)])}, 
            text=table["mean"].map("{:.0%}".format), textposition="inside", insidetextanchor="start",
            error_x={"array": table["high"] - table["mean"], "arrayminus": table["mean"] - table["low"]},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )  # fmt: skip
    return figure.update_layout(
        title=f"Share of the variance · {counted(int(table['n'].max()))}", margin=MARGIN, height=230,
        yaxis={"autorange": "reversed", "automargin": True}, xaxis={"range": [0, 1], "tickformat": ".0%"},
    )  # fmt: skip
