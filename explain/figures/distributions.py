"""How one metric is distributed: boxes or violins with every image's point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.sampling import drawn
from explain.figures.style import (
    HEADED,
    MARGIN,
    MOST_POINTS,
    MOST_TOGETHER,
    counted,
    legend_below,
    literal,
    looks_of,
    pointed,
    spoken,
    swatched,
    ticks_of,
)
from explain.measures.registry import metric_title
from explain.statistics.summaries import distribution_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explain.store.selection import Selection

GROUPINGS: dict[str, tuple[str, str]] = {
    "label": ("model", "method"), "model": ("method", "label"), "method": ("model", "label"),
}  # fmt: skip
"""What stands on the axis, and what panels or colours then tell apart."""
_PANEL = 230
_MOST_NAMED, _LINE, _HEADING = 16, 46, 0.85
"""Boxes that are named where they stand, what each is high in pixels, and the share of it that a heading takes."""
_ABOVE = 0.42


def compose(material: Material, options: Options) -> Exhibit:
    """Show one metric by model, method and class."""
    name, title = f"distribution-{options.metric}", metric_title(options.metric)
    rows = material.rows("metrics", where={"metric": (options.metric,)}).dropna(subset=["value"])
    if rows.empty:
        return nothing(name, title, f"No image has a value of “{title}” here.")
    shape = "Violin: density" if options.shape == "violin" else "Box: quartiles, median"
    part, left_out = drawn(rows)
    caption = f"Each point is an image. {shape}; dashed: mean. Table: bootstrap 95 % intervals (BCa).{left_out}"
    figure = distributions(
        part, material.selection, title, by=options.by, shape=options.shape, n=rows["image"].nunique()
    )
    return Exhibit(name, title, figure, caption, material.ordered(distribution_table(rows, options.metric)))


def distributions(
    rows: pd.DataFrame, selection: Selection, name: str, *, by: str = "label", shape: str = "box", n: int = 0
) -> go.Figure:
    """Show one metric's values by model, method and class, with every image's point.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of the store's metrics table, of one metric.
    name : str
        The metric, for people.
    by : {"label", "model", "method"}
        What stands side by side on the axis. Boxes are named where they stand while they are few; else colours tell
        the other two apart, or panels and colours do.
    shape : {"box", "violin"}
    n : int
        Images that the figure is of, where not all are drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`; beyond 2,000 images only far points are drawn.
    """
    titles = {"model": selection.models, "method": selection.methods}
    order = {
        column: [name for name in titles[column] if (rows[column] == name).any()]
        if column in titles
        else sorted(set(rows[column]))
        for column in ("label", "model", "method")
    }

    def said(column: str, value: str) -> str:
        return literal(titles[column].get(value, value)) if column in titles else spoken(value)

    def plain(column: str, value: str) -> str:
        return titles[column].get(value, value) if column in titles else value.replace("_", " ")

    outer, inner = GROUPINGS[by]
    together = len(order[outer]) * len(order[inner]) <= MOST_TOGETHER or len(order[outer]) == 1
    keys = [(a, b) for a in order[outer] for b in order[inner]]
    n = n or rows["image"].nunique()
    title = f"{literal(name)} · {counted(n)}"
    if together and len(keys) * len(order[by]) <= _MOST_NAMED:
        named = [(f"{said(outer, a)}, {said(inner, b)}", f"{plain(outer, a)}, {plain(inner, b)}") for a, b in keys]
        sets = [rows[(rows[outer] == a) & (rows[inner] == b)] for a, b in keys]
        spoken_of = {value: said(by, value) for value in order[by]}
        return _in_lines(sets, named, spoken_of, name, by=by, shape=shape).update_layout(title=title)
    looks = looks_of(keys) if together else looks_of(order[inner])
    panels = [""] if together else order[outer]
    points = _points(rows)
    height = (80 + 380) if together else 110 + (_PANEL + 30) * len(panels)
    figure = make_subplots(
        rows=len(panels), cols=1, shared_xaxes="all", vertical_spacing=0 if together else 40 / (height - 110),
        subplot_titles=None if together else [said(outer, panel) for panel in panels],
    )  # fmt: skip
    categories = rows[by].map(lambda value: said(by, value))
    for a, b in keys:
        chosen = (rows[outer] == a) & (rows[inner] == b)
        if not chosen.any():
            continue
        look = looks[a, b] if together else looks[b]
        group = f"{said(outer, a)}, {said(inner, b)}" if together else said(inner, b)
        row = 1 if together else panels.index(a) + 1
        shared = {
            "x": categories[chosen], "y": rows.loc[chosen, "value"], "name": group, "legendgroup": group,
            "offsetgroup": group, "showlegend": together or row == 1,
            "customdata": rows.loc[chosen, "image"], "hovertext": rows.loc[chosen, "image"].map(literal),
            "jitter": 0.5, "pointpos": 0, "meta": pointed(f"{plain(outer, a)}, {plain(inner, b)}", name),
            "marker": {"size": 4, "opacity": 0.6, "color": look.colour, "symbol": look.symbol},
            "line": {"width": 1.5, "color": look.colour},
            "hovertemplate": "%{hovertext}<br>%{y:.3f}<extra></extra>", "row": row, "col": 1,
        }  # fmt: skip
        _add(figure, shape, points, shared)
    axis = [said(by, value) for value in order[by]]
    ticks, deeper = ticks_of(axis)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=axis, automargin=True, **ticks)
    figure.update_yaxes(automargin=True)
    entries = len(keys) if together else len(order[inner])
    return figure.update_layout(
        title=title, boxmode="group", violinmode="group", showlegend=True,
        margin=MARGIN if together else HEADED, **legend_below(height + deeper, entries, 40 + deeper),
    )  # fmt: skip


def _in_lines(
    sets: Sequence[pd.DataFrame],
    named: Sequence[tuple[str, str]],
    axis: Mapping[str, str],
    name: str,
    *,
    by: str,
    shape: str,
) -> go.Figure:
    """Draw boxes one below the other, each named where it stands: a telephone has the whole width for all of them.

    Parameters
    ----------
    sets : sequence of pandas.DataFrame
        The rows of each colour.
    named : sequence of (str, str)
        What each colour is called: in a figure, and as plain text.
    axis : mapping of str to str
        What stands side by side, and what it is called in a figure.
    """
    figure, points = go.Figure(), _points(pd.concat(sets))
    block = len(sets) + _HEADING
    places = {value: number * block + _HEADING for number, value in enumerate(axis)}
    for value, heading in axis.items():
        _note(figure, f"<b>{heading}</b>", places[value] - _HEADING)
    looks = looks_of(range(len(sets)))
    for number, (part, (title, plain)) in enumerate(zip(sets, named, strict=True)):
        if part.empty:
            continue
        at, look = part[by].map(places) + number, looks[number]
        for place in sorted(set(at)):
            _note(figure, swatched(look, title), place - _ABOVE)
        shared = {
            "x": part["value"], "y": at, "name": title, "orientation": "h", "width": 0.5, "customdata": part["image"],
            "hovertext": part["image"].map(literal) + "<br>" + part[by].map(axis), "jitter": 0.5, "pointpos": 0,
            "meta": pointed(plain, name, "x"),
            "marker": {"size": 4, "opacity": 0.6, "color": look.colour, "symbol": look.symbol},
            "line": {"width": 1.5, "color": look.colour}, "hovertemplate": "%{hovertext}<br>%{x:.3f}<extra></extra>",
        }  # fmt: skip
        _add(figure, shape, points, shared)
    lines = block * len(axis)
    return figure.update_layout(
        boxmode="overlay", violinmode="overlay", showlegend=False, margin=MARGIN, height=round(90 + _LINE * lines),
        yaxis={
            "range": [lines - 0.5, -0.35], "showgrid": False, "zeroline": False, "showticklabels": False,
        },
        xaxis={"automargin": True, "zeroline": False},
    )  # fmt: skip


def _note(figure: go.Figure, text: str, place: float) -> None:
    figure.add_annotation(
        text=text, xref="paper", x=0, xanchor="left", yref="y", y=place, yanchor="middle", showarrow=False, font_size=12
    )


def _points(rows: pd.DataFrame) -> str:
    return "all" if rows["image"].nunique() <= MOST_POINTS else "outliers"


def _add(figure: go.Figure, shape: str, points: str, shared: Mapping[str, Any]) -> None:
    if shape == "violin":
        figure.add_violin(points=points, box={"visible": True, "width": 0.2}, meanline_visible=True, **shared)
    else:
        figure.add_box(boxpoints=points, boxmean=True, **shared)
