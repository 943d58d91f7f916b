"""How a map is made, step by step: what a page needs to show it being made, for those methods that sum channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence, Parameter

CHANNELS_SAID = (
    "The last layer of the network does not see one photograph any more but a stack of small pictures, the channels. "
    "Each is bright where the network found something that this channel has learned to answer to. Nobody named "
    "them: what a channel answers to, one can only guess from where it lights up."
)


@dataclass(frozen=True)
class Step:
    """One step, in words for somebody who has never heard of the method.

    Attributes
    ----------
    title : str
        What is done.
    says : str
        How, and why.
    """

    title: str
    says: str


@dataclass(frozen=True)
class Steps:
    r"""A map as a weighted sum of channels: :math:`\sum_k w_k A_k`, or :math:`\sum_k w_k [A_k > \mu_k + K \sigma_k]`.

    Attributes
    ----------
    weights : callable
        From evidence and a class per image to the channels' weights, shape (n, c).
    channels, threshold, summed, cut : Step
        Looking at the channels; asking where a channel is unusually high; summing; cutting off what is below zero.
        `threshold` and `cut` are None where the method does not do so.
    parameter : Parameter, optional
        K, in a channel's own standard deviations; with `threshold` alone.
    """

    weights: Callable[[Evidence, Sequence[int]], NDArray[np.float32]]
    channels: Step
    summed: Step
    threshold: Step | None = None
    cut: Step | None = None
    parameter: Parameter | None = None

    @property
    def listed(self) -> dict[str, Step]:
        """The steps in their order, by the names that links use."""
        every = {"channels": self.channels, "threshold": self.threshold, "sum": self.summed, "cut": self.cut}
        return {name: step for name, step in every.items() if step is not None}

    def entries(self, activations: NDArray[np.float32], value: float | None = None) -> NDArray[np.float32]:
        """Give what each channel enters the sum with, before its weight.

        Parameters
        ----------
        activations : ndarray, shape (n, h, w, c)
        value : float, optional
            The parameter's; its default where it is not given.

        Returns
        -------
        ndarray of float32, shape (n, h, w, c)
            The channels themselves, or 1 where one passes its threshold and 0 elsewhere.
        """
        if self.parameter is None:
            return activations
        k = np.float32(self.parameter.default if value is None else value)
        axes = (1, 2)
        high = activations.mean(axis=axes, keepdims=True) + k * activations.std(axis=axes, keepdims=True)
        varies = activations.max(axis=axes, keepdims=True) > activations.min(axis=axes, keepdims=True)
        return ((activations > high) & varies).astype(np.float32)
