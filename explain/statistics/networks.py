r"""What differs between architectures, and what between networks of one: networks as a random factor.

Two networks of one architecture that were trained from other seeds look elsewhere, too. A difference between one
network of each is a difference between these two networks; about the architectures it says something only beside the
differences between networks of one.

Every network sees the same images. With :math:`s_a` networks of architecture :math:`a`, the value of image :math:`i` is
:math:`y_{ias} = \mu_a + u_{as} + w_{ia} + e_{ias}`: networks, images and what is left are random. The difference of the
architectures' means has the variance

.. math:: S^2 (1/s_1 + 1/s_2) + \max(0, V - E (1/s_1 + 1/s_2)) / n

where :math:`S^2` is the variance of network means within architectures, :math:`V` that of the images' differences, and
:math:`E` the mean square of images by networks within architectures. Its degrees of freedom are Satterthwaite's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from explain.statistics.architectures import architecture_of
from explain.statistics.hypothesis_tests import CONFIDENCE, POWER


@dataclass(frozen=True)
class ArchitectureComparison:
    """The difference of two architectures, and what lies between networks of one.

    Attributes
    ----------
    first, second : str
    networks : (int, int)
        How many there are of each.
    n : int
        Images.
    difference : float
        Mean over images and networks of the first minus that of the second.
    low, high : float
        95 %: were other networks trained and other images taken. NaN where neither has two networks.
    p : float
        Against no difference, two-sided, not corrected; NaN likewise.
    between_seeds : float
        Standard deviation between networks of one architecture, averaged over images.
    freedom : float
        Degrees of freedom.
    smallest : float
        The smallest difference that so many networks would show in four of five studies.
    """

    first: str
    second: str
    networks: tuple[int, int]
    n: int
    difference: float
    low: float
    high: float
    p: float
    between_seeds: float
    freedom: float
    smallest: float


def compare_architectures(values: pd.DataFrame, first: str, second: str) -> ArchitectureComparison:
    """Compare two architectures by all their networks.

    Parameters
    ----------
    values : pandas.DataFrame
        One row per image, one column per network, by its name; images that lack a value are left out.

    References
    ----------
    Clark, "The language-as-fixed-effect fallacy", 1973 (two random factors); Satterthwaite, Biometrics Bulletin 1946.
    """
    sides = [values[[m for m in values.columns if architecture_of(str(m)) == each]] for each in (first, second)]
    known = values[[*sides[0].columns, *sides[1].columns]].dropna()
    one, other = (known[list(side.columns)].to_numpy(np.float64) for side in sides)
    n, counts = len(known), (one.shape[1], other.shape[1])
    nothing = float("nan")
    within = counts[0] + counts[1] - 2
    if n < 2 or not all(counts):
        return ArchitectureComparison(first, second, counts, n, *(7 * [nothing]))  # type: ignore[arg-type]
    differences = one.mean(axis=1) - other.mean(axis=1)
    difference = float(differences.mean())
    if within < 1:
        return ArchitectureComparison(first, second, counts, n, difference, *(6 * [nothing]))  # type: ignore[arg-type]
    share = 1 / counts[0] + 1 / counts[1]
    seeds = float(sum(((each.mean(axis=0) - each.mean()) ** 2).sum() for each in (one, other)) / within)
    left = float(sum((_residuals(each) ** 2).sum() for each in (one, other)) / (within * (n - 1)))
    images = float(differences.var(ddof=1))
    parts = [(seeds * share, within), (images / n, n - 1), (-left * share / n, within * (n - 1))]
    if parts[1][0] + parts[2][0] <= 0:
        parts = parts[:1]
    variance = sum(part for part, _ in parts)
    if not variance > 0:
        return ArchitectureComparison(first, second, counts, n, difference, *(6 * [nothing]))  # type: ignore[arg-type]
    freedom = max(1.0, variance**2 / sum(part**2 / degrees for part, degrees in parts))
    error = float(np.sqrt(variance))
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom))
    return ArchitectureComparison(
        first, second, counts, n, difference, difference - reach * error, difference + reach * error,
        float(2 * stats.t.sf(abs(difference) / error, freedom)), float(np.sqrt(seeds)), freedom,
        (reach + float(stats.t.ppf(POWER, freedom))) * error,
    )  # fmt: skip


def _residuals(values: np.ndarray) -> np.ndarray:
    """Take out of values (n, networks) what images and networks explain each alone."""
    return values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
