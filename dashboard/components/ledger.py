"""A score as a sum, with places to erase; the new probabilities are computed in the browser, from what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.components.component import colours, data_uri, packed, part
from explain.figures.style import signed
from explain.measures.alignment import CENTRED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.contributions.ledger import Ledger
    from explain.measures.alignment import Alignment

SHOWN = 8
"""Entries of a list: the first half of those that pay most for the class, the other half against it."""


@dataclass(frozen=True)
class Erasing:
    """What the browser needs to say what is left when places are erased.

    Attributes
    ----------
    scores : ndarray, shape (h, w, classes)
        What each place pays for every class.
    bias : ndarray, shape (classes,)
    classes : sequence of str
        For people.
    sigmoid : bool
        Whether each class has a probability of its own.
    target : int
    against : int, optional
        The class that the ledger sets the target against.
    inside : ndarray, shape (h, w), optional
        Share of each place that the labelled object covers.
    subject : str
        What that object is called.
    erased : str
        The places that a link says are erased: four to a hexadecimal digit, row by row.
    alignment : Alignment
        Where the places lie on the photograph.
    """

    scores: NDArray[Any]
    bias: NDArray[Any]
    classes: Sequence[str]
    sigmoid: bool
    target: int
    against: int | None = None
    inside: NDArray[Any] | None = None
    subject: str = ""
    erased: str = ""
    alignment: Alignment = CENTRED


@dataclass(frozen=True)
class Words:
    """What stands beside a ledger: what its sum, its picture and what is left of it are called, and an explanation."""

    sum: str
    caption: str
    left: str
    explanation: str


def show_ledger(
    ledger: Ledger,
    erasing: Erasing,
    words: Words,
    photograph: bytes,
    parts: Mapping[str, float],
    address: Mapping[str, str],
) -> None:
    """Show it.

    Parameters
    ----------
    photograph : bytes
        JPEG.
    parts : mapping of str to float
        What each part paid; empty where none are known.
    address : mapping of str to str
        Parameters of the link that opens what is shown now, without what is erased.
    """
    rows, columns = ledger.positions.shape
    channels = {f"Channel {number}": paid for number, paid in enumerate(ledger.channels.tolist())}
    places = {
        f"Row {cell // columns + 1}, column {cell % columns + 1}": paid
        for cell, paid in enumerate(ledger.positions.ravel().tolist())
    }
    data = {
        "sum": {
            "title": words.sum, "logit": ledger.logit, "bias": ledger.bias, "paid": float(ledger.positions.sum()),
            "remainder": ledger.remainder,
        },
        "rows": rows,
        "columns": columns,
        "positions": packed(ledger.positions),
        "scores": packed(erasing.scores),
        "bias": packed(erasing.bias),
        "classes": list(erasing.classes),
        "sigmoid": erasing.sigmoid,
        "target": erasing.target,
        "against": erasing.against,
        "inside": None if erasing.inside is None else packed(erasing.inside),
        "subject": erasing.subject,
        "erased": erasing.erased,
        "shift": [erasing.alignment.right, erasing.alignment.down],
        "photograph": data_uri(photograph),
        "alt": words.caption,
        "caption": words.caption,
        "left": words.left,
        "explanation": words.explanation,
        "address": dict(address),
        "colours": colours(),
        "first": [_list("By part", parts)] if parts else [],
        "lists": [_list("By channel", channels), _list("By place", places)],
    }  # fmt: skip
    part("ledger", shared=("cells",))(key="ledger", data=data)


def _list(title: str, paid: Mapping[str, float]) -> dict[str, Any]:
    """Shorten a list to those entries that pay most, for and against; the download has all."""
    falling = sorted(paid.items(), key=lambda item: -item[1])
    short = falling if len(falling) <= SHOWN * 2 else falling[:SHOWN] + falling[-SHOWN:]
    for_it, against = ([value for value in paid.values() if sign * value > 0] for sign in (1, -1))
    note = (
        f"The {SHOWN} that pay most and the {SHOWN} that pay least, of {len(paid)}. In all, {len(for_it)} pay for it "
        f"({signed(sum(for_it), 2)}) and {len(against)} against it ({signed(sum(against), 2)})."
    ).replace("-", "\u2212")
    return {
        "title": title,
        "rows": [{"name": name, "paid": value} for name, value in short],
        "note": "" if len(short) == len(falling) else note,
    }
