"""Paired comparisons and proportions: SciPy and statsmodels do the statistics, this module says which."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
RESAMPLES = 10_000
SEED = 20_260
_BATCH_CELLS = 2_000_000


@dataclass(frozen=True)
class PairedComparison:
    """The difference of two measurements of the same images.

    Attributes
    ----------
    n : int
        Pairs that count; pairs with a missing value are left out.
    difference : float
        Mean of first minus second.
    low, high : float
        Bias-corrected and accelerated bootstrap interval of the mean, 95 %.
    p : float
        Wilcoxon signed-rank test, two-sided, not corrected.
    effect : float
        Matched-pairs rank-biserial correlation, in [-1, 1]; positive where the first is larger.
    """

    n: int
    difference: float
    low: float
    high: float
    p: float
    effect: float


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


def compare_paired(first: ArrayLike, second: ArrayLike) -> PairedComparison:
    """Compare two measurements of the same images.

    Parameters
    ----------
    first, second : array, shape (n,)
        Same order; NaN where missing.

    Returns
    -------
    PairedComparison
        All NaN but `n` where fewer than two pairs count.

    References
    ----------
    Efron, "Better bootstrap confidence intervals", JASA 1987 (BCa). Wilcoxon, Biometrics 1945; zeros are dropped.
    Kerby, "The simple difference formula", 2014 (rank-biserial correlation).
    """
    differences = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    differences = differences[np.isfinite(differences)]
    count = len(differences)
    if count < 2:
        return PairedComparison(count, *(5 * [float("nan")]))
    mean = float(differences.mean())
    low, high = bootstrap_interval(differences)
    if not differences.any():
        return PairedComparison(count, mean, low, high, 1.0, 0.0)
    test = stats.wilcoxon(differences, zero_method="wilcox", alternative="two-sided")
    return PairedComparison(count, mean, low, high, float(test.pvalue), rank_biserial(differences))


def bootstrap_interval(values: ArrayLike) -> tuple[float, float]:
    """Bootstrap a 95 % interval of the mean, bias-corrected and accelerated, with a fixed seed.

    Where so many values are equal that the correction is undefined, the percentiles of the same resamples stand in.

    Parameters
    ----------
    values : array, shape (n,)
        Finite.

    Returns
    -------
    (float, float)
        Both the value itself where all are equal; NaN where there are fewer than two.
    """
    sample = np.asarray(values, np.float64)
    if len(sample) < 2:
        return float("nan"), float("nan")
    if np.ptp(sample) == 0:
        return float(sample[0]), float(sample[0])
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", stats.DegenerateDataWarning)
            interval = stats.bootstrap(
                (sample,),
                np.mean,
                n_resamples=RESAMPLES,
                batch=max(1, _BATCH_CELLS // len(sample)),
                confidence_level=CONFIDENCE,
                method=method,
                rng=np.random.default_rng(SEED),
            ).confidence_interval
        if np.isfinite([interval.low, interval.high]).all():
            break
    return float(interval.low), float(interval.high)


def rank_biserial(differences: ArrayLike) -> float:
    """Give the effect size that belongs to the Wilcoxon signed-rank test.

    Parameters
    ----------
    differences : array, shape (n,)

    Returns
    -------
    float
        (W+ - W-) / (W+ + W-), zeros dropped; 0 where all are zero.
    """
    values = np.asarray(differences, np.float64)
    values = values[values != 0]
    if not len(values):
        return 0.0
    positive = stats.wilcoxon(values, alternative="greater").statistic  # the sum of the positive ranks
    total = len(values) * (len(values) + 1) / 2
    return float(2 * positive / total - 1)


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Correct p-values for multiple testing by Holm's step-down procedure.

    Parameters
    ----------
    p_values : sequence of float
        NaN for a test that could not be made; it does not count.

    Returns
    -------
    ndarray of float64
        Same order.
    """
    from statsmodels.stats.multitest import multipletests

    p = np.asarray(p_values, np.float64)
    corrected = np.full(p.shape, np.nan)
    known = np.isfinite(p)
    if known.any():
        corrected[known] = multipletests(p[known], method="holm")[1]
    return corrected


def proportion(successes: int, n: int) -> Proportion:
    """Give a share with its Wilson interval.

    Parameters
    ----------
    successes, n : int

    Returns
    -------
    Proportion
        All NaN where `n` is 0.
    """
    if n == 0:
        return Proportion(0, 0, float("nan"), float("nan"), float("nan"))
    interval = stats.binomtest(successes, n).proportion_ci(CONFIDENCE, method="wilson")
    return Proportion(successes, n, successes / n, float(interval.low), float(interval.high))


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
