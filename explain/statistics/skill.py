"""Scores beside those of maps that know nothing of their image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.measures.chance import OTHER
from explain.statistics.hypothesis_tests import CONFIDENCE, RESAMPLES, SEED, compare_paired

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_CELLS = 2_000_000
"""Drawn images held at a time."""


def skill_table(metrics: pd.DataFrame, chance: pd.DataFrame) -> pd.DataFrame:
    """Compare every measure of place with what maps without knowledge score on the same images.

    Parameters
    ----------
    metrics, chance : pandas.DataFrame
        The store's tables.

    Returns
    -------
    pandas.DataFrame
        model, method, metric, baseline, n, value (mean score), chance (mean of the baseline), skill with low and high,
        and, of other images' maps, p_uncorrected of :func:`p_of_own_images`.
    """
    scores = metrics[metrics["metric"].isin(set(chance["metric"]))]
    keys = ["image", "model", "method", "metric"]
    both = chance.merge(scores[[*keys, "value"]], on=keys, suffixes=("_chance", ""))
    rows = []
    for (model, method, metric, baseline), part in both.groupby(["model", "method", "metric", "baseline"], sort=False):
        value, by_chance = part["value"].to_numpy(), part["value_chance"].to_numpy()
        p = p_of_own_images(part) if baseline == OTHER else np.nan
        numbers = (len(part), value.mean(), by_chance.mean(), *skill(value, by_chance), p)
        rows.append((model, method, metric, baseline, *numbers))
    names = "model method metric baseline n value chance skill low high p_uncorrected"
    return pd.DataFrame(rows, columns=names.split())


def skill(value: ArrayLike, chance: ArrayLike) -> tuple[float, float, float]:
    """Give the share of what chance leaves to be gained that a score gains.

    Parameters
    ----------
    value, chance : array, shape (n,)
        Scores, and those of maps without knowledge, image by image; 1 is the best that there is.

    Returns
    -------
    (float, float, float)
        (v - c) / (1 - c) of the means, and its bootstrap 95 % interval (percentiles, images drawn with both their
        scores, fixed seed). 0: no better than chance; 1: perfect; below 0: worse. NaN where chance is perfect.
    """
    v, c = np.asarray(value, np.float64), np.asarray(chance, np.float64)
    if not len(v) or c.mean() >= 1 - 1e-12:
        return float("nan"), float("nan"), float("nan")
    drawn_v, drawn_c = _means(np.stack([v, c], axis=1)).T
    with np.errstate(divide="ignore", invalid="ignore"):
        skills = (drawn_v - drawn_c) / (1 - drawn_c)
    skills = skills[np.isfinite(skills)]
    edge = (1 - CONFIDENCE) / 2
    low, high = np.quantile(skills, [edge, 1 - edge])
    return float((v.mean() - c.mean()) / (1 - c.mean())), float(low), float(high)


def p_of_own_images(rows: pd.DataFrame) -> float:
    """Test whether maps fit their own images better than their partners' of the same label.

    Two images that exchange their maps give one number: what both score with their own maps minus what they score
    with each other's. If the maps know nothing of their image beyond its label, exchanging them turns its sign: the
    sign-flip test over pairs is exact. Three images that pass maps on in a circle do not count.

    Parameters
    ----------
    rows : pandas.DataFrame
        image, map_of (the image whose map scored by chance), value, value_chance; of one model, method and metric.

    Returns
    -------
    float
        Two-sided p, not corrected; NaN where fewer than two pairs count.
    """
    by_image = rows.set_index("image")
    gain = by_image["value"] - by_image["value_chance"]
    partner = by_image["map_of"]
    mutual = partner.map(partner).eq(partner.index) & (partner.index < partner)
    pairs = gain[mutual].to_numpy() + gain.reindex(partner[mutual]).to_numpy()
    return compare_paired(pairs, np.zeros(len(pairs))).p


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bootstrap the means of columns, rows drawn whole; shape (n, k) gives (resamples, k)."""
    rng, count = np.random.default_rng(SEED), len(values)
    rows = max(1, _CELLS // count)
    steps = range(0, RESAMPLES, rows)
    return np.concatenate(
        [values[rng.integers(0, count, (min(rows, RESAMPLES - step), count))].mean(axis=1) for step in steps]
    )
