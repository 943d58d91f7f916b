"""What the pages' own parts of the screen are made of: a script and a style each, and pictures inside a message."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from explain.figures.overlay import DIVERGING, heatmap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_HERE = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def part(name: str, tag: str = "div", *, shared: tuple[str, ...] = ()) -> Any:
    """Register a part once for all visitors; it holds no state of its own.

    Parameters
    ----------
    name : str
        Of the part, of the class of its element, and of the script and the style sheet that lie beside this module.
    tag : str
        Of the element that the script fills.
    shared : tuple of str
        Scripts beside this module whose functions the part's own script uses, such as ``cells``; and their styles.

    Returns
    -------
    callable
        Shows the part: called with its `key` on the page and the `data` that its script reads.
    """
    script, style = (_read(("element", *shared, name), ending) for ending in ("js", "css"))
    return st.components.v2.component(name, html=f'<{tag} class="{name}"></{tag}>', css=style, js=script)


def _read(names: Iterable[str], ending: str) -> str:
    """Put files together in their order; one that has no style of its own has none."""
    files = (_HERE / f"{name}.{ending}" for name in names)
    return "".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def packed(values: NDArray[Any], form: str = "<f4") -> str:
    """Put an array's values into a message, as the bytes of little-endian numbers."""
    return base64.b64encode(np.ascontiguousarray(values, form).tobytes()).decode("ascii")


def colours() -> dict[str, str]:
    """Give the colours of maps that `cells.js` draws: 256 of a map without a sign, and 256 of a signed one."""
    return {"plain": colours_of("viridis"), "signed": colours_of(DIVERGING)}


def colours_of(colormap: str) -> str:
    """Put a colour map's 256 colours, from its lowest to its highest, into a message."""
    return packed(heatmap(np.linspace(0, 1, 256)[None], colormap), "u1")


def data_uri(picture: bytes, form: str = "jpeg") -> str:
    """Put a picture into an address, so that it arrives with the page and needs no request of its own."""
    return f"data:image/{form};base64,{base64.b64encode(picture).decode('ascii')}"
