"""Scores beside those of maps that know nothing of their image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.measures.chance import OTHER
from explain.statistics.hypothesis_tests import CONFIDENCE, RESAMPLES, SEED, compare_paired
from explain.statistics.many_images import MANY, skill_interval
from explain.store.layout import TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    names = list(TABLE_COLUMNS["skill"])
    if chance.empty:
        return pd.DataFrame(columns=names)
    keys = ["model", "method", "metric"]
    scores = {
        key: part.set_index("image")["value"]
        for key, part in metrics[metrics["metric"].isin(set(chance["metric"]))].groupby(keys, sort=False)
    }
    heads: list[tuple[tuple[str, ...], float]] = []
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for key, part in chance.groupby([*keys, "baseline"], sort=False):  # a merge of all would be many times the tables
        if key[:3] not in scores:
            continue
        own = part.rename(columns={"value": "value_chance"}).assign(
            value=scores[key[:3]].reindex(part["image"]).to_numpy()
        )
        own = own.dropna(subset=["value"])
        if own.empty:
            continue
        heads.append((key, p_of_own_images(own) if key[3] == OTHER else np.nan))
        pairs.append((own["value"].to_numpy(), own["value_chance"].to_numpy()))
    rows = [
        (*key, len(value), value.mean(), by_chance.mean(), *found, p)
        for (key, p), (value, by_chance), found in zip(heads, pairs, skills_of(pairs), strict=True)
    ]
    return pd.DataFrame(rows, columns=names)


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
    return skills_of([(value, chance)])[0]


def skills_of(pairs: Sequence[tuple[ArrayLike, ArrayLike]]) -> list[tuple[float, float, float]]:
    """Give several skills, each as :func:`skill` gives it, but drawing once for all of one size, and not of many."""
    found = [(float("nan"), float("nan"), float("nan"))] * len(pairs)
    of_size: dict[int, list[int]] = {}
    for place, (value, chance) in enumerate(pairs):
        if not len(np.asarray(value)) or not np.asarray(chance).mean() < 1 - 1e-12:
            continue
        if len(np.asarray(value)) > MANY:
            low, high = skill_interval(value, chance, CONFIDENCE)
            v, c = float(np.asarray(value, np.float64).mean()), float(np.asarray(chance, np.float64).mean())
            found[place] = ((v - c) / (1 - c), low, high)
        else:
            of_size.setdefault(len(np.asarray(value)), []).append(place)
    edge = (1 - CONFIDENCE) / 2
    for places in of_size.values():
        scores = np.array([pairs[place] for place in places], np.float64)  # (pairs, 2, n)
        drawn = _means(scores.reshape(-1, scores.shape[-1]).T).reshape(RESAMPLES, -1, 2)
        for place, of_pair, (v, c) in zip(places, np.moveaxis(drawn, 1, 0), scores.mean(axis=-1), strict=True):
            below = of_pair[of_pair[:, 1] < 1 - 1e-12]  # draws of which chance is perfect have no skill
            low, high = np.quantile((below[:, 0] - below[:, 1]) / (1 - below[:, 1]), [edge, 1 - edge])
            found[place] = (float((v - c) / (1 - c)), float(low), float(high))
    return found


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
    rng, count, means = np.random.default_rng(SEED), len(values), []
    size = max(1, _CELLS // count)
    for start in range(0, RESAMPLES, size):
        draws = min(size, RESAMPLES - start)
        places = rng.integers(0, count, (draws, count)) + count * np.arange(draws)[:, None]
        times = np.bincount(places.ravel(), minlength=draws * count).reshape(draws, count)
        means.append(times @ values / count)
    return np.concatenate(means)
