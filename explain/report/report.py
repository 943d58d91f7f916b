"""Writing the report: a store in, one HTML file out, the same bytes for the same store."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from explain.figures.findings import intervals
from explain.findings.claims import TRAINED_TO_BE_SEEN, trained_to_be_seen
from explain.findings.findings import RULE, findings
from explain.report.image_sections import Shown, figures, image_sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import plotly.graph_objects as go

    from explain.store.reading import Store

FITS_A_MAIL = 25_000_000
"""Bytes that most mail servers still take."""

_FOLDER = Path(__file__).parent
_NO_VALUE = "–"
_P_VALUES = ("p_holm", "p_uncorrected")


def write_report(store: Store, out: Path, *, images: bool = False) -> int:
    """Write everything that a store says into one file that needs neither server nor network.

    Parameters
    ----------
    store : Store
    out : Path
        The file; replaced whole, or not at all.
    images : bool
        Whether every image has a section of its own.

    Returns
    -------
    int
        Bytes written.
    """
    temporary = out.with_name(f".{out.name}.partial")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            for piece in _pieces(store, images):
                file.write(piece)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return out.stat().st_size


def _pieces(store: Store, images: bool) -> Iterator[str]:
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {"number": _number, "spoken": _spoken, "rows": _rows}
    titles = {model.name: model.title for model in store.models}
    listed = store.table("images")
    metrics, agreement, predictions, tested = (
        store.table(name) for name in ("metrics", "agreement", "predictions", "findings")
    )
    judged = findings(metrics, agreement, predictions, titles, tested)
    yield from environment.get_template("report.html.j2").generate(
        store=store,
        titles=titles,
        failed=listed[listed["status"] != "ok"],
        caution=TRAINED_TO_BE_SEEN if trained_to_be_seen(titles) else "",
        rule=RULE,
        claims=[(finding, _claim(finding.rows, titles)) for finding in judged],
        figures=figures(store),
        sections=image_sections(store) if images else None,
        draw=_Pen(),
        style=Markup((_FOLDER / "style.css").read_text("utf-8")),
        plotly=Markup(get_plotlyjs()),
    )


def _claim(rows: Any, titles: Mapping[str, str]) -> Shown:
    columns = ["scope", "metric", "n", "difference", "low", "high", "p_holm", "effect", "verdict"]
    table = pd.DataFrame([[getattr(row, column) for column in columns] for row in rows], columns=columns)
    return Shown("", "", intervals(table, titles), table)


class _Pen:
    """Turns figures into HTML, each with a number of its own."""

    def __init__(self) -> None:
        self._drawn = 0

    def __call__(self, figure: go.Figure) -> Markup:
        self._drawn += 1
        figure.update_layout(
            template="plotly_white", autosize=True, font={"family": "system-ui, sans-serif"}, title_font_size=14
        )
        # Plotly escapes what could end the script in the JSON that it writes.
        return Markup(
            to_html(
                figure,
                full_html=False,
                include_plotlyjs=False,
                div_id=f"figure-{self._drawn}",
                config={"displayModeBar": False, "responsive": True},
            )
        )


def _rows(table: pd.DataFrame) -> list[list[str]]:
    return [
        [_number(value, column in _P_VALUES) for column, value in zip(table.columns, row, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]


def _number(value: Any, p_value: bool = False) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return _NO_VALUE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2g}" if p_value else f"{value:.3f}"
    return str(value)


def _spoken(text: Any) -> str:
    return str(text).replace("_", " ")
