"""What each model says of a photograph: its most probable classes as bars, as text that everybody can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.components.component import part
from dashboard.widgets import title

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT = 5


@dataclass(frozen=True)
class Answers:
    """One model's answers.

    Attributes
    ----------
    model : str
        For people.
    classes : tuple of str
    probabilities : sequence of float
        One per class, within [0, 1].
    """

    model: str
    classes: tuple[str, ...]
    probabilities: Sequence[float]


def show_answers(answers: Sequence[Answers], label: str = "") -> None:
    """Show them side by side; on a narrow screen, below each other.

    Parameters
    ----------
    label : str
        The class that is marked as the photograph's own, if it is known.
    """
    data = {"models": [{"model": each.model, "rows": _rows(each, label)} for each in answers]}
    part("answers")(key="answers", data=data)


def _rows(answers: Answers, label: str) -> list[dict[str, Any]]:
    order = np.argsort(np.asarray(answers.probabilities), kind="stable")[::-1][:COUNT]
    return [
        {
            "name": title(answers.classes[i]),
            "share": float(answers.probabilities[i]),
            "percent": f"{answers.probabilities[i]:.1%}",
            "label": answers.classes[i] == label,
        }
        for i in order
    ]
