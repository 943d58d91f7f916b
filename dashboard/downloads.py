"""Files that a page offers. Taking one does not run the page again: it would make the other files' addresses void."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.plain_text import plain
from explain.spreadsheet import as_csv

if TYPE_CHECKING:
    import pandas as pd


def offer(label: str, data: bytes | str | Callable[[], bytes], name: str, mime: str) -> None:
    """Show a button that saves a file.

    Parameters
    ----------
    label : str
        Shown as Markdown.
    data : bytes, str or callable
        A callable makes the file when it is asked for: of a page's files hardly one is ever taken.
    name : str
        The file's; unlike any other that the page offers.
    mime : str
        The file's media type.
    """
    icon = ":material/download:"
    st.download_button(label, data, name, mime, key=f"download_{name}", icon=icon, on_click="ignore")


def offer_table(label: str, table: pd.DataFrame | Callable[[], pd.DataFrame], name: str) -> None:
    """Show a button that saves a table as comma-separated values, without its index.

    Parameters
    ----------
    label : str
        Shown as Markdown.
    table : pandas.DataFrame or callable
        A callable gives it when the file is asked for.
    name : str
        The file's, without ``.csv``.
    """
    offer(label, lambda: as_csv(table() if callable(table) else table).encode(), f"{name}.csv", "text/csv")


def offer_saliency(heading: str, saliency: NDArray[np.float32], name: str) -> None:
    """Show a button that saves a map as it is stored, for ``numpy.load``.

    Parameters
    ----------
    heading : str
        What the map is of; shown as it stands, since a model's title comes from a file.
    saliency : numpy.ndarray
        Shape (h, w), float32.
    name : str
        The file's, without ``.npy``.
    """

    def written() -> bytes:
        buffer = io.BytesIO()
        np.save(buffer, saliency, allow_pickle=False)
        return buffer.getvalue()

    offer(f"{plain(heading)}: raw map (.npy)", written, f"{name}.npy", "application/octet-stream")
