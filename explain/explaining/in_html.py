"""Explanations as notebooks show them: HTML that stands alone, with every text escaped."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from data.images import encode
from explain.figures.overlay import shrunk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from explain.explaining.explanation import Explanation
    from explain.explaining.explanations import Explanations

_SIDE, _SMALL_SIDE = 280, 150
_MOST_CLASSES, _MOST_ROWS = 5, 12
_ROW = "display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start"
_FIGURE = "margin:0;max-width:{side}px"


def explanation_html(explanation: Explanation) -> str:
    """Show a photograph, its maps, and the likeliest classes."""
    probable = explanation.predictions.head(_MOST_CLASSES)
    answers = ", ".join(
        f"{escape(str(name))} {probability:.3f}"
        for name, probability in zip(probable["class"], probable["probability"], strict=True)
    )
    refused = "".join(f"<div>{escape(reason)}</div>" for reason in explanation.refused.values())
    return (
        f"<div><div><b>{escape(explanation.name)}</b>, {escape(explanation.model)}: {answers}</div>"
        f'<div style="{_ROW}">{"".join(_pictures(explanation, _SIDE))}</div>{refused}</div>'
    )


def explanations_html(explanations: Explanations) -> str:
    """Show a row of small pictures per photograph, the first twelve."""
    rows = []
    for each in explanations[:_MOST_ROWS]:
        probability = float(each.predictions["probability"].iloc[0])
        rows.append(
            f"<div><b>{escape(each.name)}</b>: {escape(each.predicted)} {probability:.3f}</div>"
            f'<div style="{_ROW}">{"".join(_pictures(each, _SMALL_SIDE))}</div>'
        )
    if len(explanations) > _MOST_ROWS:
        rows.append(f"<div>... and {len(explanations) - _MOST_ROWS} more</div>")
    rows += [f"<div>{escape(name)}: {escape(reason)}</div>" for name, reason in explanations.failed.items()]
    return f"<div>{''.join(rows)}</div>"


def _pictures(explanation: Explanation, side: int) -> Iterable[str]:
    yield _picture("Photograph", explanation.photograph, side)
    for name in explanation.maps:
        yield _picture(explanation.caption(name), np.asarray(explanation.overlay(name)), side)


def _picture(caption: str, picture: NDArray[np.uint8], side: int) -> str:
    source = base64.b64encode(encode(shrunk(picture, side))).decode()
    return (
        f'<figure style="{_FIGURE.format(side=side)}"><img src="data:image/jpeg;base64,{source}" '
        f'alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption></figure>'
    )
