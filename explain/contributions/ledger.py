"""One score as a sum: what each place and each channel paid for it, and what is left when places are erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from explain.models.head import Head


@dataclass(frozen=True)
class Ledger:
    """One score, or the difference of two, as a bias and what places paid; channels paid the same sum.

    Attributes
    ----------
    logit : float
        As the network gave it, before softmax.
    bias : float
    positions : ndarray of float64, shape (h, w)
        Signed: below zero speaks against the class.
    channels : ndarray of float64, shape (c,)
        Signed; sums to what the positions sum to.

    Examples
    --------
    >>> one, other = (Ledger(y, 0.5, np.array([[y - 0.5]]), np.array([y - 0.5])) for y in (3.0, 1.0))
    >>> (one - other).logit, (one - other).bias, one.remainder
    (2.0, 0.0, 0.0)
    """

    logit: float
    bias: float
    positions: NDArray[np.float64]
    channels: NDArray[np.float64]

    @property
    def remainder(self) -> float:
        """What the sum misses of the network's own score: the rounding of stored activations."""
        return self.logit - self.bias - float(self.positions.sum())

    def __sub__(self, other: Ledger) -> Ledger:
        """Give what speaks for this class rather than the other, entry by entry."""
        return Ledger(
            self.logit - other.logit,
            self.bias - other.bias,
            self.positions - other.positions,
            self.channels - other.channels,
        )

    def by_part(self, coverage: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
        """Add up what was paid on each part; a place that several parts share is divided by area.

        Parameters
        ----------
        coverage : mapping of str to ndarray, shape (h, w)
            As :func:`explain.contributions.places.parts_on_places` gives it.
        """
        return {name: float((self.positions * share).sum()) for name, share in coverage.items()}

    def table(self, coverage: Mapping[str, NDArray[np.float64]] | None = None) -> pd.DataFrame:
        """List every entry, those of a sort in falling order of what they paid.

        Parameters
        ----------
        coverage : mapping of str to ndarray, optional
            Parts, where the image has a mask.

        Returns
        -------
        pandas.DataFrame
            Columns by ("sum", "part", "place", "channel"), entry and paid. Places are named by row and column from 1,
            channels by their number from 0. Places, parts and channels are three ways to divide the same sum.
        """
        import pandas as pd

        rows = [("sum", "logit", self.logit), ("sum", "bias", self.bias), ("sum", "remainder", self.remainder)]
        rows += _falling("part", self.by_part(coverage or {}))
        rows += _falling("place", {f"{i + 1}, {j + 1}": paid for (i, j), paid in np.ndenumerate(self.positions)})
        rows += _falling("channel", {str(k): paid for k, paid in enumerate(self.channels.tolist())})
        return pd.DataFrame(rows, columns=["by", "entry", "paid"])


def _falling(by: str, paid: Mapping[str, float]) -> list[tuple[str, str, float]]:
    return [(by, name, float(value)) for name, value in sorted(paid.items(), key=lambda item: -item[1])]


def ledger(activations: ArrayLike, head: Head, target: int, logit: float) -> Ledger:
    r"""Write one image's score for one class as a sum.

    Parameters
    ----------
    activations : array, shape (h, w, c)
        Of the feature layer.
    target : int
        The class.
    logit : float
        The network's own score, which the sum is held against.

    References
    ----------
    Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016, equations 1 and 2.

    Examples
    --------
    Two places, one channel that the class weighs by 3, and a bias of 1.

    >>> from explain.models.head import Head
    >>> head = Head(np.array([[3.0]], np.float32), np.ones(1, np.float32))
    >>> found = ledger(np.array([[[0.0], [2.0]]]), head, 0, logit=4.0)
    >>> found.positions, found.channels, found.bias, found.remainder
    (array([[0., 3.]]), array([3.]), 1.0, 0.0)
    """
    maps = np.asarray(activations, np.float64)
    h, w, _ = maps.shape
    weights = head.kernel[:, target].astype(np.float64) / (h * w)
    return Ledger(float(logit), float(head.bias[target]), maps @ weights, maps.sum(axis=(0, 1)) * weights)


def place_scores(activations: ArrayLike, head: Head) -> NDArray[np.float64]:
    """Give what each place pays for every class at once.

    Parameters
    ----------
    activations : array, shape (h, w, c)

    Returns
    -------
    ndarray of float64, shape (h, w, classes)
        Summed over places, and the bias added: the logits.
    """
    maps = np.asarray(activations, np.float64)
    return maps @ (head.kernel.astype(np.float64) / (maps.shape[0] * maps.shape[1]))


def erased_logits(scores: NDArray[np.float64], bias: ArrayLike, kept: ArrayLike) -> NDArray[np.float64]:
    """Give the logits that are left when places of the feature map are set to zero, exactly.

    This erases in the feature map, not in the photograph: each place has seen pixels around it, which stay.

    Parameters
    ----------
    scores : ndarray, shape (h, w, classes)
        As :func:`place_scores` gives them.
    bias : array, shape (classes,)
    kept : array of bool, shape (h, w)

    Returns
    -------
    ndarray of float64, shape (classes,)

    Examples
    --------
    >>> scores = np.array([[[1.0, 0.0], [2.0, -1.0]]])
    >>> erased_logits(scores, [0.5, 0.0], [[False, True]])
    array([ 2.5, -1. ])
    """
    return np.asarray(bias, np.float64) + (scores * np.asarray(kept, bool)[:, :, None]).sum(axis=(0, 1))
