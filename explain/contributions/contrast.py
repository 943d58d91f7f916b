"""Why this class and not that: the difference of two scores as a sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.contributions.ledger import Ledger, ledger
from explain.errors import ExplainError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from explain.models.head import Head


@dataclass(frozen=True)
class Contrast:
    """What speaks for one class rather than another.

    Attributes
    ----------
    target, against : int
        Classes. Above zero speaks for the first, below zero for the second; exchanged, every sign turns.
    ledger : Ledger
        Of :math:`y_c - y_d`.
    """

    target: int
    against: int
    ledger: Ledger


def contrast(
    activations: ArrayLike, head: Head, logits: ArrayLike, target: int, against: int | None = None
) -> Contrast:
    """Divide the difference of two classes' scores among places and channels.

    Parameters
    ----------
    activations : array, shape (h, w, c)
    logits : array, shape (classes,)
        The network's own.
    against : int, optional
        The strongest other class by default.

    Raises
    ------
    ExplainError
        If both classes are the same.

    Examples
    --------
    >>> from explain.models.head import Head
    >>> head = Head(np.array([[3.0, 1.0, 0.0]], np.float32), np.zeros(3, np.float32))
    >>> found = contrast(np.array([[[0.0], [2.0]]]), head, [3.0, 1.0, 0.0], target=0)
    >>> found.against, found.ledger.positions
    (1, array([[0., 2.]]))
    """
    scores = np.asarray(logits, np.float64)
    rival = strongest_rival(scores, target) if against is None else against
    if rival == target:
        raise ExplainError("A class was set against itself: choose two different ones.")
    sides = [ledger(activations, head, index, float(scores[index])) for index in (target, rival)]
    return Contrast(target, rival, sides[0] - sides[1])


def strongest_rival(logits: ArrayLike, target: int) -> int:
    """Find the class with the highest score beside one.

    Raises
    ------
    ExplainError
        If there is no other class.
    """
    others = np.array(logits, np.float64)
    if len(others) < 2:
        raise ExplainError("The network has one class only, so nothing can be set against it.")
    others[target] = -np.inf
    return int(others.argmax())
