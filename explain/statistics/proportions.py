"""Shares of images: intervals, tests, and what so many images can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from explain.statistics.hypothesis_tests import CONFIDENCE, POWER

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Proportion:
    """A share with its interval.

    Attributes
    ----------
    successes, n : int
    share : float
    low, high : float
        Wilson score interval, 95 %.
    """

    successes: int
    n: int
    share: float
    low: float
    high: float


def proportion(successes: int, n: int) -> Proportion:
    """Give a share with its Wilson interval.

    Returns
    -------
    Proportion
        All NaN where `n` is 0.
    """
    if n == 0:
        return Proportion(0, 0, float("nan"), float("nan"), float("nan"))
    interval = stats.binomtest(successes, n).proportion_ci(CONFIDENCE, method="wilson")
    return Proportion(successes, n, successes / n, float(interval.low), float(interval.high))


def p_share(successes: int, n: int, share: float) -> float:
    """Test whether a share is another than a given one, by the score test that Wilson's interval turns round.

    Returns
    -------
    float
        Two-sided p; below 0.05 exactly where the 95 % Wilson interval leaves `share` out. NaN where `n` is 0.
    """
    if n == 0:
        return float("nan")
    return float(2 * stats.norm.sf(abs(successes / n - share) / np.sqrt(share * (1 - share) / n)))


def smallest_difference_of_share(share: float, n: int, level: float, power: float = POWER) -> float:
    """Give how far from a given share a true one must lie for so many images to show it in four of five studies.

    Returns
    -------
    float
        By the normal approximation at the given share; NaN where `n` is 0 or no share lies so far away.
    """
    if n == 0:
        return float("nan")
    distance = float(stats.norm.isf([level / 2, 1 - power]).sum() * np.sqrt(share * (1 - share) / n))
    return distance if distance < max(share, 1 - share) else float("nan")


def mcnemar(first_right: ArrayLike, second_right: ArrayLike) -> float:
    """Test whether two classifiers are right equally often on the same images, exactly.

    Parameters
    ----------
    first_right, second_right : array of bool, shape (n,)

    Returns
    -------
    float
        Two-sided p; 1 where they never differ.

    References
    ----------
    McNemar, Psychometrika 1947; the exact binomial form.
    """
    from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

    a, b = np.asarray(first_right, bool), np.asarray(second_right, bool)
    counts = [[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]]
    if counts[0][1] + counts[1][0] == 0:
        return 1.0
    return float(statsmodels_mcnemar(counts, exact=True).pvalue)
