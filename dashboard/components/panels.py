"""A photograph and its maps side by side, with a mark that follows the mouse on all of them at once."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Panel:
    """One picture of the comparison.

    Attributes
    ----------
    heading, alt : str
    picture : bytes
        JPEG; empty where there is none to show, and the lines say why.
    lines : tuple of str
        Shown below the heading, as plain text.
    saliency : ndarray of float32, shape (h, w), optional
        The raw map whose values the mark reads; None for the photograph.
    """

    heading: str
    alt: str = ""
    picture: bytes = b""
    lines: tuple[str, ...] = ()
    saliency: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class ColourBar:
    """A scale below the photograph: its picture (JPEG), what stands at its ends, and whose scale it is."""

    picture: bytes
    low: str
    high: str
    of: str = ""


def show_panels(panels: Sequence[Panel], together: int, columns: int, bars: Sequence[ColourBar], key: str) -> None:
    """Show the photograph on the left and the maps beside it in rows; on a narrow screen, below it.

    Parameters
    ----------
    panels : sequence of Panel
        The photograph first.
    together : int
        So many maps begin in a new row.
    columns : int
        Maps in a row.
    key : str
        Unique on the page.
    """
    data = {
        "panels": [_plain(panel) for panel in panels],
        "together": together,
        "columns": columns,
        "bars": [
            {
                "picture": data_uri(bar.picture), "alt": f"Colour scale from {bar.low} to {bar.high}", "low": bar.low,
                "high": bar.high, "of": bar.of,
            }
            for bar in bars
        ],
    }  # fmt: skip
    part("panels")(key=key, data=data)


def _plain(panel: Panel) -> dict[str, Any]:
    raw = panel.saliency
    return {
        "heading": panel.heading,
        "alt": panel.alt,
        "picture": data_uri(panel.picture) if panel.picture else "",
        "lines": list(panel.lines),
        "map": None
        if raw is None
        else {
            "rows": raw.shape[0],
            "columns": raw.shape[1],
            "mean": float(np.abs(raw).mean()),
            "unit": "mean of absolute values" if (raw < 0).any() else "mean",
            "values": b64encode(raw.astype("<f4").tobytes()).decode("ascii"),
        },
    }
