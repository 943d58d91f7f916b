"""The sign-flip test of a mean, and the interval and the test of equivalence that are the same test turned round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.statistics.many_images import MANY, means_of_subsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

DRAWS = 9_999
"""Subsets that are drawn where there are more; with the sample itself 10,000, so that p has four digits."""
SEED = 20_260
_EXACT = 13
"""Up to so many values, every subset is taken."""
_CELLS = 4_000_000
"""Members of subsets held at a time."""


@dataclass(frozen=True)
class TypicalValues:
    r"""Means of subsets of a sample, in rising order: all that its sign-flip tests can say.

    Under the hypothesis that the differences lie symmetrically around :math:`\theta`, each could as well have had the
    other sign around it. The mean with some signs flipped is at least the observed one exactly where the mean of the
    flipped values is at most :math:`\theta` (Hartigan): so the share of subsets whose mean is at most
    :math:`\theta` is the one-sided p, for every :math:`\theta` at once, and quantiles of the subsets' means are the
    interval. Test, interval and equivalence test rest on these values alone and cannot contradict each other.

    The mean was chosen, and not the Hodges-Lehmann estimate with Wilcoxon's interval: it is what tables and charts
    show, it adds up over parts and classes, it needs no rule for the many zeros of measures that are 0 or 1, and where
    differences are not symmetric the test of the mean is still right for many images, while Wilcoxon's is then about
    another quantity than the mean.

    Attributes
    ----------
    means : ndarray of float64, shape (subsets,)
        Rising.
    rounding : float
        So far apart, two means are taken as equal.

    References
    ----------
    Fisher, "The Design of Experiments", 1935, section 21. Hartigan, "Using Subsample Values as Typical Values", JASA
    1969. Two one-sided tests: Schuirmann, J. Pharmacokinetics and Biopharmaceutics 1987.
    """

    means: NDArray[np.float64]
    rounding: float = 0.0

    def p_above(self, value: float) -> float:
        """Test whether the mean is larger than a value, one-sided; the sample itself is one of the flips."""
        count = np.searchsorted(self.means, value + self.rounding, side="right")
        return float((1 + count) / (1 + len(self.means)))

    def p_below(self, value: float) -> float:
        """Test whether the mean is smaller than a value, one-sided."""
        count = len(self.means) - np.searchsorted(self.means, value - self.rounding, side="left")
        return float((1 + count) / (1 + len(self.means)))

    def p_not(self, value: float) -> float:
        """Test whether the mean is another than a value, two-sided."""
        return min(1.0, 2 * min(self.p_above(value), self.p_below(value)))

    def p_within(self, margin: float) -> float:
        """Test whether the mean lies between minus and plus a margin: the larger p of two one-sided tests."""
        return max(self.p_above(-margin), self.p_below(margin))

    def interval(self, confidence: float) -> tuple[float, float]:
        """Give the values that the two-sided test does not reject; NaN where so few images reject none."""
        left_out = int((1 - confidence) / 2 * (1 + len(self.means)) + 1e-9)
        if left_out < 1:
            return float("nan"), float("nan")
        return float(self.means[left_out - 1]), float(self.means[-left_out])


def typical_values(samples: ArrayLike) -> Iterator[TypicalValues]:
    """Take the means of subsets of samples of one size, the same subsets of each.

    Parameters
    ----------
    samples : array, shape (samples, n)
        Finite; n at least 1.

    Yields
    ------
    TypicalValues
        One per sample. Every subset but the empty one where n is at most 13, else 9,999 drawn with a fixed seed; above
        2,000, where 9,999 of them lie: :func:`explain.statistics.many_images.means_of_subsets`.
    """
    values = np.asarray(samples, np.float64)
    if values.shape[1] > MANY:
        for sample in values:
            yield TypicalValues(means_of_subsets(sample, DRAWS), 1e-12 * float(np.abs(sample).max()))
        return
    count = values.shape[1]
    # Around their means, so that the sums lose no digits to a difference that all images share.
    centres = values.mean(axis=1)
    centred = (values - centres[:, None]).T
    means = np.concatenate([(members @ centred) / members.sum(axis=1)[:, None] for members in _subsets(count)])
    means = np.sort(means + centres, axis=0)
    scales = np.abs(values).max(axis=1, initial=0)
    for column, scale in zip(means.T, scales.tolist(), strict=True):
        yield TypicalValues(column, 1e-12 * scale)


def smallest_p(count: int) -> float:
    """Give the smallest two-sided p that so many images can reach, however large their difference is."""
    return 2 / (2**count if count <= _EXACT else DRAWS + 1)


def _subsets(count: int) -> Iterator[NDArray[np.float64]]:
    """Give subsets as rows of zeros and ones, some at a time."""
    if count <= _EXACT:
        numbers = np.arange(1, 2**count)
        yield (numbers[:, None] >> np.arange(count) & 1).astype(np.float64)
        return
    rng = np.random.default_rng(SEED)
    drawn = 0
    while drawn < DRAWS:
        rows = min(DRAWS - drawn, max(1, _CELLS // count))
        members = rng.random((rows, count)) < 0.5
        members = members[members.any(axis=1)]
        drawn += len(members)
        yield members.astype(np.float64)
