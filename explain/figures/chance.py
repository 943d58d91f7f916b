"""Measures of place beside what maps score that know nothing of their image."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.style import COLOURS, MARKS, NEUTRAL, Look, counted, headed, key_name, swatched
from explain.measures.chance import BASELINES
from explain.measures.registry import metric_title
from explain.statistics.skill import skill_table

_TITLE = "Scores beside chance"
_LOWEST = -1.0
"""What is worse stands at the figure's edge: where chance leaves hardly anything to be gained, skill is any number."""


def compose(material: Material, options: Options) -> Exhibit:
    """Show every measure of place with what maps without knowledge score, and the skill that is left."""
    del options
    whole = material.part is not None and not (material.label or material.images)
    table = material.rows("skill") if whole else pd.DataFrame()
    if table.empty:  # of some images, or an older version built the store
        chance = material.rows("chance")
        placed = {"metric": tuple(chance["metric"].unique())}
        table = skill_table(material.rows("metrics", where=placed), chance)
    table = material.ordered(table)
    if table.empty:
        sentence = "No image has a mask or a box, or an older version built the store: no score has a chance beside it."
        return nothing("chance", _TITLE, sentence)
    return Exhibit(
        "chance",
        _TITLE,
        beside_chance(table, material),
        f"Measures of where maps lie, beside what maps that know nothing of their image score: "
        f"{'; '.join(BASELINES.values())}. Skill is the share of what these leave to be gained, (score - chance) / "
        "(1 - chance), with its bootstrap 95 % interval; 0 is no better than chance, and what is "
        f"worse than {_LOWEST:g} stands at the edge: the table has it. The p beside other images' maps "
        "is of exchanging maps between two images of a class, not corrected.",
        table.assign(baseline=table["baseline"].map(BASELINES)),
        lambda: material.rows("chance"),
    )


def beside_chance(table: pd.DataFrame, material: Material) -> go.Figure:
    """Draw the skill over each baseline, one line per measure and set of maps."""
    lines = list(dict.fromkeys(zip(table["metric"], table["model"], table["method"], strict=True)))
    lines.sort(key=lambda line: list(dict.fromkeys(table["metric"])).index(line[0]))
    names = [
        f"{metric_title(metric)}<br>{key_name(material.selection, (model, method))}" for metric, model, method in lines
    ]
    place = {line: number for number, line in enumerate(lines)}
    figure, marked = go.Figure(), []
    for number, (baseline, part) in enumerate(table.groupby("baseline", sort=False)):
        at = [place[line] for line in zip(part["metric"], part["model"], part["method"], strict=True)]
        symbol = list(MARKS)[number % len(MARKS)]
        look = Look(COLOURS[number % len(COLOURS)], "solid", symbol)
        marked.append(swatched(look, BASELINES[str(baseline)], MARKS[symbol]))
        skill, low, high = (part[name].clip(lower=_LOWEST) for name in ("skill", "low", "high"))
        figure.add_scatter(
            x=skill, y=[names[each] for each in at], mode="markers", name=BASELINES[str(baseline)],
            marker={"color": look.colour, "symbol": look.symbol, "size": 8},
            error_x={"array": high - skill, "arrayminus": skill - low, "thickness": 1},
            customdata=part["skill"], cliponaxis=False,
            hovertemplate="%{y}: skill %{customdata:.3f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.add_vline(x=0, line_dash="dot", line_color=NEUTRAL)
    title = f"Skill over chance · {counted(int(table['n'].max()))}, beside"
    return figure.update_layout(
        **headed(title, marked), height=170 + 38 * len(lines), showlegend=False,
        yaxis={"autorange": "reversed", "automargin": True, "categoryorder": "array", "categoryarray": names},
        xaxis={"title": "(score - chance) / (1 - chance)", "range": [1.04 * _LOWEST, 1.04]},
    )  # fmt: skip
