"""A game of ten photographs: where does the network look? It is played in the browser, and nothing of it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.components.component import colours, data_uri, packed, part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Turn:
    """One photograph of a round.

    Attributes
    ----------
    image, label : str
        Its id, and its class for people.
    photograph : bytes
        JPEG.
    saliency : ndarray, shape (h, w)
        The map that is guessed at.
    hot : ndarray of bool, shape (h, w)
        Where a guess hits.
    other : (float, float), optional
        Where the other network's map is highest, as shares of height and width; None where there is no other.
    href : str
        Where the photograph can be looked at with all its maps.
    """

    image: str
    label: str
    photograph: bytes
    saliency: NDArray[np.float64]
    hot: NDArray[np.bool_]
    other: tuple[float, float] | None
    href: str


def show_guess(turns: Sequence[Turn], map_title: str, other_title: str, key: str) -> None:
    """Show a round.

    Parameters
    ----------
    map_title, other_title : str
        Whose map is guessed at, and who else would have been asked; the latter empty where there is nobody.
    key : str
        Changes with the round.
    """
    data = {
        "key": key,
        "title": map_title,
        "other": other_title,
        "colours": colours(),
        "turns": [
            {
                "image": turn.image,
                "label": turn.label,
                "photograph": data_uri(turn.photograph),
                "rows": turn.saliency.shape[0],
                "columns": turn.saliency.shape[1],
                "saliency": packed(turn.saliency),
                "hot": packed(turn.hot),
                "chance": float(turn.hot.mean()),
                "peak": turn.other,
                "href": turn.href,
            }
            for turn in turns
        ],
    }
    part("guess", shared=("cells",))(key="guess", data=data)
