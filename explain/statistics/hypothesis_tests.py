"""Paired comparisons, proportions and corrections: which test is made of what."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from explain.statistics.many_images import MANY, interval_of_mean
from explain.statistics.sign_flips import smallest_p, typical_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
RESAMPLES = 10_000
SEED = 20_260
POWER = 0.8
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
        What the sign-flip test of the mean does not reject, 95 %; NaN where five pairs or fewer could reject nothing.
    p : float
        Of the same test against no difference, two-sided, not corrected.
    effect : float
        Matched-pairs rank-biserial correlation, in [-1, 1]; positive where the first is larger.
    p_alike : float
        Of two one-sided tests, the larger p: small where the difference is smaller than a margin; NaN without margin.
    deviation : float
        Standard deviation of the differences.
    p_more : float
        Of one one-sided test: small where the difference is larger than the margin; NaN without margin.
    """

    n: int
    difference: float
    low: float
    high: float
    p: float
    effect: float
    p_alike: float = float("nan")
    deviation: float = float("nan")
    p_more: float = float("nan")


def compare_paired(first: ArrayLike, second: ArrayLike, margin: float = float("nan")) -> PairedComparison:
    """Compare two measurements of the same images.

    Parameters
    ----------
    first, second : array, shape (n,)
        Same order; NaN where missing.
    margin : float, optional
        Differences smaller than this do not matter.

    Returns
    -------
    PairedComparison
        All NaN but `n` where fewer than two pairs count.

    References
    ----------
    The test: :class:`explain.statistics.sign_flips.TypicalValues`. Kerby, "The simple difference formula", 2014
    (rank-biserial correlation).
    """
    return compare_all_paired([(first, second)], [margin])[0]


def compare_all_paired(
    pairs: Sequence[tuple[ArrayLike, ArrayLike]], margins: Sequence[float] = ()
) -> list[PairedComparison]:
    """Make several comparisons, each as :func:`compare_paired` makes it, but drawing once for all of one size.

    Parameters
    ----------
    margins : sequence of float, optional
        Same order; NaN where there is none.

    Returns
    -------
    list of PairedComparison
        Same order.
    """
    differences = [np.asarray(first, np.float64) - np.asarray(second, np.float64) for first, second in pairs]
    differences = [values[np.isfinite(values)] for values in differences]
    bounds = list(margins) or [float("nan")] * len(differences)
    of_size: dict[int, list[int]] = {}
    for place, values in enumerate(differences):
        of_size.setdefault(len(values), []).append(place)
    found: dict[int, PairedComparison] = {}
    for count, places in of_size.items():
        if count < 2:
            found |= {place: PairedComparison(count, *(5 * [float("nan")])) for place in places}
            continue
        samples = np.array([differences[place] for place in places])
        for place, values, typical in zip(places, samples, typical_values(samples), strict=True):
            margin = bounds[place]
            found[place] = PairedComparison(
                count, float(values.mean()), *typical.interval(CONFIDENCE), typical.p_not(0), rank_biserial(values),
                typical.p_within(margin) if np.isfinite(margin) else float("nan"), float(values.std(ddof=1)),
                typical.p_above(margin) if np.isfinite(margin) else float("nan"),
            )  # fmt: skip
    return [found[place] for place in range(len(differences))]


def smallest_shown(deviation: float, count: int, level: float, power: float = POWER) -> float:
    """Give the smallest mean difference that so many images would have shown in four of five studies.

    Parameters
    ----------
    deviation : float
        Standard deviation of the differences.
    count : int
        Images.
    level : float
        At which the two-sided test is made, after correction.

    Returns
    -------
    float
        (t(1 - level / 2) + t(power)) deviation / sqrt(count), with count - 1 degrees of freedom; NaN where so few
        images could show no difference at that level, however large.
    """
    if count < 2 or smallest_p(count) > level:
        return float("nan")
    quantiles = stats.t.ppf([1 - level / 2, power], count - 1)
    return float(quantiles.sum() * deviation / np.sqrt(count))


def bootstrap_intervals(samples: Sequence[ArrayLike]) -> list[tuple[float, float]]:
    """Bootstrap 95 % intervals of means, bias-corrected and accelerated.

    The seed is fixed, so samples of one size are resampled alike, and their resamples are drawn once. Where so many
    values are equal that the correction is undefined, the percentiles of the same resamples stand in. Above 2,000
    values nothing is drawn: :func:`explain.statistics.many_images.interval_of_mean`.

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
        if len(array) > MANY and np.ptp(array) > 0:
            found[place] = interval_of_mean(array, CONFIDENCE)
        elif len(array) > 1 and np.ptp(array) > 0:
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
    ranks = stats.rankdata(np.abs(values))
    return float((ranks @ np.sign(values)) / ranks.sum())


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
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p)[: np.isfinite(p).sum()]  # NaN are last
    corrected = np.full(p.shape, np.nan)
    corrected[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return corrected
