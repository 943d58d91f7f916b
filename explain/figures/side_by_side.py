"""Pictures of one photograph side by side."""

from __future__ import annotations

import base64
import math
import textwrap
from typing import TYPE_CHECKING

from plotly.subplots import make_subplots

from data.images import encode
from explain.figures.style import MARGIN, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

_MOST_A_LINE = 4
_WIDTH, _CAPTION, _LETTERS = 260, 56, 36
_TOP = 84


def side_by_side(heading: str, pictures: Mapping[str, NDArray[np.uint8]]) -> go.Figure:
    """Show pictures of one size in lines of four, each below its caption.

    Parameters
    ----------
    heading : str
    pictures : mapping of str to ndarray of uint8, shape (h, w, 3)
        By caption; at least one.

    Returns
    -------
    plotly.graph_objects.Figure
        It shrinks with the page, and pictures keep their proportions.
    """
    import plotly.graph_objects as go

    columns = min(_MOST_A_LINE, len(pictures))
    lines = math.ceil(len(pictures) / columns)
    height, width = next(iter(pictures.values())).shape[:2]
    tall = _CAPTION + _WIDTH * height / width
    figure = make_subplots(
        rows=lines,
        cols=columns,
        subplot_titles=["<br>".join(map(literal, textwrap.wrap(caption, _LETTERS))) for caption in pictures],
        horizontal_spacing=0.02,
        vertical_spacing=_CAPTION / (tall * lines),
    )
    for place, picture in enumerate(pictures.values()):
        source = "data:image/jpeg;base64," + base64.b64encode(encode(picture)).decode()
        figure.add_trace(go.Image(source=source, hoverinfo="skip"), row=place // columns + 1, col=place % columns + 1)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_annotations(font_size=13)
    return figure.update_layout(
        title={"text": literal(heading), "font": {"size": 15}},
        height=round(tall * lines) + _TOP,
        margin={**MARGIN, "t": _TOP},
    )
