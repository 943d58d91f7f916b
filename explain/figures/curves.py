"""Faithfulness: what the network says while the most salient pixels go, or come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explain.figures.agreement import MEASURE_TITLES
from explain.figures.style import MARGIN, colour_of, counted, kind_name, literal, spoken, translucent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def faithfulness_curves(bands: pd.DataFrame, titles: Mapping[str, str], centre: str) -> go.Figure:
    """Show the course of the probability over the images, one panel per kind of curve.

    Parameters
    ----------
    bands : pandas.DataFrame
        As :func:`explain.statistics.summaries.curve_bands` gives them.
    titles : mapping of str to str
        Model titles by name.
    centre : str
        What line and band are, for people.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    panels = list(bands.groupby(["curve", "substrate", "steps"], sort=True))
    names = [f"{spoken(curve)}, {spoken(substrate)}, {steps} steps" for (curve, substrate, steps), _ in panels]
    rows = max(1, len(panels))
    figure = make_subplots(rows=rows, cols=1, subplot_titles=names, shared_xaxes=True, vertical_spacing=0.24 / rows)
    colours = colour_of(bands[["model", "method"]].itertuples(index=False, name=None))
    for row, (_, panel) in enumerate(panels, start=1):
        for (model, method), part in panel.groupby(["model", "method"], sort=False):
            colour, name = colours[model, method], kind_name(titles, model, method)
            shared = {"legendgroup": name, "row": row, "col": 1, "x": part["fraction"]}
            figure.add_scatter(y=part["low"], mode="lines", line_width=0, showlegend=False, hoverinfo="skip", **shared)
            figure.add_scatter(
                y=part["high"], mode="lines", line_width=0, fill="tonexty", fillcolor=translucent(colour, 0.16),
                showlegend=False, hoverinfo="skip", **shared,
            )  # fmt: skip
            figure.add_scatter(
                y=part["centre"], mode="lines", name=name, line={"color": colour, "width": 2}, showlegend=row == 1,
                hovertemplate="%{x:.0%} of the pixels: %{y:.3f}<extra></extra>", **shared,
            )  # fmt: skip
        figure.update_yaxes(title_text="probability", range=[0, 1], row=row, col=1)
    figure.update_xaxes(tickformat=".0%", title_text="share of the pixels", row=rows, col=1)
    return figure.update_layout(
        title=f"{literal(centre)} · {counted(int(bands['n'].max()) if len(bands) else 0)}",
        margin={**MARGIN, "t": 70}, height=130 + 230 * rows, legend={"orientation": "h", "y": -0.12},
    )  # fmt: skip


def sanity_checks(sanity: pd.DataFrame, titles: Mapping[str, str], measure: str = "spearman") -> go.Figure:
    """Show how like the maps of a randomised network are to the network's own.

    Parameters
    ----------
    sanity : pandas.DataFrame
        The store's table: image, label, model, method, check and one column per measure.
    titles : mapping of str to str
        Model titles by name.
    measure : {"pearson", "sim", "spearman"}

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    figure = go.Figure()
    kinds = sanity.groupby(["model", "method"], sort=False)
    for ((model, method), part), colour in zip(kinds, colour_of(kinds.groups).values(), strict=True):
        figure.add_box(
            x=part["check"].map(spoken), y=part[measure], name=kind_name(titles, model, method), boxpoints="all",
            jitter=0.5, pointpos=0, marker={"size": 4, "opacity": 0.6, "color": colour}, line={"width": 1.5},
            customdata=part["image"], hovertext=part["image"].map(literal),
            hovertemplate="%{hovertext}<br>%{y:.3f}<extra></extra>",
        )  # fmt: skip
    return figure.update_layout(
        title=f"Sanity check · {counted(sanity['image'].nunique())}", boxmode="group", margin=MARGIN, height=420,
        legend={"orientation": "h", "y": -0.12}, yaxis_title=MEASURE_TITLES[measure],
    )  # fmt: skip
