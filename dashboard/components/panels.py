"""A photograph and its maps side by side, drawn in the browser, with a mark that follows the mouse on all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.components.component import colours_of, data_uri, packed, part
from explain.figures.overlay import DIVERGING
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.single_image import density

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class EveryValue:
    """A map for every value of its method's parameter, so that moving a slider needs no answer of the server.

    Attributes
    ----------
    name, title : str
        Of the parameter.
    low, step : float
        The first value, and how far the next one is.
    maps : ndarray of float32, shape (values, h, w)
        Raw.
    """

    name: str
    title: str
    low: float
    step: float
    maps: NDArray[np.float32]


@dataclass(frozen=True)
class Panel:
    """One map of the comparison, or why it is not there.

    Attributes
    ----------
    heading, alt : str
    lines : tuple of str
        Shown below the heading, as plain text.
    saliency : ndarray of float32, shape (h, w), optional
        The raw map; None where there is none to show, and the lines say why.
    alignment : Alignment
        Where the map's cells lie on the picture.
    signed : bool
        Its colours diverge from zero.
    method : str
        What its method is called; maps of one method share a scale, if the reader wants that.
    alone : str
        The method where its maps never share a scale with others; else empty.
    every : EveryValue, optional
        Its maps for other values of a parameter.
    """

    heading: str
    alt: str = ""
    lines: tuple[str, ...] = ()
    saliency: NDArray[np.float32] | None = None
    alignment: Alignment = CENTRED
    signed: bool = False
    method: str = ""
    alone: str = ""
    every: EveryValue | None = None

    @property
    def peaks(self) -> dict[str, Any]:
        """Say how high the map's density reaches, for each value of its parameter too, and on which scale it counts."""
        every = () if self.every is None else self.every.maps
        return {
            "signed": self.signed,
            "method": self.method,
            "alone": self.alone,
            "peak": 0.0 if self.saliency is None else _peak(self.saliency),
            "peaks": [_peak(saliency) for saliency in every],
            **({"parameter": self.every.name, "low": self.every.low, "step": self.every.step} if self.every else {}),
        }


@dataclass(frozen=True)
class Photograph:
    """What maps are laid over.

    Attributes
    ----------
    alt : str
    picture : bytes
        JPEG.
    outlines : bytes
        PNG of the same size, drawn on top of everything and clear elsewhere; empty for none.
    heading : str
    """

    alt: str
    picture: bytes
    outlines: bytes = b""
    heading: str = "Photograph"


@dataclass(frozen=True)
class Looks:
    """How maps are drawn, and what scales are called.

    Attributes
    ----------
    values : mapping of str to str or float
        The link's parameters by name: layer, scale, colormap, opacity, interpolation, and those of methods.
    colormaps : sequence of str
        Those that can be chosen.
    ends : mapping of str to (str, str)
        What stands at a scale's ends: of a ``plain`` and a ``signed`` one, and of those where every map has its
        ``own``, likewise. ``{}`` stands for the scale's largest value.
    """

    values: Mapping[str, Any]
    colormaps: Sequence[str] = ("viridis",)
    ends: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def show_panels(
    photograph: Photograph, rows: Sequence[Sequence[Panel]], looks: Looks, key: str, beside: Sequence[Panel] = ()
) -> None:
    """Show the photograph and its maps as equal pictures in rows; on a narrow screen, the maps in pairs below it.

    Parameters
    ----------
    photograph : Photograph
        It stands first in the first row.
    rows : sequence of sequence of Panel
    key : str
        Unique on the page.
    beside : sequence of Panel
        Other maps on the page that scales reach to.
    """
    data = {
        "photograph": {
            "heading": photograph.heading,
            "alt": photograph.alt,
            "picture": data_uri(photograph.picture),
            "outlines": data_uri(photograph.outlines, "png") if photograph.outlines else "",
        },
        "rows": [[_plain(panel) for panel in row] for row in rows],
        "beside": [panel.peaks for panel in beside],
        "looks": dict(looks.values),
        "ends": {name: list(ends) for name, ends in looks.ends.items()},
        "colours": {name: colours_of(name) for name in looks.colormaps} | {"signed": colours_of(DIVERGING)},
    }
    part("panels", shared=("looks", "overlays"))(key=key, data=data)


def _peak(saliency: NDArray[np.float32]) -> float:
    return float(np.abs(density(saliency)).max())


def _mean(saliency: NDArray[np.float32]) -> float:
    return float(np.abs(saliency).mean())


def _plain(panel: Panel) -> dict[str, Any]:
    raw, every = panel.saliency, panel.every
    sent = {"heading": panel.heading, "alt": panel.alt, "lines": list(panel.lines), "map": None}
    if raw is None:
        return sent
    return sent | panel.peaks | {
        "map": {
            "rows": raw.shape[0],
            "columns": raw.shape[1],
            "down": panel.alignment.down,
            "right": panel.alignment.right,
            "mean": _mean(raw),
            "unit": "mean of absolute values" if (raw < 0).any() else "mean",
            "values": packed(raw),
        },
        "every": every and {
            "title": every.title,
            "means": [_mean(saliency) for saliency in every.maps], "values": packed(every.maps),
        },
    }  # fmt: skip
