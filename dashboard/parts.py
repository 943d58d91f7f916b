"""What the pages' own parts of the screen are made of: their scripts and styles, and pictures inside a message."""

from __future__ import annotations

import base64
from pathlib import Path

_HERE = Path(__file__).parent


def source(name: str) -> str:
    """Read a script or a style sheet that lies beside this module.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
    """
    return (_HERE / name).read_text(encoding="utf-8")


def data_uri(picture: bytes) -> str:
    """Put a JPEG into an address, so that it arrives with the page and needs no request of its own.

    Parameters
    ----------
    picture : bytes

    Returns
    -------
    str
    """
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode('ascii')}"
