"""What resampling comes to where images are many: the same intervals in closed form, without a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MANY = 2_000
"""Above so many images nothing is drawn: what ten thousand draws leave to chance is then more than what is left out."""


def interval_of_mean(values: ArrayLike, confidence: float) -> tuple[float, float]:
    r"""Give the interval that a bootstrap of the mean, bias-corrected and accelerated, comes to.

    Parameters
    ----------
    values : array, shape (n,)
        Finite, not all equal.

    Returns
    -------
    (float, float)
        :math:`\bar x + \hat\sigma w (1 - a w)^{-2}` with :math:`w = a + z`, where
        :math:`a = \sum d^3 / (6 (\sum d^2)^{3/2})` of the differences d from the mean, and :math:`\hat\sigma^2 = \sum
        d^2 / n^2`: the ABC interval, which for a mean needs no other term. It differs from the interval of unlimited
        draws in what falls with 1 / n beside its width.

    References
    ----------
    DiCiccio and Efron, "Bootstrap confidence intervals", Statistical Science 11, 1996, section 4.
    """
    sample = np.asarray(values, np.float64)
    mean = float(sample.mean())
    apart = sample - mean
    squares = float(apart @ apart)
    acceleration = float((apart**2) @ apart) / (6 * squares**1.5)
    error = squares**0.5 / len(sample)
    w = acceleration + stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = mean + error * w / (1 - acceleration * w) ** 2
    return float(low), float(high)


def means_of_subsets(values: ArrayLike, draws: int) -> NDArray[np.float64]:
    r"""Give where the means of so many random subsets of a sample lie, in rising order.

    Every value is in a subset or not by the toss of a coin. A subset's mean is the sample's plus half a sum of
    differences with random signs, over half as many values as there are: symmetric, so that it is normal up to what
    falls with 1 / n, with the variance :math:`\sum d^2 / n^2`.

    Returns
    -------
    ndarray of float64, shape (draws,)
        Quantiles at 1 / (draws + 1), 2 / (draws + 1) and so on: p-values keep the steps, and the smallest one, that
        they have with so many draws.
    """
    sample = np.asarray(values, np.float64)
    mean = sample.mean()
    error = np.sqrt(((sample - mean) ** 2).sum()) / len(sample)
    return np.asarray(mean + error * stats.norm.ppf(np.arange(1, draws + 1) / (draws + 1)))


def skill_interval(value: ArrayLike, chance: ArrayLike, confidence: float) -> tuple[float, float]:
    r"""Give the interval that a bootstrap of a skill, images drawn with both their scores, comes to.

    Parameters
    ----------
    value, chance : array, shape (n,)
        Scores, and those of maps without knowledge, image by image; chance not perfect.

    Returns
    -------
    (float, float)
        The skill :math:`s = (\bar v - \bar c) / (1 - \bar c)` give or take normal quantiles of its standard error: an
        image moves it by :math:`(v - \bar v - (1 - s)(c - \bar c)) / (n (1 - \bar c))`, by the delta method.
    """
    v, c = np.asarray(value, np.float64), np.asarray(chance, np.float64)
    left = 1 - c.mean()
    skill = (v.mean() - c.mean()) / left
    moves = (v - v.mean() - (1 - skill) * (c - c.mean())) / left
    reach = float(stats.norm.ppf((1 + confidence) / 2) * np.sqrt((moves**2).sum()) / len(moves))
    return float(skill - reach), float(skill + reach)
