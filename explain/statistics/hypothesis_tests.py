"""Paired comparisons and proportions: SciPy and statsmodels do the statistics, this module says which."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
RESAMPLES = 10_000
SEED = 20_260
_BATCH_CELLS = 200_000
"""Draws held at a time."""


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
    return compare_all_paired([(first, second)])[0]


def compare_all_paired(pairs: Sequence[tuple[ArrayLike, ArrayLike]]) -> list[PairedComparison]:
    """Make several comparisons, each as :func:`compare_paired` makes it, but resampling once for all of one size.

    Parameters
    ----------
    pairs : sequence of (first, second)

    Returns
    -------
    list of PairedComparison
        Same order.
    """
    differences = [np.asarray(first, np.float64) - np.asarray(second, np.float64) for first, second in pairs]
    differences = [values[np.isfinite(values)] for values in differences]
    intervals = bootstrap_intervals(differences)
    return [_comparison(values, *interval) for values, interval in zip(differences, intervals, strict=True)]


def _comparison(differences: NDArray[np.float64], low: float, high: float) -> PairedComparison:
    count = len(differences)
    if count < 2:
        return PairedComparison(count, *(5 * [float("nan")]))
    mean = float(differences.mean())
    if not differences.any():
        return PairedComparison(count, mean, low, high, 1.0, 0.0)
    test = stats.wilcoxon(differences, zero_method="wilcox", alternative="two-sided")
    return PairedComparison(count, mean, low, high, float(test.pvalue), rank_biserial(differences))


def bootstrap_intervals(samples: Sequence[ArrayLike]) -> list[tuple[float, float]]:
    """Bootstrap 95 % intervals of means, bias-corrected and accelerated.

    The seed is fixed, so samples of one size are resampled alike, and their resamples are drawn once. Where so many
    values are equal that the correction is undefined, the percentiles of the same resamples stand in.

    Parameters
    ----------
    samples : sequence of array, shape (n,)
        Finite; sizes may differ.

    Returns
    -------
    list of (float, float)
        Same order. Both the value itself where all are equal; NaN where there are fewer than two.
    """
    arrays = [np.asarray(values, np.float64) for values in samples]
    found = [(float("nan"), float("nan")) if len(a) < 2 else (float(a[0]), float(a[0])) for a in arrays]
    of_size: dict[int, list[int]] = {}
    for place, array in enumerate(arrays):
        if len(array) > 1 and np.ptp(array) > 0:
            of_size.setdefault(len(array), []).append(place)
    for places in of_size.values():
        intervals = _intervals_of_means(np.array([arrays[place] for place in places]))
        for place, (low, high) in zip(places, intervals.tolist(), strict=True):
            found[place] = low, high
    return found


def _intervals_of_means(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bootstrap the mean of each row; shape (rows, n) gives (rows, 2)."""
    places = np.arange(samples.shape[1])

    def means(drawn: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
        # SciPy resamples the places, so that every row is resampled alike.
        return np.stack([values.take(drawn).mean(axis=axis) for values in samples])

    def bootstrap(method: str, **options: Any) -> Any:
        return stats.bootstrap((places,), means, vectorized=True, confidence_level=CONFIDENCE, method=method, **options)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        batch = max(1, _BATCH_CELLS // len(places))
        found = bootstrap("BCa", n_resamples=RESAMPLES, batch=batch, rng=np.random.default_rng(SEED))
        plain = bootstrap("percentile", n_resamples=0, bootstrap_result=found)
    corrected, percentiles = (np.stack(list(each.confidence_interval), axis=1) for each in (found, plain))
    return np.where(np.isfinite(corrected).all(axis=1, keepdims=True), corrected, percentiles)


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
