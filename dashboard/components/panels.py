"""A photograph and its maps side by side, with a mark that follows the mouse on all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Panel:
    """One picture of the comparison.

    Attributes
    ----------
    heading, alt : str
    picture : bytes
        JPEG.
    lines : tuple of str
        Shown below the heading, as plain text.
    saliency : ndarray of float32, shape (h, w), optional
        The raw map whose values the mark reads; None for the photograph.
    """

    heading: str
    alt: str
    picture: bytes
    lines: tuple[str, ...] = ()
    saliency: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class ColourBar:
    """The scale below the photograph: its picture (JPEG), and what stands at its ends."""

    picture: bytes
    low: str
    high: str


def show_panels(panels: Sequence[Panel], columns: int, bar: ColourBar, key: str) -> None:
    """Show the photograph on the left and the maps beside it in rows; on a narrow screen, below it.

    Parameters
    ----------
    panels : sequence of Panel
        The photograph first.
    columns : int
        Maps in a row.
    bar : ColourBar
    key : str
        Unique on the page.
    """
    data = {
        "panels": [_plain(panel) for panel in panels],
        "columns": columns,
        "bar": {"picture": data_uri(bar.picture), "alt": f"Colour scale from {bar.low} to {bar.high}", "low": bar.low,
                "high": bar.high},
    }  # fmt: skip
    part("panels")(key=key, data=data)


def _plain(panel: Panel) -> dict[str, Any]:
    raw = panel.saliency
    return {
        "heading": panel.heading,
        "alt": panel.alt,
        "picture": data_uri(panel.picture),
        "lines": list(panel.lines),
        "map": None
        if raw is None
        else {
            "rows": raw.shape[0],
            "columns": raw.shape[1],
            "mean": float(raw.mean()),
            "values": [float(f"{value:.5g}") for value in raw.ravel()],
        },
    }
