"""How alike the maps of every two models and methods are."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from explain.figures.differences import USUAL, chosen_pair
from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.style import MARGIN, MOST_POINTS, counted, key_name, legend_below, literal, looks_of, spoken
from explain.figures.wording import column_title
from explain.measures.registry import MEASURES
from explain.statistics.summaries import agreement_square, agreement_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explain.store.selection import MapKey, Selection

_PAIR = ["model_a", "method_a", "model_b", "method_b"]
_NO_PAIR = "There are no two sets of maps whose agreement is known."
_MOST_TWO_LINED = 6


def compose_matrix(material: Material, options: Options) -> Exhibit:
    """Show the mean agreement of every two sets of maps."""
    title, rows = f"Agreement: {column_title(options.measure)}", _known(material, options)
    if rows.empty:
        return nothing(f"agreement-{options.measure}", title, _NO_PAIR)
    return Exhibit(
        f"agreement-{options.measure}",
        title,
        agreement_matrix(rows, material.selection, options.measure),
        "Means over images; the table has bootstrap 95 % intervals (BCa). Agreement is not a sign of faithfulness: two "
        "maps may agree and both be wrong.",
        material.ordered(agreement_table(rows, options.measure)),
    )


def compose_points(material: Material, options: Options) -> Exhibit:
    """Show the agreement image by image, of two sides or of the usual sets of maps."""
    name, title = f"agreement-{options.measure}-images", f"Agreement by image: {column_title(options.measure)}"
    rows = _known(material, options)
    chosen = chosen_pair(material.selection, options.first, options.second)
    models, methods = list(material.selection.models)[:USUAL], list(material.selection.methods)[:USUAL]
    sides = set(chosen or [(model, method) for model in models for method in methods])
    pairs = rows[_PAIR].drop_duplicates()
    among = [{(a, b), (c, d)} <= sides for a, b, c, d in rows[_PAIR].itertuples(index=False, name=None)]
    part = rows[among]
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
    return Exhibit(
        name,
        title,
        agreement_points(part, material.selection, options.measure),
        f"Each point is an image. Box: quartiles and median.{left_out}",
        material.ordered(table),
        part[["image", "label", *_PAIR, options.measure]],
    )


def _known(material: Material, options: Options) -> pd.DataFrame:
    return material.rows("agreement").dropna(subset=[options.measure])


def agreement_matrix(agreement: pd.DataFrame, selection: Selection, measure: str = "pearson") -> go.Figure:
    """Show the mean agreement between every two sets of maps.

    Parameters
    ----------
    agreement : pandas.DataFrame
        The store's table, of one image or of many; of the selection alone.
    measure : {"pearson", "sim", "spearman", "iou_top20"}
    """
    held = {key for end in ("a", "b") for key in _ends(agreement, end)}
    keys: Sequence[MapKey] = [key for key in selection.keys if key in held]
    few = len(keys) <= _MOST_TWO_LINED
    names = [key_name(selection, key, joint="<br>" if few else ", ") for key in keys]
    values = agreement_square(agreement, keys, measure)
    low, colours = (0, "Teal") if MEASURES[measure].low >= 0 else (-1, "RdBu")
    figure = go.Figure(
        go.Heatmap(
            z=values, x=names, y=names, zmin=low, zmax=1, colorscale=colours, texttemplate="%{z:.2f}",
            hovertemplate="%{y} / %{x}: %{z:.3f}<extra></extra>", colorbar={"thickness": 12}, xgap=2, ygap=2,
        )
    )  # fmt: skip
    longest = max((len(name) for name in names), default=0)
    return figure.update_layout(
        title=f"{column_title(measure)} · {counted(agreement['image'].nunique())}",
        margin=MARGIN, height=420 if few else 90 + 6 * longest + 30 * len(keys),
        xaxis={"automargin": True, "tickangle": None if few else -90},
        yaxis={"autorange": "reversed", "automargin": True},
    )  # fmt: skip


def agreement_points(agreement: pd.DataFrame, selection: Selection, measure: str = "pearson") -> go.Figure:
    """Show each image's agreement between every two sets of maps.

    Parameters
    ----------
    agreement : pandas.DataFrame
        Rows of the store's table; every pair in them has a line of its own.
    measure : {"pearson", "sim", "spearman", "iou_top20"}

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
    n = agreement["image"].nunique()
    figure = go.Figure()
    looks = looks_of(sorted(set(agreement["label"])))
    for label, look in looks.items():
        chosen = agreement["label"] == label
        part = agreement[chosen]
        figure.add_box(
            x=part[measure], y=pairs[chosen], name=spoken(label), showlegend=True,
            orientation="h", boxpoints="all" if n <= MOST_POINTS else "outliers", jitter=0.5, pointpos=0,
            marker={"size": 4, "opacity": 0.6, "color": look.colour, "symbol": look.symbol}, line={"width": 1.5},
            customdata=part["image"], hovertext=part["image"].map(literal),
            hovertemplate="%{hovertext}<br>%{x:.3f}<extra></extra>",
        )  # fmt: skip
    return figure.update_layout(
        title=f"{column_title(measure)} by image · {counted(n)}", boxmode="group", margin=MARGIN,
        yaxis={"autorange": "reversed", "automargin": True, "categoryorder": "array", "categoryarray": order},
        **legend_below(120 + 80 * len(order), len(looks), 30),
    )  # fmt: skip


def _ends(agreement: pd.DataFrame, end: str) -> list[MapKey]:
    ends = agreement[[f"model_{end}", f"method_{end}"]].drop_duplicates()
    return list(ends.itertuples(index=False, name=None))
