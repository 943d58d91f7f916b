"""Whether probabilities mean what they say, and what is taken for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explain.figures.accuracy import NOT_KNOWN
from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.free_places import NARROW, room_in_corner, size_of
from explain.figures.sampling import drawn
from explain.figures.style import (
    HEADED,
    MARGIN,
    NEUTRAL,
    PARTS,
    cornered,
    counted,
    legend_below,
    literal,
    looks_of,
    pointed,
    spoken,
    swatched,
    ticks_of,
)
from explain.statistics.accuracy import BINS, calibration_error, confusion, reliability
from explain.statistics.answered import AsSure, TakenFor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from explain.statistics.answered import Answered
    from explain.store.selection import Selection

_HEIGHT, _UPPER = 520, 280
"""Of the diagram, and of a probability of one in its upper panel, in pixels."""
_MOST_LARGE, _MOST_LEADING = 8, 2500
"""Classes whose counts are written large, and cells of a panel that lead to their images."""


def compose_calibration(material: Material, options: Options) -> Exhibit:
    """Compare the probabilities of the answers with the share that is right."""
    del options  # nothing of it can be set
    predictions = material.rows("predictions")
    bins = reliability(predictions)
    if bins.empty:
        return nothing("calibration", "Calibration", NOT_KNOWN)
    known = predictions.dropna(subset=["right"])
    part, left_out = drawn(known)
    errors = {model: calibration_error(bins[bins["model"] == model]) for model in dict.fromkeys(bins["model"])}
    return Exhibit(
        "calibration",
        "Calibration",
        reliability_diagram(bins, errors, part, material.selection, known["image"].nunique()),
        "Ten bins of equal width, Wilson 95 % intervals; error: expected calibration error (Guo et al., ICML 2017). "
        f"Marks above are images answered rightly, below wrongly.{left_out}",
        material.ordered(bins),
        predictions,
    )


def compose_confusion(material: Material, options: Options) -> Exhibit:
    """Count what each class is taken for."""
    del options  # nothing of it can be set
    predictions = material.rows("predictions")
    if predictions.empty:
        return nothing("confusion", "Confusion", "No answer is stored.")
    counts = confusion(predictions, material.label_of)
    caption = "Rows: the label; columns: the answer. Classes outside of the dataset count as one; the table names them."
    figure = confusion_matrix(counts, material.selection)
    return Exhibit("confusion", "Confusion", figure, caption, material.ordered(counts))


def reliability_diagram(
    bins: pd.DataFrame, errors: Mapping[str, float], predictions: pd.DataFrame, selection: Selection, n: int = 0
) -> go.Figure:
    """Show the share of right answers against the probability that was given, with counts below.

    Parameters
    ----------
    bins : pandas.DataFrame
        As :func:`explain.statistics.accuracy.reliability` gives them.
    errors : mapping of str to float
        Expected calibration error by model.
    predictions : pandas.DataFrame
        The store's table; every image is a point, right ones above and wrong ones below.
    n : int
        Images that the figure is of, where not all are drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        The points carry their image in `customdata`, the bars their images' :class:`AsSure`.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.75, 0.25], vertical_spacing=0.05)
    known = predictions.dropna(subset=["right"])
    shown = [model for model in selection.models if model in errors]
    said = {
        model: (
            literal(selection.models[model]),
            f"error {errors[model]:.3f}, n = {bins['n'][bins['model'] == model].sum()}",
        )
        for model in shown
    }
    corner = _free_corner(bins, [f"■ {name}<br>{numbers}" for name, numbers in said.values()])
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": NEUTRAL, "dash": "dot"}, name="perfect", hoverinfo="skip",
        showlegend=corner is None, row=1, col=1,
    )  # fmt: skip
    looks = looks_of(shown)
    for place, (model, look) in enumerate(looks.items()):
        colour = look.colour
        part, images = bins[bins["model"] == model], known[known["model"] == model]
        in_bins = [
            _part(AsSure(model, round(high * BINS)), selection, n)
            for high, n in zip(part["bin_high"], part["n"], strict=True)
        ]
        figure.add_scatter(
            x=part["confidence"], y=part["right"], mode="lines+markers", legendgroup=str(place),
            name="{} ({})".format(*said[model]), showlegend=corner is None,
            marker={"color": colour, "size": 8, "symbol": look.symbol}, line={"color": colour},
            error_y={"array": part["high"] - part["right"], "arrayminus": part["right"] - part["low"], "thickness": 1},
            hovertemplate="probability %{x:.3f}<br>right %{y:.3f}<extra></extra>", row=1, col=1,
            meta=PARTS, customdata=in_bins,
        )  # fmt: skip
        right = images["right"].astype(bool)
        figure.add_scatter(
            x=images["probability"], y=right.map({True: 1.05 + 0.05 * place, False: -0.05 - 0.05 * place}),
            mode="markers", legendgroup=str(place), showlegend=False, customdata=images["image"],
            hovertext=images["image"].map(literal), hovertemplate="%{hovertext}<br>%{x:.3f}<extra></extra>",
            marker={"color": colour, "size": 6, "symbol": "line-ns-open", "line": {"width": 1.5}}, row=1, col=1,
            meta=pointed(selection.models[model], "Probability of the answer", "x"),
        )  # fmt: skip
        figure.add_bar(
            x=(part["bin_low"] + part["bin_high"]) / 2, y=part["n"], marker_color=colour, legendgroup=str(place),
            showlegend=False, hovertemplate="%{y} images<extra></extra>", row=2, col=1, meta=PARTS, customdata=in_bins,
        )  # fmt: skip
    figure.update_yaxes(title_text="share right", row=1, col=1)
    figure.update_yaxes(title_text="images", row=2, col=1)
    figure.update_xaxes(title_text="probability of the answer", range=[-0.02, 1.03], row=2, col=1)
    figure.update_xaxes(range=[-0.02, 1.03], row=1, col=1)
    if corner:
        names = [f"{swatched(looks[model], name)}<br>{numbers}" for model, (name, numbers) in said.items()]
        figure.add_annotation(text="<br>".join(names), **{**cornered(*corner), "yref": "y", "y": float(corner[1])})
        figure.add_annotation(
            x=0.1, y=0.1, text="perfect", xanchor="left", yanchor="top", showarrow=False, font_size=12
        )
    return figure.update_layout(
        title=f"Calibration · {counted(n or known['image'].nunique())}", margin=MARGIN,
        **legend_below(_HEIGHT, 0 if corner else 2 * len(shown)),
    )  # fmt: skip


def _free_corner(bins: pd.DataFrame, names: Sequence[str]) -> tuple[bool, bool] | None:
    """Find a corner beside the line of perfect calibration in which names cover nothing that is drawn."""
    steps, covered = np.linspace(0, 1, 50), [np.empty((0, 2))]
    for _, part in bins.groupby("model"):
        x, right, low, high = (part[name].to_numpy(float) for name in ("confidence", "right", "low", "high"))
        line = x.min() + steps * (x.max() - x.min())
        covered.append(np.column_stack([line, np.interp(line, x, right)]))
        covered += [np.column_stack([x, low + share * (high - low)]) for share in steps]
    sizes = [size_of(name) for name in names]
    width, height = max(each for each, _ in sizes) / NARROW, sum(each for _, each in sizes) / _UPPER
    if max(width, height) > 0.5:  # they would reach over the line
        return None
    return room_in_corner(np.vstack(covered), width, height, ((False, True), (True, False)))


def confusion_matrix(counts: pd.DataFrame, selection: Selection) -> go.Figure:
    """Show what each class is taken for, one panel per model.

    Parameters
    ----------
    counts : pandas.DataFrame
        As :func:`explain.statistics.accuracy.confusion` gives them.

    Returns
    -------
    plotly.graph_objects.Figure
        Counts, coloured by the share of the row; cells carry their images' :class:`TakenFor` in `customdata`.
    """
    shown = [model for model in selection.models if model in set(counts["model"])]
    answers, labels = list(dict.fromkeys(counts["answer"])), list(dict.fromkeys(counts["label"]))
    figure = make_subplots(
        rows=max(1, len(shown)), cols=1, subplot_titles=[literal(selection.models[model]) for model in shown],
        vertical_spacing=0.3 / max(1, len(shown)), shared_xaxes=True,
    )  # fmt: skip
    size = 16 if len(labels) <= _MOST_LARGE else 9
    across, deeper = ticks_of([spoken(name) for name in answers])
    down, _ = ticks_of([spoken(name) for name in labels])
    for row, model in enumerate(shown, start=1):
        part = counts[counts["model"] == model]
        share, n = (
            part.pivot(index="label", columns="answer", values=value).reindex(index=labels, columns=answers)
            for value in ("share", "n")
        )
        figure.add_heatmap(
            z=share, x=[spoken(name) for name in answers], y=[spoken(name) for name in labels], text=n,
            texttemplate="%{text}", textfont={"size": size}, zmin=0, zmax=1, colorscale="Teal", showscale=False,
            hovertemplate="%{y} taken for %{x}: %{text} (%{z:.1%})<extra></extra>", xgap=2, ygap=2, row=row, col=1,
            **_cells(model, labels, answers, n, selection),
        )  # fmt: skip
        figure.update_xaxes(automargin=True, **across, row=row, col=1)
        figure.update_yaxes(autorange="reversed", automargin=True, **{**down, "tickangle": 0}, row=row, col=1)
    images = int(counts.groupby("model")["n"].sum().max()) if len(counts) else 0
    return figure.update_layout(
        title=f"Confusion · {counted(images)}", margin=HEADED,
        height=110 + deeper + max(1, len(shown)) * (60 + 50 * len(labels)),
    )  # fmt: skip


def _part(images: Answered, selection: Selection, n: float) -> list[str | int]:
    """Give what a bar or a cell carries: which images it is, in a link and in words, and how many."""
    return [str(images), images.says(selection.models[images.model]), int(n)]


def _cells(
    model: str, labels: Sequence[str], answers: Sequence[str], n: pd.DataFrame, selection: Selection
) -> dict[str, object]:
    """Give what the cells of a panel carry; of very many nothing, since it would outweigh the page."""
    if n.size > _MOST_LEADING:
        return {}
    rows = [[_part(TakenFor(model, one, other), selection, n.loc[one, other]) for other in answers] for one in labels]
    return {"meta": PARTS, "customdata": rows}
