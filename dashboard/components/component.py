"""What the pages' own parts of the screen are made of: a script and a style each, and pictures inside a message."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def part(name: str, tag: str = "div") -> Any:
    """Register a part once for all visitors; it holds no state of its own.

    Parameters
    ----------
    name : str
        Of the part, of the class of its element, and of the script and the style sheet that lie beside this module.
    tag : str
        Of the element that the script fills.

    Returns
    -------
    callable
        Shows the part: called with its `key` on the page and the `data` that its script reads.
    """
    script = "".join((_HERE / file).read_text(encoding="utf-8") for file in ("element.js", f"{name}.js"))
    style = (_HERE / f"{name}.css").read_text(encoding="utf-8")
    return st.components.v2.component(name, html=f'<{tag} class="{name}"></{tag}>', css=style, js=script)


def data_uri(picture: bytes) -> str:
    """Put a JPEG into an address, so that it arrives with the page and needs no request of its own."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode('ascii')}"
