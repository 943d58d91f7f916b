"""What an explainer is, and what it is given: the one door between networks or stores and every explanation method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from explain.errors import ExplainError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.explainers.steps import Steps

    Maps = NDArray[np.float32]
    """Raw saliency maps, shape (n, h, w)."""


class Needs(IntEnum):
    """What an explainer asks of a network, cheapest first."""

    ACTIVATIONS = 1
    """The feature layer's output, which every forward pass gives."""
    GRADIENTS = 2
    """The gradient of a class score at the feature layer; exact and free where the head is linear."""
    PIXEL_GRADIENTS = 3
    """The gradient of a class score at the input: backward passes through the whole network."""
    PASSES = 4
    """Class scores of inputs that the explainer makes: many forward passes."""


NEEDS_IN_WORDS = {
    Needs.ACTIVATIONS: "the feature map",
    Needs.GRADIENTS: "gradients at the feature map",
    Needs.PIXEL_GRADIENTS: "gradients at the pixels",
    Needs.PASSES: "forward passes of altered images",
}


class UnavailableError(ExplainError):
    """What an explainer needs is not offered here; the sentence says what, and where it would be."""


class Evidence(Protocol):
    """What a network says of `n` images: made from a network and pixels, or from a store's rows, with the same calls.

    Attributes
    ----------
    activations : ndarray of float32, shape (n, h, w, c)
        Output of the feature layer, rounded as a store rounds it, so that both makers give the same maps.
    logits : ndarray of float32, shape (n, classes)
        Scores before softmax.
    inputs : ndarray of float32, shape (n, height, width, channels)
        The preprocessed images; offered with PIXEL_GRADIENTS and PASSES alone.
    differentiable : bool
        Whether the network behind it has gradients beyond those of a linear head; one in ONNX has none.
    linear_head : bool
        Whether a class score is a bias plus a weighted sum of the activations' spatial means. Gradients then have
        the shape (n, 1, 1, c), and what is exact in closed form may be computed so.
    """

    @property
    def activations(self) -> NDArray[np.float32]: ...  # noqa: D102

    @property
    def logits(self) -> NDArray[np.float32]: ...  # noqa: D102

    @property
    def inputs(self) -> NDArray[np.float32]: ...  # noqa: D102

    @property
    def differentiable(self) -> bool: ...  # noqa: D102

    @property
    def linear_head(self) -> bool: ...  # noqa: D102

    def offers(self, needs: Needs) -> bool:
        """Tell whether the calls that a need stands for can be made."""
        ...

    def gradients(self, classes: Sequence[int]) -> NDArray[np.float32]:
        """Give d score / d activations, one class per image: (n, h, w, c), or (n, 1, 1, c) with a linear head."""
        ...

    def pixel_gradients(self, classes: Sequence[int], inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give d score / d input at inputs of the caller's, one class per input, of the inputs' shape."""
        ...

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the logits of inputs of the caller's, in any number: shape (m, classes)."""
        ...


@dataclass(frozen=True)
class Parameter:
    """A number that a reader may set, such as FEM's K.

    Attributes
    ----------
    name : str
        Its key in links and on the command line: unique among all explainers.
    title : str
        Its name for people, with the explainer's.
    default, low, high, step : float
        The range includes both ends; whole numbers where `step` is whole.
    help : str
        One sentence for whoever sets it.
    """

    name: str
    title: str
    default: float
    low: float
    high: float
    step: float
    help: str = ""

    @property
    def every_value(self) -> tuple[float, ...]:
        """All values that a slider reaches, from the lowest on.

        Examples
        --------
        >>> Parameter("k", "K", 0.5, 0.0, 1.0, 0.5).every_value
        (0.0, 0.5, 1.0)
        """
        steps = round((self.high - self.low) / self.step)
        return tuple(round(self.low + step * self.step, 4) for step in range(steps + 1))

    def check(self, value: float) -> float:
        """Give a value back as a float.

        Raises
        ------
        ExplainError
            If it is not finite, lies outside the range, or is no whole number where `step` is whole.
        """
        whole = float(self.step).is_integer()
        if not (self.low <= value <= self.high and (float(value).is_integer() or not whole)):
            number = "a whole number" if whole else "a number"
            raise ExplainError(f"{self.title} is {value:g}; expected {number} from {self.low:g} to {self.high:g}.")
        return float(value)


@dataclass(frozen=True)
class Explainer:
    """One explanation method: everything that a store, a page, a link or a report needs to know of it.

    Attributes
    ----------
    name : str
        Its key in tables, links, folders and on the command line: lower-case letters, digits and underscores.
    title : str
        Its name for people.
    needs : Needs
        The dearest of what it calls.
    maps : callable
        From evidence, a class per image, and every parameter's value by name, to raw maps of shape (n, h, w).
    targeted : bool
        Whether the map is of a class. The classes given to others are ignored.
    signed : bool
        Whether values below zero mean something (evidence against). Measures take the positive part.
    at_pixels : bool
        Whether maps have the input's rows and columns, not the feature layer's.
    linear_head : bool
        Whether it holds only for networks whose head is linear (see :class:`Evidence`).
    same_as : str
        Name of the explainer whose map it gives wherever the head is linear; empty where there is none.
    parameters : tuple of Parameter
    formula : str
        LaTeX, as About prints it.
    source : str
        Author, year, venue and equation.
    says : str
        What the map tells and what it does not, in a sentence or two for people.
    steps : Steps, optional
        How the map is made of channels, where it is a weighted sum of them: for the page that shows it being made.
    sweep : callable, optional
        From evidence of one image, and values of the one parameter, to raw maps of shape (values, h, w), each what
        `maps` gives: where all of them together cost less than one after the other.
    """

    name: str
    title: str
    needs: Needs
    maps: Callable[[Evidence, Sequence[int], Mapping[str, float]], Maps]
    targeted: bool = True
    signed: bool = False
    at_pixels: bool = False
    linear_head: bool = False
    same_as: str = ""
    parameters: tuple[Parameter, ...] = ()
    formula: str = ""
    source: str = ""
    says: str = ""
    steps: Steps | None = None
    sweep: Callable[[Evidence, Sequence[float]], Maps] | None = None

    @property
    def defaults(self) -> dict[str, float]:
        """Every parameter's default by name."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def values(self, parameters: Mapping[str, float] | None = None) -> dict[str, float]:
        """Fill up parameters with their defaults.

        Raises
        ------
        ExplainError
            If one is unknown to this explainer, or out of its range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        given = dict(parameters or {})
        for name in given:
            if name not in known:
                there = f"its parameters are {', '.join(known)}" if known else "it has none"
                raise ExplainError(f"{self.title} has no parameter {name!r}; {there}.")
        return self.defaults | {name: known[name].check(value) for name, value in given.items()}

    def unavailable(self, evidence: Evidence) -> str:
        """Say why the evidence does not suffice; empty where it does."""
        if not evidence.offers(self.needs):
            if not evidence.differentiable and self.needs in (Needs.GRADIENTS, Needs.PIXEL_GRADIENTS):
                return (
                    f"{self.title} needs {NEEDS_IN_WORDS[self.needs]}, and this network has none: in ONNX it is run "
                    "forward only. The same network as a .keras file would have them."
                )
            return (
                f"{self.title} needs {NEEDS_IN_WORDS[self.needs]}, which are not to be had here: "
                "a build with the network computes its maps."
                if self.needs > Needs.GRADIENTS
                else f"{self.title} of another class needs {NEEDS_IN_WORDS[self.needs]}, which only the network gives: "
                "it does not end in global average pooling and one dense layer."
            )
        if self.linear_head and not evidence.linear_head:
            return (
                f"{self.title} is exact only where a network ends in global average pooling and one dense layer, "
                "and this one does not."
            )
        return ""

    def explain(
        self, evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float] | None = None
    ) -> Maps:
        """Give raw maps, one per image of the evidence.

        Parameters
        ----------
        classes : sequence of int, length n
            The class that each map is of; ignored by explainers without a target.
        parameters : mapping of str to float, optional
            Those that are not at their defaults.

        Returns
        -------
        ndarray of float32, shape (n, h, w)
            Not normalised. Zero everywhere where there is nothing to show.

        Raises
        ------
        UnavailableError
            If the evidence does not offer what the explainer needs.
        ExplainError
            If a parameter is unknown or out of its range, or a value of the map is not finite.
        """
        values = self.values(parameters)
        if reason := self.unavailable(evidence):
            raise UnavailableError(reason)
        found = np.asarray(self.maps(evidence, classes, values), np.float32)
        if not np.isfinite(found).all():
            raise ExplainError(
                f"{self.title} gave values that are no finite numbers: the network's activations or weights hold "
                "infinities or NaN, or are so large that sums overflow."
            )
        return found
