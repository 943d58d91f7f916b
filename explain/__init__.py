"""Where image classifiers look: saliency, its store, its metrics and their statistics.

Examples
--------
>>> import explain
>>> network = explain.load("compact-resnet")        # or resnet50v2, a .keras file, a table of a .toml file
>>> found = network.explain("data/demo/African_elephant/elephant_000.jpg", methods="fem")
>>> found.predicted, found.maps["fem"].shape
('African_elephant', (13, 13))
>>> found.overlay("fem").size                       # a picture of Pillow
(448, 336)

Notes
-----
Importing this package is cheap: TensorFlow is imported in :mod:`explain.models` alone, when a network is first loaded,
and what stands in ``__all__`` when it is first used. Computation on maps is pure functions on NumPy arrays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explain.errors import ExplainError
    from explain.explaining.classifier import Classifier
    from explain.explaining.explanation import Explanation
    from explain.explaining.explanations import Explanations
    from explain.explaining.loading import load, wrap
    from explain.explaining.stores import look_up, open_store

__version__ = "0.1.0"

__all__ = ["Classifier", "ExplainError", "Explanation", "Explanations", "load", "look_up", "open_store", "wrap"]

_ROOMS = {
    "Classifier": "explain.explaining.classifier",
    "ExplainError": "explain.errors",
    "Explanation": "explain.explaining.explanation",
    "Explanations": "explain.explaining.explanations",
    "load": "explain.explaining.loading",
    "look_up": "explain.explaining.stores",
    "open_store": "explain.explaining.stores",
    "wrap": "explain.explaining.loading",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
