"""Average maps over average photographs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from plotly.subplots import make_subplots

from data.images import encode
from explain.explainers.registry import METHOD_TITLES
from explain.figures.overlay import overlay
from explain.figures.style import literal, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from explain.statistics.averages import AverageMap

_PANEL, _HEADING = 175, 44


def average_maps(averages: Sequence[AverageMap], titles: Mapping[str, str], colormap: str = "viridis") -> go.Figure:
    """Show average maps over their class's average photograph, which stands beside them.

    Parameters
    ----------
    averages : sequence of AverageMap
        As :func:`explain.statistics.averages.average_maps` gives them.
    titles : mapping of str to str
        Model titles by name.
    colormap : str
        A name that ``cmap`` knows.

    Returns
    -------
    plotly.graph_objects.Figure
        One row per class and method; the photograph, and one column per model. Every map over its own maximum.
    """
    models = list(dict.fromkeys(average.model for average in averages))
    lines: dict[tuple[str, str], dict[str, AverageMap]] = {}
    for average in averages:
        lines.setdefault((average.label, average.method), {})[average.model] = average
    names = []
    for (label, method), of_model in lines.items():
        names.append(f"{spoken(label)}<br>photographs")
        names += [
            f"{literal(titles[model])}<br>{METHOD_TITLES[method]}, n = {of_model[model].n}" if model in of_model else ""
            for model in models
        ]
    height = 20 + max(1, len(lines)) * (_PANEL + _HEADING)
    figure = make_subplots(
        rows=max(1, len(lines)), cols=1 + len(models), subplot_titles=names, vertical_spacing=_HEADING / height,
        horizontal_spacing=0.02,
    )  # fmt: skip
    for row, of_model in enumerate(lines.values(), start=1):
        photograph = next(iter(of_model.values())).photograph
        figure.add_image(source=_data(photograph), hoverinfo="skip", row=row, col=1)
        for column, model in enumerate(models, start=2):
            if model in of_model:
                picture = overlay(photograph, of_model[model].saliency, colormap=colormap)
                figure.add_image(source=_data(picture), hoverinfo="skip", row=row, col=column)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_annotations(font_size=11)
    return figure.update_layout(margin={"l": 8, "r": 8, "t": _HEADING, "b": 8}, height=height)


def _data(picture: NDArray[np.uint8]) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(encode(picture, 80)).decode("ascii")
