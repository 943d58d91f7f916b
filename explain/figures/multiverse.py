"""A specification curve: what a claim comes to in every universe, and which choices each universe made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explain.figures.exhibit import Exhibit, nothing
from explain.figures.style import COLOURS, MARGIN, NEUTRAL, literal, signed
from explain.findings.multiverse import what_turns_it
from explain.findings.universes import AGAINST, CHOICES, FOR, NEITHER

if TYPE_CHECKING:
    import pandas as pd

_COLOURS = {FOR: COLOURS[0], AGAINST: COLOURS[1], NEITHER: NEUTRAL}
_NAMES = {FOR: "for the claim", AGAINST: "against it", NEITHER: "neither"}
_CURVE, _OPTION = 230, 30
"""Pixels: the curve's height, and an option's."""
_ABOVE = 0.46
"""How far an option's name stands above its row; rows lie 1 apart."""


def multiverse_exhibit(universes: pd.DataFrame, claim: int, chosen: int | None = None) -> Exhibit:
    """Show one claim in all universes.

    Parameters
    ----------
    universes : pandas.DataFrame
        As :func:`explain.findings.multiverse.multiverse` gives them.
    chosen : int, optional
        Place of a universe among the claim's, to be marked.
    """
    name, title = f"multiverse-{claim}", "Under every defensible choice"
    found = universes[universes["claim"] == claim].reset_index(drop=True)
    if found.empty:
        return nothing(name, title, "No choice of maps or measures concerns this claim.")
    caption = (
        f"{in_words(found)} Each point is the claim tested once, with one option of every choice below; line: 95 % "
        "interval, not corrected. A click says which universe it is."
    )
    return Exhibit(name, title, specification_curve(found, chosen), caption, found.drop(columns="claim"))


def in_words(found: pd.DataFrame) -> str:
    """Say in which share of its universes a claim holds, and which choice turns it."""
    counts = found["outcome"].value_counts()
    said = [f"{_share(counts.get(outcome, 0), len(found))} {_NAMES[outcome]}" for outcome in (FOR, AGAINST, NEITHER)]
    sentence = f"Of {len(found):,} universes, {said[0]}, {said[1]} and {said[2]}."
    turning = {choice: share for choice, share in what_turns_it(found).items() if share > 0}
    if not turning:
        return f"{sentence} No single choice turns it."
    choice, share = next(iter(turning.items()))
    return f"{sentence} What turns it most is the choice “{CHOICES[choice]}”: alone, it does in {share:.0%} of cases."


def universe_in_words(universe: pd.Series) -> str:
    """Say which universe it is and what it comes to, in a sentence."""
    options = [f"{CHOICES[choice]}: {universe[choice]}" for choice in CHOICES if universe[choice]]
    effect = "{} standard deviations [{}, {}]".format(
        *(signed(universe[each], 2) for each in ("effect", "low", "high"))
    )
    return f"{'; '.join(options)}. {universe['n']:,} images, {effect}: {_NAMES[universe['outcome']]}."


def specification_curve(found: pd.DataFrame, chosen: int | None = None) -> go.Figure:
    """Draw universes in order of their effects, over a row for every option that they chose.

    Parameters
    ----------
    found : pandas.DataFrame
        The universes of one claim, with places as index.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point of the curve carries its universe's place in `customdata`.

    References
    ----------
    Simonsohn, Simmons and Nelson, Nature Human Behaviour 2020.
    """
    ordered = found.sort_values("effect", kind="stable")
    ordered = ordered.assign(x=range(1, len(ordered) + 1))
    options = [
        (choice, option) for choice in CHOICES if found[choice].nunique() > 1 for option in dict.fromkeys(found[choice])
    ]
    below = max(1, len(options)) * _OPTION
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.02, row_heights=[_CURVE, below],
    )  # fmt: skip
    for outcome, part in ordered.groupby("outcome", sort=False):
        figure.add_scatter(
            x=part["x"], y=part["effect"], mode="markers", name=_NAMES[str(outcome)], customdata=part.index,
            marker={"color": _COLOURS[str(outcome)], "size": 5},
            error_y={
                "array": part["high"] - part["effect"], "arrayminus": part["effect"] - part["low"], "thickness": 1,
                "width": 0,
            },
            hovertemplate="%{y:+.2f}<extra>%{fullData.name}</extra>", row=1, col=1,
        )  # fmt: skip
        for place, (choice, option) in enumerate(options):
            made = part[part[choice] == option]
            figure.add_scatter(
                x=made["x"], y=[place] * len(made), mode="markers", showlegend=False, hoverinfo="skip",
                marker={"color": _COLOURS[str(outcome)], "size": 6, "symbol": "line-ns-open"}, row=2, col=1,
            )  # fmt: skip
    figure.add_hline(y=0, line_dash="dot", line_color=NEUTRAL, row=1, col=1)
    if chosen is not None and chosen in ordered.index:
        figure.add_vline(x=int(ordered.loc[chosen, "x"]), line_color=NEUTRAL, line_width=1)
    figure.add_annotation(
        text="<b>Effect</b> · above 0 it supports the claim", xref="paper", yref="paper", x=0, y=1,
        xanchor="left", yanchor="bottom", showarrow=False, font_size=11,
    )  # fmt: skip
    for place, option in enumerate(options):  # in the plot, which so has the whole width of a telephone
        figure.add_annotation(
            text=_option(*option), xref="paper", yref="y2", x=0, y=place - _ABOVE, xanchor="left", yanchor="middle",
            showarrow=False, font_size=10,
        )  # fmt: skip
    figure.update_yaxes(
        showticklabels=False, showgrid=False, zeroline=False, range=[len(options) - 0.6, -0.9], row=2, col=1
    )
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=False, range=[0, len(ordered) + 1])
    return figure.update_layout(
        margin={**MARGIN, "t": 24, "b": 40}, height=_CURVE + below + 80, showlegend=True,
        legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom"},
    )  # fmt: skip


def _option(choice: str, option: str) -> str:
    return f"<b>{CHOICES[choice]}</b> {literal(option)}"


def _share(count: int, whole: int) -> str:
    return f"{count / whole:.0%} are" if count else "none is"
