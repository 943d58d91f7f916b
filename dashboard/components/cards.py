"""The gallery's grid: one card per image, sent and drawn as a whole, since single elements take seconds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
    picture : bytes
        JPEG; empty for an image that could not be read.
    alt : str
        What the picture shows.
    said : tuple of Said
    reason : str
        Why the image could not be read.
    """

    image: str
    label: str
    link: str = ""
    picture: bytes = b""
    alt: str = ""
    said: tuple[Said, ...] = ()
    reason: str = ""


def show_cards(cards: Sequence[Card]) -> None:
    """Show them in as many columns as fit."""
    data = {"cards": [asdict(card) | {"picture": data_uri(card.picture) if card.picture else ""} for card in cards]}
    part("cards", "ul")(key="cards", data=data)
