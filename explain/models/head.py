"""The end of a network: its last dense layer, and the probabilities that logits stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SOFTMAX, SIGMOID = "softmax", "sigmoid"
"""What turns logits into probabilities: shares of one whole, or each class by itself."""

INDEPENDENT_SCORES = "independent_scores"
"""The array beside a model's others that says, by being there, that its probabilities are sigmoid's."""


@dataclass(frozen=True)
class Head:
    """The dense layer that follows global average pooling.

    Attributes
    ----------
    kernel : ndarray of float32, shape (c, classes)
        Weights from pooled channel to logit.
    bias : ndarray of float32, shape (classes,)
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]

    def gradients(self, classes: Sequence[int], positions: int) -> NDArray[np.float32]:
        r"""Give the gradient of class scores at the feature layer, which is the same at every position.

        With the class score before softmax, :math:`y_c = b_c + \sum_k W_{kc} \frac1Z \sum_{ij} A^k_{ij}`, so
        :math:`\partial y_c / \partial A^k_{ij} = W_{kc} / Z` exactly, without a backward pass.

        Parameters
        ----------
        positions : int
            Z, rows times columns of the feature map.

        Returns
        -------
        ndarray of float32, shape (n, 1, 1, c)

        References
        ----------
        Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016, equation 2.
        """
        return (self.kernel.T[list(classes)] / np.float32(positions))[:, None, None, :]


def head_of_two_classes(head: Head) -> Head:
    """Make the head of logits (-z/2, z/2) of one with a single output z, which tells two classes apart."""
    kernel, bias = head.kernel / 2, head.bias / 2
    return Head(
        np.concatenate([-kernel, kernel], axis=1, dtype=np.float32), np.concatenate([-bias, bias], dtype=np.float32)
    )


def arrays_of_ending(head: Head | None, scores: str) -> dict[str, NDArray[Any]]:
    """Give what a store keeps of a network's end, beside what it keeps of every image.

    Parameters
    ----------
    head : Head or None
    scores : {"softmax", "sigmoid"}
    """
    arrays: dict[str, NDArray[Any]] = {} if head is None else {"head_kernel": head.kernel, "head_bias": head.bias}
    return arrays | ({INDEPENDENT_SCORES: np.ones(1, np.float32)} if scores == SIGMOID else {})


def probabilities(logits: NDArray[Any], scores: str = SOFTMAX) -> NDArray[np.float64]:
    """Turn logits into probabilities over the last axis, as the network does.

    Parameters
    ----------
    logits : array, shape (..., classes)
    scores : {"softmax", "sigmoid"}
        As :attr:`explain.store.manifest.ModelInfo.scores` has it. After sigmoid each class has a probability of its
        own, and they do not sum to one.

    Returns
    -------
    ndarray of float64, same shape

    Examples
    --------
    >>> probabilities(np.zeros(2)), probabilities(np.zeros(3), "sigmoid")
    (array([0.5, 0.5]), array([0.5, 0.5, 0.5]))
    """
    from scipy.special import expit

    return expit(np.asarray(logits, np.float64)) if scores == SIGMOID else softmax(logits)


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Turn logits into probabilities over the last axis.

    Parameters
    ----------
    logits : array, shape (..., classes)

    Returns
    -------
    ndarray of float64, same shape
    """
    from scipy.special import softmax as scipy_softmax

    return scipy_softmax(np.asarray(logits, np.float64), axis=-1)
