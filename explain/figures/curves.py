"""Faithfulness: what the network says while the most salient pixels go, or come back."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from plotly.subplots import make_subplots

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.sampling import drawn
from explain.figures.style import (
    HEADED,
    MARGIN,
    MOST_TOGETHER,
    capital,
    cornered,
    counted,
    key_name,
    legend_below,
    literal,
    looks_of,
    on_top,
    panels_of,
    pointed,
    spoken,
    swatched,
    translucent,
)
from explain.figures.wording import column_title
from explain.statistics.summaries import BANDS, curve_areas, curve_bands

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from explain.figures.style import Look
    from explain.store.selection import MapKey, Selection

_COURSE = ["curve", "substrate", "steps"]
_READ_OFF = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the pixels that the table of the curves has a row for; a file has them all."""
_ROW, _LINE = 190, 16
_BETTER = {"deletion": ("lower is better",), "insertion": ("higher is better",)}
_MOST_NAMED, _MOST_COLUMNS = 4, 2
"""Methods that a panel has room to name, and panels beside each other that a phone has room for."""
_LONGEST = 48
"""Letters of a heading's line that a phone shows."""


def compose_curves(material: Material, options: Options) -> Exhibit:
    """Show deletion and insertion curves."""
    curves = material.rows("curves").dropna(subset=["probability"])
    if curves.empty:
        sentence = "No curves are stored yet: run “python -m explain evaluate” for this dataset."
        return nothing("curves", "Faithfulness", sentence)
    areas = curve_areas(curves)
    bands = material.ordered(curve_bands(curves, options.band).merge(areas, how="left"))
    kept = np.isclose(bands["fraction"].to_numpy()[:, None], _READ_OFF, atol=1e-6).any(axis=1)
    interval = " The interval of a mean is Student's t at each step." if options.band == "mean" else ""
    return Exhibit(
        f"curves-{options.band}",
        "Faithfulness",
        faithfulness_curves(bands, areas, material.selection, BANDS[options.band]),
        f"{_courses(bands)} Numbers are mean areas under the curves. Another substrate may put other maps "
        f"first. Of the labelled class, after Petsiuk et al. (RISE, BMVC 2018).{interval}",
        bands[kept].reset_index(drop=True),
        bands,
    )


def compose_sanity(material: Material, options: Options) -> Exhibit:
    """Show how like the maps of randomised networks are to the network's own."""
    del options  # nothing of it can be set
    sanity = material.rows("sanity").dropna(subset=["spearman"])
    part, left_out = drawn(sanity)
    if sanity.empty:
        sentence = "No sanity check is stored yet: run “python -m explain evaluate” for this dataset."
        return nothing("sanity", "Sanity check", sentence)
    grouped = sanity.groupby(["model", "method", "check"], sort=False)["spearman"]
    table = grouped.agg(n="count", mean="mean", median="median").reset_index()
    table["first_quartile"], table["third_quartile"] = (grouped.quantile(share).to_numpy() for share in (0.25, 0.75))
    return Exhibit(
        "sanity",
        "Sanity check",
        sanity_checks(part, material.selection, n=sanity["image"].nunique()),
        "Rank correlation of the map with that of a network whose weights are shuffled from the top down (Adebayo et "
        "al., NeurIPS 2018), batch normalisation estimated anew, mean of five draws. A map that stays the same does "
        "not depend on what was shuffled. The map of another image is the line of chance: nothing need fall below it; "
        f"that of the image mirrored, cut or given noise is the ceiling: no map is surer of itself.{left_out}",
        material.ordered(table),
        sanity,
    )


def faithfulness_curves(bands: pd.DataFrame, areas: pd.DataFrame, selection: Selection, centre: str) -> go.Figure:
    """Show the course of the probability over the images: a panel per network and way of altering them.

    Parameters
    ----------
    bands : pandas.DataFrame
        As :func:`explain.statistics.summaries.curve_bands` gives them; at least one row.
    areas : pandas.DataFrame
        As :func:`explain.statistics.summaries.curve_areas` gives them.
    centre : str
        What line and band are, for people.

    Returns
    -------
    plotly.graph_objects.Figure
        Every panel names its methods, with the area under their curves; where they are many, a legend does.
    """
    keys = _keys(bands, selection)
    models, methods = (list(dict.fromkeys(key[part] for key in keys)) for part in (0, 1))
    looks, named = looks_of(methods), len(methods) <= _MOST_NAMED
    panels = [(course, part, model) for course, part in bands.groupby(_COURSE, sort=True) for model in models]
    area_of = areas.set_index([*_COURSE, "model", "method"])["area_under"]
    columns = min(_MOST_COLUMNS, len(models))
    rows = len(panels) // len(models) * math.ceil(len(models) / columns)
    courses = bands[_COURSE].drop_duplicates()["curve"]
    several = set(courses[courses.duplicated()])
    headings, places = [""] * (rows * columns), []
    for number, ((curve, substrate, steps), _, model) in enumerate(panels):
        line, column = divmod(number % len(models), columns)
        row = number // len(models) * math.ceil(len(models) / columns) + line
        lines = _lines(substrate, steps) if curve in several else []
        said = [f"<b>{capital(curve)}</b>", *_BETTER.get(curve, ())]
        headings[row * columns + column] = "<br>".join([literal(selection.models[model]), *said, *lines])
        places.append((row + 1, column + 1))
    room = 24 + _LINE * max(heading.count("<br>") + 1 for heading in headings)
    height = 110 + (_ROW + room) * rows
    figure = make_subplots(
        rows=rows, cols=columns, subplot_titles=headings, shared_xaxes=True, shared_yaxes=True,
        vertical_spacing=room / (height - 110), horizontal_spacing=0.04,
    )  # fmt: skip
    figure.update_annotations(font_size=12)
    for number, ((course, of_course, model), (row, column)) in enumerate(zip(panels, places, strict=True)):
        held = [method for method in methods if (model, method) in keys]
        for method in held:
            part = of_course[(of_course["model"] == model) & (of_course["method"] == method)].sort_values("fraction")
            look, name = looks[method], literal(selection.methods[method])
            shared = {"legendgroup": name, "row": row, "col": column, "x": part["fraction"]}
            figure.add_scatter(y=part["low"], mode="lines", line_width=0, showlegend=False, hoverinfo="skip", **shared)
            figure.add_scatter(
                y=part["high"], mode="lines", line_width=0, fill="tonexty", showlegend=False, hoverinfo="skip",
                fillcolor=translucent(look.colour, 0.16 if named else 0.07), **shared,
            )  # fmt: skip
            figure.add_scatter(
                y=part["centre"], mode="lines", name=name, showlegend=not named and not number,
                line={"color": look.colour, "width": 2, "dash": look.dash},
                hovertemplate="%{fullData.name}<br>%{x:.0%} of the pixels: %{y:.3f}<extra></extra>", **shared,
            )  # fmt: skip
        if named:
            _name_lines(
                figure,
                row,
                column,
                course[0],
                [(looks[m], literal(selection.methods[m]), area_of.get((*course, model, m))) for m in held],
            )
    figure.update_yaxes(range=[0, 1.02])
    figure.update_yaxes(title_text="probability", col=1)
    figure.update_xaxes(tickformat=".0%", tickvals=[0.25, 0.5, 0.75])
    figure.update_xaxes(title_text="share of the pixels", row=rows)
    return figure.update_layout(
        title=on_top(f"{literal(centre)} · {counted(int(bands['n'].max()))}"), margin={**MARGIN, "t": 40 + room},
        **legend_below(height, 0 if named else len(methods), 54),
    )  # fmt: skip


def _name_lines(
    figure: go.Figure, row: int, column: int, curve: str, lines: list[tuple[Look, str, float | None]]
) -> None:
    """Write methods and areas into a panel, in the corner that its curves leave free."""
    below = curve == "insertion"
    text = "<br>".join(
        swatched(look, name) + (f" {area:.2f}" if area is not None else "") for look, name, area in lines
    )
    figure.add_annotation(text=text, row=row, col=column, **cornered(right=True, above=not below))


def sanity_checks(sanity: pd.DataFrame, selection: Selection, measure: str = "spearman", n: int = 0) -> go.Figure:
    """Show how like the maps of a randomised network are to the network's own.

    Parameters
    ----------
    sanity : pandas.DataFrame
        The store's table: image, label, model, method, check and one column per measure; at least one row.
    measure : {"pearson", "sim", "spearman"}
    n : int
        Images that the figure is of, where not all are drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    keys = _keys(sanity, selection)
    named = len(keys) <= MOST_TOGETHER
    looks = looks_of(keys if named else dict.fromkeys(method for _, method in keys))
    panels = [(swatched(looks[key], key_name(selection, key)), [key]) for key in keys] if named else []
    panels = panels or [(literal(selection.models.get(m, "")), shared) for m, shared in panels_of(keys).items()]
    apart, high = (30, 130) if named else (42, 228)
    height = 110 + (apart + high) * len(panels)
    figure = make_subplots(
        rows=len(panels), cols=1, shared_xaxes="all", shared_yaxes="all", vertical_spacing=apart / (height - 110),
        subplot_titles=[title for title, _ in panels],
    )  # fmt: skip
    figure.update_annotations(font_size=12 if named else None)
    seen: set[str] = set()
    for row, (_, keys_of_panel) in enumerate(panels, start=1):
        for key in keys_of_panel:
            part = sanity[(sanity["model"] == key[0]) & (sanity["method"] == key[1])]
            look = looks[key if named else key[1]]  # type: ignore[index]
            name = key_name(selection, key) if named else literal(selection.methods[key[1]])
            figure.add_box(
                x=part["check"].map(spoken), y=part[measure], name=name, legendgroup=name, offsetgroup=name,
                boxpoints="all", jitter=0.5, pointpos=0, showlegend=not named and name not in seen,
                marker={"size": 4, "opacity": 0.6, "color": look.colour, "symbol": look.symbol}, line={"width": 1.5},
                customdata=part["image"], hovertext=part["image"].map(literal),
                hovertemplate="%{hovertext}<br>%{y:.3f}<extra></extra>", row=row, col=1,
                meta=pointed(selection.title(key), column_title(measure)),
            )  # fmt: skip
            seen.add(name)
        figure.update_yaxes(title_text=column_title(measure), row=row, col=1)
    return figure.update_layout(
        title=f"Sanity check · {counted(n or sanity['image'].nunique())}", margin=HEADED,
        boxmode="overlay" if named else "group",  # alone in its panel, a box stands above what the axis calls it
        **legend_below(height, 0 if named else len(seen)),
    )  # fmt: skip


def _courses(bands: pd.DataFrame) -> str:
    """Say how images are altered."""
    courses = bands[_COURSE].drop_duplicates().sort_values(_COURSE).itertuples(index=False, name=None)
    return " ".join(f"{str(curve).capitalize()}: {substrate}, {steps} steps." for curve, substrate, steps in courses)


def _lines(substrate: str, steps: int) -> list[str]:
    return [spoken(line) for line in textwrap.wrap(f"{substrate}, {steps} steps", _LONGEST)]


def _keys(table: pd.DataFrame, selection: Selection) -> list[MapKey]:
    held = set(table[["model", "method"]].drop_duplicates().itertuples(index=False, name=None))
    return [key for key in selection.keys if key in held]
