"""A linear softmax classifier, fitted on features."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from explain.compact.architectures import CLASSES


def fitted_head(features: np.ndarray, targets: np.ndarray, penalty: float) -> np.ndarray:
    """Fit a linear softmax classifier in which every class weighs the same, by L-BFGS.

    Parameters
    ----------
    features
        Array of shape (n, c); the last column is ones and is not penalised.
    targets
        Integers of shape (n,); each class occurs.
    penalty
        Weight of half the squared norm.

    Returns
    -------
    numpy.ndarray
        float64 of shape (c, classes).
    """
    labels = np.eye(len(CLASSES))[targets]
    weights = labels @ (1 / labels.sum(0)) / len(CLASSES)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        kernel = flat.reshape(features.shape[1], len(CLASSES))
        penalised = kernel.copy()
        penalised[-1] = 0
        logs = log_softmax(features @ kernel, axis=1)
        value = -float(weights @ (logs * labels).sum(1)) + penalty / 2 * float((penalised**2).sum())
        gradient = features.T @ ((np.exp(logs) - labels) * weights[:, None]) + penalty * penalised
        return value, gradient.ravel()

    start = np.zeros(features.shape[1] * len(CLASSES))
    return minimize(loss, start, jac=True, method="L-BFGS-B").x.reshape(-1, len(CLASSES))
