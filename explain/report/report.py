"""Writing the report: a store in, one HTML file out, the same bytes for the same store."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from explain.figures.exhibits import Material, report_exhibits
from explain.figures.findings import claim_exhibit
from explain.figures.networks import VERDICTS_ARE_ABOUT
from explain.figures.wording import P_COLUMNS, column_title, readable
from explain.findings.findings import RULE
from explain.findings.kept_tests import findings_of
from explain.report.image_sections import image_sections
from explain.store.manifest import notices_of
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explain.store.reading import Store

FITS_A_MAIL = 25_000_000
"""Bytes that most mail servers still take."""

_LOW, _ONE_PANEL, _FRAME = 250, 470, 90
"""Pixels: a figure's height in the report, the highest that is lowered to it, and what of it is no plot."""

_FOLDER = Path(__file__).parent
_NO_VALUE = "–"
_P_TITLES = {column_title(column) for column in P_COLUMNS}


def write_report(store: Store, out: Path, *, images: bool = False, home: str = "") -> int:
    """Write everything that a store says into one file that needs neither server nor network.

    Parameters
    ----------
    out : Path
        The file; replaced whole, or not at all.
    images : bool
        Whether every image has a section of its own.
    home : str
        Where the pages lie that the file belongs to, as seen from it; empty where it stands alone.

    Returns
    -------
    int
        Bytes written.
    """
    temporary = out.with_name(f".{out.name}.partial")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            for piece in _pieces(store, images, home):
                file.write(piece)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return out.stat().st_size


def _pieces(store: Store, images: bool, home: str) -> Iterator[str]:
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {"number": _number, "spoken": _spoken, "rows": _rows}
    selection = Selection.of(store)
    listed = store.table("images")
    yield from environment.get_template("report.html.j2").generate(
        store=store,
        home=home,
        selection=selection,
        subject=Material.of(store, selection).subject,
        parameters=_parameters(store, selection),
        failed=listed[listed["status"] != "ok"],
        caution=" ".join(notices_of(store.models)),
        rule=RULE,
        about=VERDICTS_ARE_ABOUT,
        claims=[(finding, claim_exhibit(finding)) for finding in findings_of(store)],
        exhibits=report_exhibits(Material.of(store, selection)),
        sections=image_sections(store, selection) if images else None,
        readable=lambda table, titles: readable(table, selection, titles),
        draw=_Pen(),
        style=Markup((_FOLDER / "style.css").read_text("utf-8")),
        plotly=Markup(get_plotlyjs()),
    )


def _parameters(store: Store, selection: Selection) -> str:
    """Say what the stored maps are of: a class for some methods, parameters for others."""
    held = {
        method.name: method for model in store.models for method in model.methods if method.name in selection.methods
    }
    said = []
    for method in held.values():
        parts = ["of the labelled class"] if method.targeted else []
        parts += [f"{name} = {value:g}" for name, value in method.parameters.items()]
        said.append(f"{method.title}: {', '.join(parts) or 'of no class'}")
    return "; ".join(said)


class _Pen:
    """Turns figures into HTML, each with a number of its own."""

    def __init__(self) -> None:
        self._drawn = 0

    def __call__(self, figure: go.Figure) -> Markup:
        self._drawn += 1
        drawn = _lowered(go.Figure(figure)).update_layout(
            template="plotly_white", autosize=True, font={"family": "system-ui, sans-serif"}, title_font_size=14
        )
        # Plotly escapes what could end the script in the JSON that it writes.
        return Markup(
            to_html(
                drawn,
                full_html=False,
                include_plotlyjs=False,
                div_id=f"figure-{self._drawn}",
                config={"displayModeBar": False, "responsive": True},
            )
        )


def _lowered(figure: go.Figure) -> go.Figure:
    """Draw boxes in one panel lower than on a page, so that two such figures with their tables fit a printed sheet."""
    layout, height = figure.layout, figure.layout.height or 0
    if not _LOW < height <= _ONE_PANEL or {trace.type for trace in figure.data} - {"box", "violin"}:
        return figure
    figure.update_layout(height=_LOW)
    if layout.legend.y is not None and layout.legend.y < 0:
        # The legend's distance is a share of the plot's height; its pixels stay.
        figure.update_layout(legend_y=layout.legend.y * (height - _FRAME) / (_LOW - _FRAME))
    return figure


def _rows(table: pd.DataFrame) -> list[list[str]]:
    return [
        [_number(value, column in _P_TITLES) for column, value in zip(table.columns, row, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]


def _number(value: Any, p_value: bool = False) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return _NO_VALUE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:.2g}" if p_value else f"{value:.3f}"
        return text.removeprefix("-") if float(text) == 0 else text
    return str(value)


def _spoken(text: Any) -> str:
    return str(text).replace("_", " ")
