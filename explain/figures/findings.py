"""A claim as a picture: every test on one axis, whose left end contradicts it and whose right end supports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explain.figures.exhibit import Exhibit, nothing
from explain.figures.style import COLOURS, MARGIN, NEUTRAL, UNDER_BAR, counted, signed, spoken
from explain.findings.claims import ALL, SAME_VERDICT
from explain.findings.effects import effects_of
from explain.findings.rows import table_of
from explain.findings.verdicts import CONTRADICTED, NOT_RELEVANT, SUPPORTED, TOO_LITTLE
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from explain.findings.findings import Finding

LOOKS = {
    SUPPORTED: (COLOURS[0], "circle"),
    CONTRADICTED: (COLOURS[1], "x"),
    NOT_RELEVANT: (COLOURS[2], "square"),
    TOO_LITTLE: (NEUTRAL, "diamond-open"),
}
"""Colour and symbol by verdict."""

_BAND, _ABOVE = 0.17, 0.38
"""Half the height of a margin's band, and how far a test's name stands above it; tests lie 1 apart."""
_MAY_BE_EMPTY = ("margin", "p_alike", "smallest", "effect", "accuracy_difference")


def claim_exhibit(finding: Finding, *, classes: bool = True) -> Exhibit:
    """Show the tests of a claim.

    Parameters
    ----------
    classes : bool
        Whether the rows of single classes are drawn under the one that they lie within; the table has them anyway.
    """
    name = f"claim-{finding.number}"
    if not finding.rows:
        return nothing(name, finding.claim, finding.note)
    found, table = effects_of(finding), table_of(finding.rows).drop(columns="claim")
    known = table.drop(columns=[column for column in table if column in _MAY_BE_EMPTY and table[column].isna().all()])
    if set(found["metric"]) == {SAME_VERDICT}:
        caption = "The share of images, its 95 % interval, and the share that the claim asks for as a dotted line."
    else:
        caption = (
            "The mean difference and its 95 % interval, in standard deviations of the images' own differences; "
            "measures that run the other way are turned. The number at each point is the difference as measured. "
        )
        if found["margin"].notna().any():
            caption += "Grey: differences too small to matter, as the claim declares. "
        caption += "Only bold rows decide."
    shown = found if classes else found[found["decides"]]
    return Exhibit(name, finding.claim, effects(shown.reset_index(drop=True), finding.titles), caption, known)


def effects(found: pd.DataFrame, titles: Mapping[str, str]) -> go.Figure:
    """Draw effects with their intervals, one line per test, over the margin below which they do not matter.

    Parameters
    ----------
    found : pandas.DataFrame
        As :func:`explain.findings.effects.effects_of` gives it.
    titles : mapping of str to str
        By name: of models, since a scope may be one, and of metrics whose titles the registry of measures cannot know.
    """
    shares = set(found["metric"]) == {SAME_VERDICT}
    centre = float(found["margin"].iloc[0]) if shares else 0.0
    ends = found[["effect", "low", "high"]].sub(centre).abs().to_numpy(float)
    reach = 1.12 * max(np.nanmax(ends, initial=0.0), 0.0 if shares else np.nanmax(found["margin"], initial=0.0), 0.05)
    once = found["n"].nunique() == 1
    lines = [_line(row, titles, each=not once) for row in found.itertuples()]
    written = (lambda share: f"{share:.1%}") if shares else signed
    figure = go.Figure()
    for verdict, part in found.groupby("verdict", sort=False):
        colour, symbol = LOOKS.get(str(verdict), (NEUTRAL, "circle-open"))
        figure.add_scatter(
            x=part["effect"], y=part.index, mode="markers+text", name=str(verdict),
            text=part["difference"].map(written), textposition="bottom center", textfont={"size": 11}, cliponaxis=False,
            marker={"color": colour, "symbol": symbol, "size": part["decides"].map({True: 11, False: 7}).tolist()},
            error_x={
                "array": part["high"] - part["effect"], "arrayminus": part["effect"] - part["low"], "thickness": 2,
            },
            customdata=[lines[place] for place in part.index],
            hovertemplate="%{customdata}<br>%{x:+.2f}<extra></extra>" if not shares
            else "%{customdata}<br>%{x:.3f}<extra></extra>",
        )  # fmt: skip
    sides = [
        {
            "type": "rect", "xref": "x", "yref": "paper", "x0": centre, "x1": centre + side * reach, "y0": 0, "y1": 1,
            "fillcolor": colour, "opacity": 0.05, "line": {"width": 0}, "layer": "below",
        }
        for side, colour in ((-1, COLOURS[1]), (1, COLOURS[0]))
    ]  # fmt: skip
    middle = {
        "type": "line", "xref": "x", "yref": "y domain", "x0": centre, "x1": centre, "y0": 0, "y1": 1,
        "line": {"color": NEUTRAL, "dash": "dot"},
    }  # fmt: skip
    margins = [
        {
            "type": "rect", "x0": -margin, "x1": margin, "y0": place - _BAND, "y1": place + _BAND,
            "fillcolor": NEUTRAL, "opacity": 0.25, "line": {"width": 0}, "layer": "below",
        }
        for place, margin in enumerate(found["margin"]) if not shares and np.isfinite(margin)
    ]  # fmt: skip
    directions = [
        {
            "text": text, "xref": "paper", "yref": "paper", "x": at, "y": 1, "xanchor": anchor,
            "yanchor": "bottom", "showarrow": False,
        }
        for text, at, anchor in (
            ("<b>← contradicts</b>", 0, "left"), ("<b>supports →</b>", 1, "right"),
            *([(counted(int(found["n"].iloc[0])), 0.5, "center")] * once),
        )
    ]  # fmt: skip
    names = [  # in the plot, which so has the whole width of a telephone
        {
            "text": line, "xref": "paper", "yref": "y", "x": 0, "y": place - _ABOVE, "xanchor": "left",
            "yanchor": "middle", "xshift": 6, "showarrow": False,
        }
        for place, line in enumerate(lines)
    ]  # fmt: skip
    title = "Share of images" if shares else "Effect, in standard deviations"
    return figure.update_layout(
        shapes=[*sides, middle, *margins], annotations=[*directions, *names],  # at once: for one added, all are checked
        margin={**MARGIN, "t": 34 + UNDER_BAR}, height=124 + UNDER_BAR + 56 * len(found), showlegend=True,
        yaxis={"range": [len(found) - 0.42, -0.62], "showgrid": False, "zeroline": False, "showticklabels": False},
        xaxis={"automargin": True, "title": title, "range": [centre - reach, centre + reach], "zeroline": False},
        legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom"},
    )  # fmt: skip


def _line(row: object, titles: Mapping[str, str], *, each: bool) -> str:
    """Name a test, with its images where tests differ in them: what decides is bold, and a class stands under it."""
    metric, scope, count, decides = (getattr(row, name) for name in ("metric", "scope", "n", "decides"))
    measure, where = spoken(titles.get(metric) or metric_title(metric)), spoken(titles.get(scope) or scope)
    beside = [where] * (scope != ALL) + [f"n = {count:,}"] * each
    if not decides:
        return ", ".join(beside) or where
    return " · ".join(filter(None, (f"<b>{measure}</b>", ", ".join(beside))))
