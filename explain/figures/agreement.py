"""How alike the maps of every two models and methods are."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from explain.faithfulness.tables import CHANGED
from explain.figures.differences import USUAL, chosen_pair
from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.sampling import drawn
from explain.figures.style import (
    MARGIN,
    MOST_POINTS,
    counted,
    key_name,
    legend_below,
    literal,
    looks_of,
    pointed,
    spoken,
    swatched,
)
from explain.figures.wording import column_title
from explain.statistics.summaries import agreement_square, agreement_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explain.store.selection import MapKey, Selection

_PAIR = ["model_a", "method_a", "model_b", "method_b"]
_NO_PAIR = "There are no two sets of maps whose agreement is known."
_MOST_TWO_LINED, _MOST_NAMED = 6, 2
_BESIDE = 0.43
"""From a row's middle to the name of a box: of the 0.5 of its half, Plotly's boxes take 0.35."""
_SHADES = ["#d9ece7", "#0b5450"]
"""Of the least and the most alike; the middle, too, carries letters at 4.5 to 1."""


def compose_matrix(material: Material, options: Options) -> Exhibit:
    """Show the mean agreement of every two sets of maps."""
    title, rows = f"Agreement: {column_title(options.measure)}", _known(material, options)
    if rows.empty:
        return nothing(f"agreement-{options.measure}", title, _NO_PAIR)
    table = agreement_table(rows, options.measure)
    itself = self_agreement(material.rows("sanity", where={"check": (CHANGED,)}), options.measure)
    sentence = ""
    if itself:
        table["ceiling"] = [
            (itself.get((a, b), np.nan) * itself.get((c, d), np.nan)) ** 0.5
            for a, b, c, d in table[_PAIR].itertuples(index=False, name=None)
        ]
        low, high = min(itself.values()), max(itself.values())
        sentence = (
            f" Maps agree with those of the same network, of the image mirrored, cut or given noise, by {low:.2f} to "
            f"{high:.2f}: no two networks can agree better, and the table has that ceiling (Spearman 1904: the root of "
            "the product of both)."
        )
    return Exhibit(
        f"agreement-{options.measure}",
        title,
        agreement_matrix(rows, material.selection, options.measure),
        "Means over images, darker where maps are more alike, from the lowest to the highest of these pairs; the table "
        "has bootstrap 95 % intervals (BCa). Agreement is not a sign of faithfulness: two "
        f"maps may agree and both be wrong.{sentence}",
        material.ordered(table),
    )


def self_agreement(sanity: pd.DataFrame, measure: str) -> dict[MapKey, float]:
    """Give how alike maps of one network and method are when the image is a little changed.

    Parameters
    ----------
    sanity : pandas.DataFrame
        The store's table.
    measure : str

    Returns
    -------
    dict of (model, method) to float
        Means over images, of those above zero; empty where that was not evaluated, or not by this measure.
    """
    if measure not in sanity:
        return {}
    known = sanity[sanity["check"] == CHANGED].dropna(subset=[measure])
    means = known.groupby(["model", "method"], sort=False)[measure].mean()
    return {(str(model), str(method)): float(mean) for (model, method), mean in means.items() if mean > 0}


def compose_points(material: Material, options: Options) -> Exhibit:
    """Show the agreement image by image, of two sides or of the usual sets of maps."""
    name, title = f"agreement-{options.measure}-images", f"Agreement by image: {column_title(options.measure)}"
    rows = _known(material, options)
    chosen = chosen_pair(material.selection, options.first, options.second)
    models, methods = list(material.selection.models)[:USUAL], list(material.selection.methods)[:USUAL]
    sides = set(chosen or [(model, method) for model in models for method in methods])
    pairs = rows[_PAIR].drop_duplicates()
    among = [{(a, b), (c, d)} <= sides for a, b, c, d in pairs.itertuples(index=False, name=None)]
    part = rows.merge(pairs[among]) if not all(among) else rows
    if part.empty:
        return nothing(name, title, _NO_PAIR)
    shown = len(part[_PAIR].drop_duplicates())
    left_out = ""
    if shown < len(pairs):
        of = "the two chosen sets" if chosen else "the first two models and methods"
        left_out = f" Shown: {shown} of {len(pairs)} pairs, those of {of}."
    grouped = part.groupby([*_PAIR, "label"], sort=False)[options.measure]
    table = grouped.agg(n="count", mean="mean", median="median").reset_index()
    table["first_quartile"], table["third_quartile"] = (grouped.quantile(share).to_numpy() for share in (0.25, 0.75))
    points, not_drawn = drawn(part)
    return Exhibit(
        name,
        title,
        agreement_points(points, material.selection, options.measure, part["image"].nunique()),
        f"Each point is an image. Box: quartiles and median.{left_out}{not_drawn}",
        material.ordered(table),
        part[["image", "label", *_PAIR, options.measure]],
    )


def _known(material: Material, options: Options) -> pd.DataFrame:
    columns = ("image", "label", *_PAIR, options.measure)
    return material.rows("agreement", columns).dropna(subset=[options.measure])


def agreement_matrix(agreement: pd.DataFrame, selection: Selection, measure: str = "pearson") -> go.Figure:
    """Show the mean agreement between every two sets of maps, each pair once.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table, of one image or of many; of the selection alone.
    measure : {"pearson", "sim", "spearman", "iou_top20"}

    Returns
    -------
    plotly.graph_objects.Figure
        The triangle below the diagonal, coloured from its lowest to its highest value, which every cell names.
    """
    held = {key for end in ("a", "b") for key in _ends(agreement, end)}
    keys: Sequence[MapKey] = [key for key in selection.keys if key in held]
    few = len(keys) <= _MOST_TWO_LINED
    names = [key_name(selection, key, joint="<br>" if few else ", ") for key in keys]
    square = agreement_square(agreement, keys, measure)
    values = np.where(np.tril(np.ones(square.shape, bool), -1), square, np.nan)[1:, :-1]
    low, high = ends_of(values)
    figure = go.Figure(
        go.Heatmap(
            z=values, x=names[:-1], y=names[1:], zmin=low, zmax=high, colorscale=_SHADES, showscale=False,
            hovertemplate="%{y} / %{x}: %{z:.3f}<extra></extra>", hoverongaps=False, xgap=2, ygap=2,
        )
    )  # fmt: skip
    written = [
        {
            "x": names[column], "y": names[1 + row], "text": f"{value:.2f}", "showarrow": False,
            "font": {"color": cell_colours((value - low) / (high - low))[1], "size": 14 if few else 11},
        }
        for (row, column), value in np.ndenumerate(values) if not np.isnan(value)
    ]  # fmt: skip
    longest = max((len(name) for name in names), default=0)
    return figure.update_layout(
        title=f"{column_title(measure)} · {counted(agreement['image'].nunique())}",
        annotations=written,  # at once: for one added, all are checked
        margin=MARGIN, height=140 + 68 * (len(keys) - 1) if few else 90 + 6 * longest + 30 * len(keys),
        xaxis={"automargin": True, "tickangle": None if few else -90, "showgrid": False},
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False},
    )  # fmt: skip


def ends_of(values: NDArray[np.float64]) -> tuple[float, float]:
    """Give the values that have the lightest and the darkest colour: the lowest and the highest that there are."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low, high) if high > low else (low - 0.5, high + 0.5)  # one colour, from the middle


def cell_colours(share: float) -> tuple[str, str]:
    """Give a cell's colour, and black or white for its letters, whichever stands out more on it (WCAG 2.1).

    Parameters
    ----------
    share : float
        Of the way from the least to the most alike, within [0, 1].
    """
    (colour,) = sample_colorscale(_SHADES, [share], colortype="tuple")
    linear = [((each + 0.055) / 1.055) ** 2.4 for each in colour]
    letters = "#000" if np.dot(linear, (0.2126, 0.7152, 0.0722)) > 0.179 else "#fff"
    return f"rgb({', '.join(str(round(255 * each)) for each in colour)})", letters


def agreement_points(agreement: pd.DataFrame, selection: Selection, measure: str = "pearson", n: int = 0) -> go.Figure:
    """Show each image's agreement between every two sets of maps.

    Parameters
    ----------
    agreement : pandas.DataFrame
        Rows of the store's table; every pair in them has a line of its own.
    measure : {"pearson", "sim", "spearman", "iou_top20"}
    n : int
        Images that the figure is of, where not all are drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    pairs = pd.Series(
        [
            f"{key_name(selection, (a, b))}<br>{key_name(selection, (c, d))}"
            for a, b, c, d in agreement[_PAIR].itertuples(index=False, name=None)
        ],
        index=agreement.index,
    )
    wanted = [f"{key_name(selection, a)}<br>{key_name(selection, b)}" for a, b in combinations(selection.keys, 2)]
    present = set(pairs)
    order = [pair for pair in wanted if pair in present]
    order += [pair for pair in dict.fromkeys(pairs) if pair not in order]
    shown = agreement["image"].nunique()
    n = n or shown
    figure = go.Figure()
    looks = looks_of(sorted(set(agreement["label"])))
    named = len(looks) <= _MOST_NAMED
    for place, (label, look) in enumerate(looks.items()):
        chosen = agreement["label"] == label
        part = agreement[chosen]
        if named:
            values = part.loc[pairs[chosen] == order[0], measure]
            _name_box(figure, swatched(look, spoken(label)), values, agreement[measure], above=not place)
        figure.add_box(
            x=part[measure], y=pairs[chosen], name=spoken(label), showlegend=not named,
            orientation="h", boxpoints="all" if shown <= MOST_POINTS else "outliers", jitter=0.5, pointpos=0,
            marker={"size": 4, "opacity": 0.6, "color": look.colour, "symbol": look.symbol}, line={"width": 1.5},
            customdata=part["image"], hovertext=part["image"].map(literal),
            hovertemplate="%{hovertext}<br>%{x:.3f}<extra></extra>", meta=pointed("", column_title(measure), "x"),
        )  # fmt: skip
    return figure.update_layout(
        title=f"{column_title(measure)} by image · {counted(n)}", boxmode="group", margin=MARGIN,
        yaxis={"autorange": "reversed", "automargin": True, "categoryorder": "array", "categoryarray": order},
        **legend_below(120 + 80 * len(order), 0 if named else len(looks), 30),
    )  # fmt: skip


def _name_box(figure: go.Figure, name: str, values: pd.Series, every: pd.Series, *, above: bool) -> None:
    """Write a name above or below a box of the first row, from its middle to where there is more room."""
    if values.empty:
        return
    middle = float(values.median())
    right = middle - every.min() > every.max() - middle
    figure.add_annotation(
        text=name, x=middle, y=-_BESIDE if above else _BESIDE,
        xanchor="right" if right else "left", showarrow=False, font_size=12,
    )  # fmt: skip


def _ends(agreement: pd.DataFrame, end: str) -> list[MapKey]:
    ends = agreement[[f"model_{end}", f"method_{end}"]].drop_duplicates()
    return list(ends.itertuples(index=False, name=None))
