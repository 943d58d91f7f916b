"""What a reader who sees a few pictures out of many can have seen: exact, over all draws."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import hypergeom


@dataclass(frozen=True)
class FewPictures:
    """Probabilities over all ways to draw some pictures.

    Attributes
    ----------
    none : float
        That not one of them shows it.
    one : float
        That exactly one does: it may pass for an odd picture.
    more : float
        That two or more do.
    """

    none: float
    one: float
    more: float


def seen_in(showing: int, pictures: int, drawn: int = 4) -> FewPictures:
    """Tell how often so many pictures drawn at random hold one that shows something.

    Parameters
    ----------
    showing : int
        How many of all pictures show it.
    pictures : int
        How many there are.
    drawn : int
        How many a reader sees.

    Examples
    --------
    Of two of four pictures, one shows it: all but one of the six draws of two hold it, once or twice.

    >>> seen_in(showing=2, pictures=4, drawn=2)
    FewPictures(none=0.167, one=0.667, more=0.167)
    """
    of = hypergeom(pictures, showing, drawn)
    none, one = float(of.pmf(0)), float(of.pmf(1))
    return FewPictures(round(none, 3), round(one, 3), round(1 - none - one, 3))
