"""Average maps over average photographs."""

from __future__ import annotations

import base64
import math
from itertools import product
from typing import TYPE_CHECKING

from plotly.subplots import make_subplots

from data.images import encode
from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.overlay import overlay
from explain.figures.style import counted, key_name, spoken
from explain.statistics.averages import PHOTOGRAPHS, averages_table
from explain.statistics.some_images import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from explain.statistics.averages import AverageMap
    from explain.store.selection import Selection

_PANEL, _HEADING = 175, 44
_MOST_A_LINE = 4
"""Pictures side by side, the photograph among them: more would be too small on a phone."""


def compose(material: Material, options: Options) -> Exhibit:
    """Show where each model and method looks over all images of a class."""
    averages = [average for average in material.averages() if average.n]
    if not averages:
        return nothing("average-maps", "Average maps", "No class has a readable image with a map that is not zero.")
    figure = average_maps(averages, material.selection, options.colormap)
    caption = (
        "Every map weighs the same: each is scaled to sum 1 on the common grid before the mean, which is shown over "
        "its own maximum, over the mean of the photographs. Maps that are zero everywhere do not count."
    )
    if any(average.images > PHOTOGRAPHS for average in averages):
        caption += (
            f" Of classes with more images, up to {MOST:,} maps and {PHOTOGRAPHS} photographs are averaged, drawn by a "
            "fixed seed."
        )
    return Exhibit("average-maps", "Average maps", figure, caption, averages_table(averages))


def average_maps(averages: Sequence[AverageMap], selection: Selection, colormap: str = "viridis") -> go.Figure:
    """Show average maps over their class's average photograph, which stands beside them.

    Parameters
    ----------
    averages : sequence of AverageMap
        As :func:`explain.statistics.averages.average_maps` gives them; at least one.
    colormap : str
        A name that ``cmap`` knows.

    Returns
    -------
    plotly.graph_objects.Figure
        A block of lines per class and method with the map of each model, over its own maximum; the photograph stands
        before the first of its class.
    """
    held = {(average.label, average.model, average.method): average for average in averages}
    labels = list(dict.fromkeys(average.label for average in averages))
    models = [model for model in selection.models if any(average.model == model for average in averages)]
    methods = [method for method in selection.methods if any(average.method == method for average in averages)]
    columns = min(_MOST_A_LINE, 1 + len(models))
    lines_a_block = math.ceil(len(models) / (columns - 1))
    blocks = [
        (label, method)
        for label in labels
        for method in methods
        if any((label, model, method) in held for model in models)
    ]
    pictures: list[tuple[int, int, str, NDArray[np.uint8]]] = []
    for place, (label, method) in enumerate(blocks):
        first = place * lines_a_block + 1
        photograph = next(held[label, model, method] for model in models if (label, model, method) in held).photograph
        if label not in (earlier for earlier, _ in blocks[:place]):
            pictures.append((first, 1, f"{spoken(label)}<br>photographs", photograph))
        for number, model in enumerate(models):
            average = held.get((label, model, method))
            if average is not None:
                line, column = divmod(number, columns - 1)
                heading = f"{key_name(selection, (model, method), '<br>')}, n = {average.n}"
                picture = overlay(photograph, average.saliency, colormap=colormap)
                pictures.append((first + line, 2 + column, heading, picture))
    rows = len(blocks) * lines_a_block
    headings = {(row, column): heading for row, column, heading, _ in pictures}
    height = 60 + rows * (_PANEL + _HEADING)
    figure = make_subplots(
        rows=rows, cols=columns, vertical_spacing=_HEADING / height, horizontal_spacing=0.02,
        subplot_titles=[headings.get(place, " ") for place in product(range(1, rows + 1), range(1, columns + 1))],
    )  # fmt: skip
    for row, column, _, picture in pictures:
        figure.add_image(source=_data(picture), hoverinfo="skip", row=row, col=column)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_annotations(font_size=12)
    title = f"Average maps · {counted(sum(_readable(averages, label) for label in labels))}"
    return figure.update_layout(title=title, margin={"l": 8, "r": 8, "t": 40 + _HEADING, "b": 8}, height=height)


def _readable(averages: Sequence[AverageMap], label: str) -> int:
    """Count a class's images: those of the set with the fewest maps that are zero everywhere."""
    return max(average.n for average in averages if average.label == label)


def _data(picture: NDArray[np.uint8]) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(encode(picture, 80)).decode("ascii")
