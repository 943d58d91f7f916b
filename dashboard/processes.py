"""What the app's process takes of a machine's processors, and what those beside it are started with."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_THREADS = "OPENBLAS_NUM_THREADS"
_IS_OURS = _THREADS not in os.environ


def take_one_thread_a_visitor() -> None:
    """Let NumPy multiply in the visitor's own thread; to be called before NumPy is imported.

    A page's products are small: on several threads they take more processor time than they have work, and visitors wait
    for it. A third of the time of Compare was that.
    """
    os.environ.setdefault(_THREADS, "1")


def environment() -> dict[str, str]:
    """Give the app's own environment, in which the packages are found from any folder."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    given = {name: value for name, value in os.environ.items() if not (_IS_OURS and name == _THREADS)}
    return given | {"PYTHONPATH": path}
