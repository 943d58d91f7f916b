"""Images by what a model said of them: those of one cell of the confusion, or of one bin of the calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol
from urllib.parse import quote, unquote

from explain.errors import ExplainError
from explain.statistics.accuracy import ANOTHER, BINS, answers_in_labels, bins_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


class Answered(Protocol):
    """Some images, by one model's answers."""

    @property
    def model(self) -> str:
        """Whose answers."""

    def __str__(self) -> str:
        """Write it so that :func:`answered` reads it again: without commas, and safe in a link."""

    def says(self, model: str) -> str:
        """Say which images they are, of a model that is called so."""

    def members(self, predictions: pd.DataFrame, label_of: Mapping[str, Mapping[str, str]]) -> list[str]:
        """List the images.

        Parameters
        ----------
        predictions : pandas.DataFrame
            The store's table.
        label_of : mapping of str to mapping of str to str
            As :func:`explain.statistics.accuracy.label_of_class` gives it.
        """


@dataclass(frozen=True)
class TakenFor:
    """The images of one label that a model takes for one answer, as the confusion counts them.

    Examples
    --------
    >>> str(TakenFor("net", "bear", "another class"))
    'taken:net:bear:another%20class'
    >>> TakenFor("net", "black_bear", "another class").says("Net")
    'Net: black bear taken for another class'
    """

    model: str
    label: str
    answer: str

    KIND: ClassVar[str] = "taken"

    def __str__(self) -> str:
        return _written(self.KIND, self.model, self.label, self.answer)

    def says(self, model: str) -> str:
        """Say which they are; see :class:`Answered`."""
        label, answer = self.label.replace("_", " "), self.answer.replace("_", " ")
        if self.answer == self.label:
            return f"{model}: {label} named rightly"
        return f"{model}: {label} taken for {answer}"

    def members(self, predictions: pd.DataFrame, label_of: Mapping[str, Mapping[str, str]]) -> list[str]:
        """List them; see :class:`Answered`."""
        rows = predictions[(predictions["model"] == self.model) & (predictions["label"] == self.label)]
        named = answers_in_labels(rows["predicted"], label_of.get(self.model, {}))
        if self.answer not in {ANOTHER, *label_of.get(self.model, {}).values(), *predictions["label"]}:
            raise ExplainError(f"No answer is called “{self.answer}”; all images are shown.")
        return rows.loc[named == self.answer, "image"].tolist()


@dataclass(frozen=True)
class AsSure:
    """The images that a model answers with a probability in one bin, of those whose answer can be judged.

    Attributes
    ----------
    number : int
        Of the bin, from 1, with the lowest probabilities, to ten.

    Examples
    --------
    >>> str(AsSure("net", 10)), AsSure("net", 10).says("Net")
    ('sure:net:10', 'Net: answers with a probability from 0.9 to 1.0')
    """

    model: str
    number: int

    KIND: ClassVar[str] = "sure"

    def __str__(self) -> str:
        return _written(self.KIND, self.model, str(self.number))

    def says(self, model: str) -> str:
        """Say which they are; see :class:`Answered`."""
        low, high = (self.number - 1) / BINS, self.number / BINS
        return f"{model}: answers with a probability from {low:.1f} to {high:.1f}"

    def members(self, predictions: pd.DataFrame, label_of: Mapping[str, Mapping[str, str]]) -> list[str]:
        """List them; see :class:`Answered`."""
        del label_of
        rows = predictions[predictions["model"] == self.model].dropna(subset=["right"])
        return rows.loc[bins_of(rows["probability"]) == self.number - 1, "image"].tolist()


def answered(text: str) -> Answered | None:
    """Read some images from a link; None where the text is about something else.

    Raises
    ------
    ExplainError
        If it says a kind that is known here, and not what follows it.
    """
    kind, *parts = map(unquote, text.split(":"))
    if kind == TakenFor.KIND and len(parts) == 3:
        return TakenFor(*parts)
    if kind == AsSure.KIND and len(parts) == 2 and parts[1].isascii() and parts[1].isdecimal():
        number = int(parts[1])
        if 1 <= number <= BINS:
            return AsSure(parts[0], number)
    if kind in (TakenFor.KIND, AsSure.KIND) and len(parts) < 4:  # a cluster's text has four
        raise ExplainError("The link's slice was not understood; all images are shown.")
    return None


def _written(*parts: str) -> str:
    return ":".join(quote(part, safe="").replace("~", "%7E") for part in parts)
