"""Arrays as scripts: a page that is opened from disk may load scripts and pictures, and no other file."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_LEVEL = 6


def packed(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Pack arrays so that JSON holds them; the same arrays give the same bytes.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        float16 where an array is float16 or its values fit exactly, else float32.

    Returns
    -------
    dict
        ``arrays``: name, type and shape of each, in order; ``gzip``: their little-endian bytes one after another,
        compressed, in base64.
    """
    listed, pieces = [], []
    for name, array in arrays.items():
        exact = np.asarray(array, np.float32)
        with np.errstate(over="ignore"):
            half = exact.astype(np.float16)
        small = bool((half.astype(np.float32) == exact).all())
        listed.append([name, "float16" if small else "float32", list(exact.shape)])
        pieces.append((half.astype("<f2") if small else exact.astype("<f4")).tobytes())
    squeezed = gzip.compress(b"".join(pieces), _LEVEL, mtime=0)
    return {"arrays": listed, "gzip": base64.b64encode(squeezed).decode("ascii")}


def write_script(folder: Path, key: str, content: Any) -> int:
    """Write what a page asks for by its key; returns the bytes written.

    Parameters
    ----------
    folder : Path
        ``data`` of the site.
    key : str
        The file's path below it, without suffix.
    content
        What JSON can hold.
    """
    file = folder / f"{key}.js"
    file.parent.mkdir(parents=True, exist_ok=True)
    spelled = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = f"Site.put({json.dumps(key)},{spelled});\n"
    return file.write_bytes(text.encode("utf-8"))
