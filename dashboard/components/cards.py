"""The gallery's grid: one card per image, sent and drawn as a whole, since single elements take seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.components.component import data_uri, part

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Said:
    """What a model says of an image.

    Attributes
    ----------
    verdict : {"right", "wrong", "unknown"}
        Unknown where the model does not have the label's class.
    model, answer, probability : str
        For people; the answer is empty where it is the card's label.
    """

    verdict: str
    model: str
    answer: str
    probability: str


@dataclass(frozen=True)
class Card:
    """One image of the gallery.

    Attributes
    ----------
    image, label : str
        Its id, and its class for people.
    link : str
        Where the card leads; empty for an image that could not be read.
    pictures : tuple of bytes
        JPEG; none for an image that could not be read, empty where one is missing.
    alts : tuple of str
        What each picture shows.
    said : tuple of Said
    value : str
        What the cards are sorted by; may be empty.
    reason : str
        Why the image could not be read.
    """

    image: str
    label: str
    link: str = ""
    pictures: tuple[bytes, ...] = ()
    alts: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    value: str = ""
    reason: str = ""


def show_cards(cards: Sequence[Card], size: str = "medium") -> None:
    """Show them in as many columns as fit: 1, 2, 3, 4, 6, 8 or 12, so that 24 cards fill their rows.

    Parameters
    ----------
    size : {"small", "medium", "large"}
        Of the pictures.
    """
    sent = [
        vars(card)
        | {"pictures": [data_uri(each) if each else "" for each in card.pictures], "said": list(map(vars, card.said))}
        for card in cards
    ]
    part("cards")(key="cards", data={"cards": sent, "size": size})
