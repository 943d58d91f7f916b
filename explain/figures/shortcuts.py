"""Whether networks lean on a mark, as exhibits: one per question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explain.explainers.registry import EXPLAINERS
from explain.figures.exhibit import Exhibit, nothing
from explain.figures.style import MARKS, headed, literal, looks_of, swatched
from explain.shortcuts.answers import ALL
from explain.shortcuts.twins import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.shortcuts.measured import Measured

_HEADING = 1.3
"""Lines that what a condition says takes."""


def accuracy(measured: Measured, models: Mapping[str, str]) -> Exhibit:
    """Show how often each network is right where the mark goes with the label, is absent, and misleads."""
    table, figure = measured.accuracy, go.Figure()
    block = len(models) + _HEADING
    for model_place, (model, look) in enumerate(looks_of(models).items()):
        rows = table[(table["model"] == model) & (table["label"] == ALL)].set_index("condition").loc[list(CONDITIONS)]
        figure.add_scatter(
            x=rows["share"], y=[place * block + _HEADING + model_place for place in range(len(rows))], mode="markers",
            name=literal(models[model]), marker={"color": look.colour, "symbol": look.symbol, "size": 11},
            error_x={"array": rows["high"] - rows["share"], "arrayminus": rows["share"] - rows["low"]},
            hovertemplate="%{x:.1%}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    for place, (condition, says) in enumerate(CONDITIONS.items()):
        figure.add_annotation(
            text=f"<b>{condition.capitalize()}</b><br>{says}", xref="paper", x=0, y=place * block, xanchor="left",
            yanchor="middle", align="left", showarrow=False, font_size=12,
        )  # fmt: skip
    marked = [swatched(look, literal(models[model]), MARKS[look.symbol]) for model, look in looks_of(models).items()]
    lines = block * len(CONDITIONS)
    figure.update_layout(
        **headed("Right answers", marked), height=150 + round(30 * lines), showlegend=False,
        xaxis={"range": [0, 1.02], "tickformat": ".0%"},
        yaxis={"range": [lines - 0.6, -0.8], "showgrid": False, "zeroline": False, "showticklabels": False},
    )  # fmt: skip
    caption = (
        "Accuracy over all photographs, each shown once: with the mark or without, as said below the line. Wilson 95 % "
        "intervals; the table has each class."
    )
    return Exhibit("cheat-accuracy", "Right answers", figure, caption, table)


def methods(measured: Measured, models: Mapping[str, str]) -> Exhibit:
    """Show on how many photographs each method's map shows the mark."""
    table, figure = measured.methods, go.Figure()
    names = [EXPLAINERS[method].title for method in dict.fromkeys(table["method"])]
    marked = []
    for model, look in looks_of(models).items():
        rows = table[table["model"] == model]
        marked.append(swatched(look, f"{literal(models[model])}: with the mark, \u25cb without", "\u25cf"))
        y = [EXPLAINERS[method].title for method in rows["method"]]
        figure.add_scatter(
            x=rows["shown"], y=y, mode="markers", name=f"{literal(models[model])}, with the mark",
            marker={"color": look.colour, "symbol": look.symbol, "size": 10},
            error_x={
                "array": rows["shown_high"] - rows["shown"], "arrayminus": rows["shown"] - rows["shown_low"],
                "thickness": 1.5,
            },
            hovertemplate="%{y}: %{x:.1%}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
        figure.add_scatter(
            x=rows["shown_without"], y=y, mode="markers", name=f"{literal(models[model])}, the same without",
            marker={"color": look.colour, "symbol": f"{look.symbol}-open", "size": 10},
            hovertemplate="%{y}: %{x:.1%}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        **headed("Photographs whose map peaks on the mark", marked), height=140 + 34 * len(names), showlegend=False,
        xaxis={"range": [-0.03, 1.03], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "automargin": True, "categoryorder": "array", "categoryarray": names},
    )  # fmt: skip
    caption = (
        "Share of the photographs of the label that wears the mark whose map has its peak on it, or within 15 pixels "
        "of 224 (Wilson 95 %). Open: chance, the maps of the same photographs without the mark, at the same place. The "
        "table has the share of the map's mass there too, beside the mark's share of the image. Maps of all methods "
        "that a stored feature map suffices for, whether or not they were built."
    )
    return Exhibit("cheat-methods", "Which maps show it", figure, caption, table)


def evidence(measured: Measured) -> Exhibit:
    """Show how much of what speaks for the label is paid on the mark."""
    if measured.evidence.empty:
        return nothing("cheat-evidence", "The ledger", "No network here ends in pooling and one dense layer.")
    caption = (
        "Of all that places pay for the label that wears the mark, above zero, the share that is paid on the mark: "
        "mean over its photographs, bootstrap 95 % interval, beside the mark's share of the image. Places are those of "
        "the feature map, and each has seen pixels around it. Then the label's mean logit with the mark and without."
    )
    return Exhibit("cheat-evidence", "The ledger", None, caption, measured.evidence)


def strategies(measured: Measured) -> Exhibit:
    """Show which of the ways to the label carries the mark, and what it pays."""
    table = measured.strategies
    if table.empty:
        return nothing("cheat-strategies", "Strategies", "No network here ends in pooling and one dense layer.")
    caption = (
        "Strategies are found on all photographs of the label, without being told which of them wear the mark. Of the "
        "strongest six, the one whose pay changes most when the mark is laid on: its share of the differences between "
        "scores, what it pays more with the mark (logits, sign-flip 95 % interval), beside the rise of the whole "
        "logit; and the share of its map that lies on the mark, beside the mark's share of the image."
    )
    return Exhibit("cheat-strategies", "Strategies", None, caption, table[["model", *table.columns.drop("model")]])


def placed(measured: Measured) -> Exhibit:
    """Show what measures of place say with the mark and without."""
    caption = (
        "Statistics' measures of place, on the subject without the mark's part: with the mark, for the same "
        "photographs without it, and their difference (sign-flip 95 % interval)."
    )
    return Exhibit("cheat-place", "Localisation", None, caption, measured.placed)


def deletion(measured: Measured) -> Exhibit:
    """Show whether taking away the first pixels that a map names takes the answer away."""
    title = "Deletion"
    if measured.deletion.empty:
        sentence = "Nothing was deleted yet. Run: python -m explain evaluate --dataset demo-marked"
        return nothing("cheat-deletion", title, sentence)
    caption = (
        "Mean probability of the label that wears the mark before and after the first step of deletion, in which the "
        "pixels go that the map names first; the fall, beside that of the same photographs without the mark, and the "
        "difference (sign-flip 95 % interval)."
    )
    return Exhibit("cheat-deletion", title, None, caption, measured.deletion)


def pictures(measured: Measured) -> Exhibit:
    """Show what a reader of four pictures can have seen."""
    caption = (
        "A reader is shown four photographs with their maps, drawn at random from all that are like those the network "
        "was brought up on: the probability that not one, exactly one (which may pass for an odd picture), or two and "
        "more show the mark. Exact, over all draws."
    )
    return Exhibit("cheat-pictures", "Four pictures", None, caption, measured.pictures)
