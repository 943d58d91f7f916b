"""Faithfulness: what the network says while the most salient pixels go, or come back."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from plotly.subplots import make_subplots

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.style import (
    HEADED,
    MARGIN,
    capital,
    counted,
    key_name,
    legend_below,
    literal,
    looks_of,
    panels_of,
    spoken,
    translucent,
)
from explain.figures.wording import column_title
from explain.statistics.summaries import BANDS, curve_bands

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from explain.store.selection import MapKey, Selection

_COURSE = ["curve", "substrate", "steps"]
_READ_OFF = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the pixels that the table of the curves has a row for; a file has them all."""
_ROW, _LINE = 190, 16
_LONGEST = 48
"""Letters of a heading's line that a phone shows."""


def compose_curves(material: Material, options: Options) -> Exhibit:
    """Show deletion and insertion curves."""
    curves = material.rows("curves").dropna(subset=["probability"])
    if curves.empty:
        sentence = "No curves are stored yet: run “python -m explain evaluate” for this dataset."
        return nothing("curves", "Faithfulness", sentence)
    bands = material.ordered(curve_bands(curves, options.band))
    kept = np.isclose(bands["fraction"].to_numpy()[:, None], _READ_OFF, atol=1e-6).any(axis=1)
    interval = " The interval of a mean is Student's t at each step." if options.band == "mean" else ""
    return Exhibit(
        f"curves-{options.band}",
        "Faithfulness",
        faithfulness_curves(bands, material.selection, BANDS[options.band]),
        "Deletion: lower is better by this measure, with this substrate. Insertion: higher is, with its own. Another "
        "substrate may put other maps first. Of the labelled class, after Petsiuk et al. (RISE, BMVC 2018)."
        f"{interval}",
        bands[kept].reset_index(drop=True),
        bands,
    )


def compose_sanity(material: Material, options: Options) -> Exhibit:
    """Show how like the maps of randomised networks are to the network's own."""
    del options  # nothing of it can be set
    sanity = material.rows("sanity").dropna(subset=["spearman"])
    if sanity.empty:
        sentence = "No sanity check is stored yet: run “python -m explain evaluate” for this dataset."
        return nothing("sanity", "Sanity check", sentence)
    grouped = sanity.groupby(["model", "method", "check"], sort=False)["spearman"]
    table = grouped.agg(n="count", mean="mean", median="median").reset_index()
    table["first_quartile"], table["third_quartile"] = (grouped.quantile(share).to_numpy() for share in (0.25, 0.75))
    return Exhibit(
        "sanity",
        "Sanity check",
        sanity_checks(sanity, material.selection),
        "Rank correlation of the map with that of the network with random weights (Adebayo et al., NeurIPS 2018): a "
        "map that stays the same does not depend on what the network learned.",
        material.ordered(table),
        sanity,
    )


def faithfulness_curves(bands: pd.DataFrame, selection: Selection, centre: str) -> go.Figure:
    """Show the course of the probability over the images, one panel per way of altering them.

    Parameters
    ----------
    bands : pandas.DataFrame
        As :func:`explain.statistics.summaries.curve_bands` gives them; at least one row.
    centre : str
        What line and band are, for people.

    Returns
    -------
    plotly.graph_objects.Figure
        Where models and methods are many, one panel per model as well; colours then tell the methods apart.
    """
    keys = _keys(bands, selection)
    shares, courses = panels_of(keys), list(bands.groupby(_COURSE, sort=True))
    panels = [(course, of_course, model) for course, of_course in courses for model in shares]
    split = len(shares) > 1
    looks = looks_of(dict.fromkeys(method for _, method in keys) if split else keys)
    headings = [
        "<br>".join(
            [capital(curve) + (f", {literal(selection.models[model])}" if split else ""), *_lines(substrate, steps)]
        )
        for (curve, substrate, steps), _, model in panels
    ]
    room = 24 + _LINE * max(heading.count("<br>") + 1 for heading in headings)
    height = 110 + (_ROW + room) * len(panels)
    figure = make_subplots(
        rows=len(panels), cols=1, subplot_titles=headings, shared_xaxes=True, vertical_spacing=room / (height - 110)
    )
    figure.update_annotations(font_size=12)
    seen: set[str] = set()
    for row, (_, of_course, model) in enumerate(panels, start=1):
        for key in shares[model]:
            part = of_course[(of_course["model"] == key[0]) & (of_course["method"] == key[1])]
            if part.empty:
                continue
            look = looks[key[1] if split else key]  # type: ignore[index]
            name = literal(selection.methods[key[1]]) if split else key_name(selection, key)
            shared = {"legendgroup": name, "row": row, "col": 1, "x": part["fraction"]}
            figure.add_scatter(y=part["low"], mode="lines", line_width=0, showlegend=False, hoverinfo="skip", **shared)
            figure.add_scatter(
                y=part["high"], mode="lines", line_width=0, fill="tonexty", showlegend=False, hoverinfo="skip",
                fillcolor=translucent(look.colour, 0.16 if len(shares[model]) <= 4 else 0.07), **shared,
            )  # fmt: skip
            figure.add_scatter(
                y=part["centre"], mode="lines", name=name, showlegend=name not in seen,
                line={"color": look.colour, "width": 2, "dash": look.dash},
                hovertemplate="%{fullData.name}<br>%{x:.0%} of the pixels: %{y:.3f}<extra></extra>", **shared,
            )  # fmt: skip
            seen.add(name)
        figure.update_yaxes(title_text="probability", range=[0, 1], row=row, col=1)
    figure.update_xaxes(tickformat=".0%", title_text="share of the pixels", row=len(panels), col=1)
    return figure.update_layout(
        title=f"{literal(centre)} · {counted(int(bands['n'].max()))}", margin={**MARGIN, "t": 40 + room},
        **legend_below(height, len(seen), 54),
    )  # fmt: skip


def sanity_checks(sanity: pd.DataFrame, selection: Selection, measure: str = "spearman") -> go.Figure:
    """Show how like the maps of a randomised network are to the network's own.

    Parameters
    ----------
    sanity : pandas.DataFrame
        The store's table: image, label, model, method, check and one column per measure; at least one row.
    measure : {"pearson", "sim", "spearman"}

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    keys = _keys(sanity, selection)
    shares = panels_of(keys)
    split = len(shares) > 1
    looks = looks_of(dict.fromkeys(method for _, method in keys) if split else keys)
    height = 420 if not split else 130 + 270 * len(shares)
    figure = make_subplots(
        rows=len(shares), cols=1, shared_xaxes="all", vertical_spacing=42 / (height - 110) if split else 0,
        subplot_titles=[literal(selection.models[model]) for model in shares] if split else None,
    )  # fmt: skip
    seen: set[str] = set()
    for row, (_, keys_of_panel) in enumerate(shares.items(), start=1):
        for key in keys_of_panel:
            part = sanity[(sanity["model"] == key[0]) & (sanity["method"] == key[1])]
            look = looks[key[1] if split else key]  # type: ignore[index]
            name = literal(selection.methods[key[1]]) if split else key_name(selection, key)
            figure.add_box(
                x=part["check"].map(spoken), y=part[measure], name=name, legendgroup=name, offsetgroup=name,
                boxpoints="all", jitter=0.5, pointpos=0, showlegend=name not in seen, line={"width": 1.5},
                marker={"size": 4, "opacity": 0.6, "color": look.colour, "symbol": look.symbol},
                customdata=part["image"], hovertext=part["image"].map(literal),
                hovertemplate="%{hovertext}<br>%{y:.3f}<extra></extra>", row=row, col=1,
            )  # fmt: skip
            seen.add(name)
        figure.update_yaxes(title_text=column_title(measure), row=row, col=1)
    return figure.update_layout(
        title=f"Sanity check · {counted(sanity['image'].nunique())}", boxmode="group", margin=HEADED,
        **legend_below(height, len(seen)),
    )  # fmt: skip


def _lines(substrate: str, steps: int) -> list[str]:
    return [spoken(line) for line in textwrap.wrap(f"{substrate}, {steps} steps", _LONGEST)]


def _keys(table: pd.DataFrame, selection: Selection) -> list[MapKey]:
    held = set(table[["model", "method"]].drop_duplicates().itertuples(index=False, name=None))
    return [key for key in selection.keys if key in held]
