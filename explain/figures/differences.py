"""Paired differences: what changes in the same image when the model, or the method, is another."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.sampling import drawn
from explain.figures.style import (
    MARGIN,
    MOST_POINTS,
    NEUTRAL,
    UNDER_BAR,
    cornered,
    counted,
    legend_below,
    literal,
    looks_of,
    on_top,
    pointed,
    signed,
    spoken,
    swatched,
)
from explain.figures.wording import in_a_sentence
from explain.measures.registry import metric_title
from explain.statistics.hypothesis_tests import compare_paired
from explain.statistics.summaries import paired_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explain.statistics.hypothesis_tests import PairedComparison
    from explain.store.selection import MapKey, Selection

Pair = tuple["MapKey", "MapKey"]
_MOST_NAMED = 4
"""Classes that a corner has room to name."""
USUAL = 2
"""So many models and methods are compared with each other unless a reader chooses two sides."""


def side(key: MapKey) -> str:
    """Write a side of a difference as a link does."""
    return ":".join(key)


def usual_pairs(selection: Selection) -> list[Pair]:
    """List the pairs among the first two models and methods that differ in the model or in the method alone."""
    models, methods = list(selection.models)[:USUAL], list(selection.methods)[:USUAL]
    of_models = [((a, method), (b, method)) for method in methods for a, b in combinations(models, 2)]
    of_methods = [((model, a), (model, b)) for model in models for a, b in combinations(methods, 2)]
    return [*of_models, *of_methods]


def chosen_pair(selection: Selection, first: str, second: str) -> Pair | None:
    """Read the two sides of a difference from a link.

    Parameters
    ----------
    first, second : str
        As :func:`side` writes them; empty, or not of the selection, for a side that was not chosen.

    Returns
    -------
    pair of (model, method), or None
        None where the first was not chosen, or there is nothing to compare it with. Where the second was not, it is
        the next that differs in one thing.
    """
    known = {side(key): key for key in selection.keys}
    if first not in known or len(known) < 2:
        return None
    others = [key for key in known.values() if key != known[first]]
    nearest = min(others, key=lambda key: sum(a != b for a, b in zip(key, known[first], strict=True)))
    return known[first], known[second] if known.get(second) in others else nearest


def pairs_shown(material: Material, options: Options) -> tuple[Options, ...]:
    """Give one choice of options per difference: the pair that was chosen, or the usual ones."""
    chosen = chosen_pair(material.selection, options.first, options.second)
    pairs = [chosen] if chosen else usual_pairs(material.selection)
    return tuple(replace(options, first=side(a), second=side(b)) for a, b in pairs) or (options,)


def compose(material: Material, options: Options) -> Exhibit:
    """Show the paired differences of one metric between two sides."""
    pair, title = chosen_pair(material.selection, options.first, options.second), metric_title(options.metric)
    if pair is None:
        sentence = "There are no two sets of maps to compare: the store holds one model and one method."
        return nothing("difference", f"Difference in {in_a_sentence(title)}", sentence)
    first, second = (material.selection.title(key) for key in pair)
    name = "-".join(("difference", options.metric, *pair[0], *pair[1]))
    heading = f"Difference in {in_a_sentence(title)}: {first} minus {second}"
    values = paired_values(_of_metric(material, options.metric, pair), options.metric, *pair)
    if values.empty:
        return nothing(name, heading, f"No image has a value of “{title}” on both sides: {first}; {second}.")
    comparison = compare_paired(values["first"], values["second"])
    part, left_out = drawn(values)
    (model_a, method_a), (model_b, method_b) = pair
    told = ("n", "difference", "low", "high", "p", "effect")
    numbers = {("p_uncorrected" if key == "p" else key): getattr(comparison, key) for key in told}
    sides = {"model_a": model_a, "method_a": method_a, "model_b": model_b, "method_b": method_b}
    return Exhibit(
        name,
        heading,
        paired_differences(part, comparison, first, second, title),
        "One point per image. Line and band: mean and its 95 % interval, which is the sign-flip test turned round; the "
        f"table's p is of the same test, not corrected.{left_out}",
        pd.DataFrame([{**sides, **numbers}]),
        values,
    )


def _of_metric(material: Material, metric: str, pair: Pair) -> pd.DataFrame:
    """Read one metric of the two sides' models and methods."""
    models, methods = (tuple(dict.fromkeys(key[place] for key in pair)) for place in (0, 1))
    return material.rows("metrics", where={"metric": (metric,), "model": models, "method": methods})


def paired_differences(
    differences: pd.DataFrame, comparison: PairedComparison, first: str, second: str, name: str
) -> go.Figure:
    """Show each image's difference between two sides, in order of size, with mean and interval.

    Parameters
    ----------
    differences : pandas.DataFrame
        image, label, difference; as :func:`explain.statistics.summaries.paired_values` gives them.
    comparison : PairedComparison
        Of the same values.
    first, second : str
        The two sides, for people; the difference is first minus second.
    name : str
        The metric, for people.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    ordered = differences.sort_values(["difference", "image"], ignore_index=True)
    scatter = go.Scatter if len(ordered) <= MOST_POINTS else go.Scattergl
    figure = go.Figure()
    looks = looks_of(sorted(set(ordered["label"])))
    named = len(looks) <= _MOST_NAMED
    for label, look in looks.items():
        part = ordered[ordered["label"] == label]
        hover = part["image"].map(literal).str.cat(part["difference"].map(signed), sep="<br>")
        figure.add_trace(
            scatter(
                x=part.index + 1, y=part["difference"], mode="markers", name=spoken(label), showlegend=not named,
                marker={"color": look.colour, "size": 6, "symbol": look.symbol}, hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>", meta=pointed(f"{first} minus {second}"),
                customdata=part["image"],
            )
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    mean = "mean not defined"
    if np.isfinite(comparison.difference):
        figure.add_hline(y=comparison.difference, line={"color": NEUTRAL, "width": 2})
        mean = f"mean {signed(comparison.difference)}"
    if np.isfinite(comparison.low):
        figure.add_hrect(y0=comparison.low, y1=comparison.high, fillcolor=NEUTRAL, opacity=0.3, line_width=0)
        mean += f" [{signed(comparison.low)}, {signed(comparison.high)}]"
    if named:
        names = [swatched(look, spoken(label)) for label, look in looks.items()]
        _name_classes(figure, names, ordered["difference"])
    numbers = f"<span style='font-size:12px'>{mean} · {counted(comparison.n)}</span>"
    axis = f"Difference in {literal(in_a_sentence(name))}"
    heading = f"{literal(first)}<br>minus {literal(second)}<br>{numbers}"
    return figure.update_layout(
        title={**on_top(heading, UNDER_BAR + 18), "font": {"size": 14}},
        yaxis={"title": axis, "automargin": True},
        xaxis={"showticklabels": False, "title": "images, in order of the difference"},
        margin={**MARGIN, "t": 78 + UNDER_BAR}, **legend_below(388, 0 if named else len(looks), 34),
    )  # fmt: skip


def _name_classes(figure: go.Figure, names: Sequence[str], rising: pd.Series) -> None:
    """Name the classes in the corner that values leave free which rise from left to right: one of two is."""
    below = rising.median() > (rising.min() + rising.max()) / 2
    figure.add_annotation(text="<br>".join(names), **cornered(right=below, above=not below))
