"""Differences between architectures beside differences between networks of one."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.style import MARGIN, NEUTRAL, legend_below, literal, looks_of
from explain.findings.in_words import listed, within
from explain.findings.verdicts import SIGNIFICANT
from explain.measures.registry import metric_title
from explain.statistics.architectures import architecture_of
from explain.statistics.hypothesis_tests import holm
from explain.statistics.networks import compare_architectures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME, TITLE = "architectures", "Architecture or network?"
VERDICTS_ARE_ABOUT = (
    "Every verdict is about these networks and these images. About architectures nothing is said but under "
    f"“{TITLE}”, on the ground of several networks of each."
)
"""Stands wherever verdicts do: a claim names networks, and its words sound like more."""
TOO_FEW = (
    "What is found here is about these networks. Whether it is about their architectures cannot be said: that needs "
    "two architectures, one of them with at least two networks that differ in their seed alone (such as name and "
    "name-1), in one store."
)
CAPTION = (
    "Each point is one network's mean over all images, in standard deviations between networks of one architecture, "
    "from the middle of all. Networks and images are both random: the interval says what other networks and other "
    "images could give. An architecture is only said to differ where p, corrected by Holm over all rows, is below "
    "0.05; everything else is about these networks. Smallest: the difference that so many networks would show in four "
    "of five studies, before that correction."
)
APART, UNDECIDED = "the architectures differ", "no verdict about architectures"


def compose(material: Material, options: Options) -> Exhibit:
    """Test for every measure and method whether architectures differ by more than their networks do."""
    del options
    models = list(material.selection.models)
    several = _several(_by_architecture(models))
    metrics = material.rows("metrics") if several else pd.DataFrame()
    table = architectures_table(metrics, models, list(material.selection.methods))
    if table.empty:
        return nothing(NAME, TITLE, TOO_FEW)
    counts = ", ".join(
        f"{len(names)} of {literal(material.selection.models[names[0]])}"
        for names in _by_architecture(material.selection.models).values()
    )
    said = f"{counts}. {in_words(table, material.selection.methods)} {CAPTION}"
    return Exhibit(NAME, TITLE, _points(metrics, table, material), said, table)


def in_words(table: pd.DataFrame, methods: Mapping[str, str]) -> str:
    """Say by which tests architectures differ.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`architectures_table` gives it.
    methods : mapping of str to str
        Titles by name.
    """
    apart = table[table["verdict"] == APART]
    if apart.empty:
        return f"By none of {len(table)} tests is there a verdict about architectures."
    by_method = "; ".join(
        f"{literal(methods[str(method)])}: {listed([within(metric_title(each)) for each in dict.fromkeys(part)])}"
        for method, part in apart.groupby("method", sort=False)["metric"]
    )
    rest = "" if len(apart) == len(table) else "; by the others there is no verdict about them"
    return f"The architectures differ by {len(apart)} of {len(table)} tests ({by_method}){rest}."


def architectures_table(metrics: pd.DataFrame, models: Sequence[str], methods: Sequence[str]) -> pd.DataFrame:
    """Compare every two architectures by every measure of every method.

    Parameters
    ----------
    metrics : pandas.DataFrame
        The store's table.

    Returns
    -------
    pandas.DataFrame
        method, metric, first, second, networks, n, difference, low, high, between_seeds, p_uncorrected, p_holm,
        smallest, verdict; empty where no architecture has two networks, or there is but one.
    """
    architectures = _by_architecture(models)
    if not _several(architectures):
        return pd.DataFrame()
    rows = []
    wide = metrics.pivot(index="image", columns=["method", "metric", "model"], values="value")
    for method in methods:
        for metric in dict.fromkeys(metrics.loc[metrics["method"] == method, "metric"]):
            if "@" in metric:  # the same measure once more, of coarser maps
                continue
            values = wide[method, metric].reindex(columns=list(models))
            for first, second in combinations(architectures, 2):
                found = asdict(compare_architectures(values, first, second))
                p = found.pop("p")
                one, other = found.pop("networks")
                if found["between_seeds"] > 0:
                    row = {"method": method, "metric": metric, **found, "networks": f"{one} and {other}"}
                    rows.append({**row, "p_uncorrected": p})
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    table["p_holm"] = holm(table["p_uncorrected"])
    table["verdict"] = [APART if p < SIGNIFICANT else UNDECIDED for p in table["p_holm"]]
    columns = ["method", "metric", "first", "second", "networks", "n", "difference", "low", "high", "between_seeds"]
    return table[[*columns, "p_uncorrected", "p_holm", "smallest", "verdict"]]


def _several(architectures: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether there are two architectures, and one of them has two networks."""
    return len(architectures) > 1 and max(map(len, architectures.values())) > 1


def _by_architecture(models: Sequence[str] | Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for model in models:
        found.setdefault(architecture_of(model), []).append(model)
    return found


def _points(metrics: pd.DataFrame, table: pd.DataFrame, material: Material) -> go.Figure:
    selection = material.selection
    means = metrics.groupby(["method", "metric", "model"])["value"].mean()
    architectures = _by_architecture(selection.models)
    looks = looks_of(architectures)
    lines = table.drop_duplicates(["method", "metric"])
    names = [f"{metric_title(row.metric)}<br>{literal(selection.methods[row.method])}" for row in lines.itertuples()]
    figure = go.Figure()
    for architecture, models in architectures.items():
        x, y, hover = [], [], []
        for name, row in zip(names, lines.itertuples(), strict=True):
            all_means = means[row.method, row.metric].reindex(list(selection.models))
            x += [(all_means[model] - all_means.mean()) / row.between_seeds for model in models]
            y += [name] * len(models)
            hover += [f"{literal(selection.models[model])}: {all_means[model]:.3f}" for model in models]
        look = looks[architecture]
        figure.add_scatter(
            x=x, y=y, mode="markers", name=literal(selection.models[models[0]]), hovertext=hover, hoverinfo="text",
            marker={"color": look.colour, "symbol": look.symbol, "size": 9},
        )  # fmt: skip
    figure.add_vline(x=0, line_dash="dot", line_color=NEUTRAL)
    return figure.update_layout(
        title=TITLE, margin=MARGIN,
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={"title": "Standard deviations between networks of one architecture"},
        **legend_below(130 + 38 * len(lines), len(architectures), 60),
    )  # fmt: skip
