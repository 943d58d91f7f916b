"""A claim about answers in every universe: what counts as right, and from which share on two models are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.universes import CHOICES, COLUMNS, outcome
from explain.statistics.proportions import p_share, proportion
from explain.statistics.same_kind import right_about_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from explain.findings.claims import Claim

EXACT, KIND, SAME = "right about the exact label", "right about the label's kind", "the same answer"


def universes_of_answers(
    claim: Claim, models: tuple[str, str], predictions: pd.DataFrame, kinds: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Test that two models classify alike, by every reading of alike and three margins.

    Alike are both right or both wrong, about the label or about its kind where the dataset has kinds; or both give
    the same answer, right or wrong. The share from which on they count as alike is the claim's, and those that leave
    half and twice the room for images on which they are not.

    Parameters
    ----------
    models : (str, str)
        Names, as the claim's roles are played.
    predictions : pandas.DataFrame
        The store's table.
    kinds : mapping of str to collection of str
        Labels and classes by kind.

    Returns
    -------
    pandas.DataFrame
        With the columns of :data:`explain.findings.universes.COLUMNS`. The effect is the share less the margin, in
        standard deviations of an image that is alike with the margin's probability, with Wilson's 95 % interval.
    """
    (quantity,) = claim.quantities
    known = predictions[predictions["model"].isin(models)].dropna(subset=["right"])
    if claim.label:
        known = known[known["label"] == claim.label]
    rows = [
        _universe(claim.number, reading, margin, alike)
        for reading, alike in _readings(known, models, kinds)
        for margin in (1 - 2 * (1 - quantity.margin), quantity.margin, 1 - (1 - quantity.margin) / 2)
        if len(alike) and 0 < margin < 1
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _readings(
    known: pd.DataFrame, models: tuple[str, str], kinds: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, pd.Series]]:
    """Give for every reading whether the two are alike, image by image."""
    columns = {EXACT: known["right"], **({KIND: right_about_kind(known, kinds)} if kinds else {})}
    for reading, values in {**columns, SAME: known["predicted"]}.items():
        sides = known.assign(value=values).pivot(index="image", columns="model", values="value")
        both = sides.reindex(columns=list(models)).dropna()
        yield reading, both[models[0]] == both[models[1]]


def _universe(claim: int, reading: str, margin: float, alike: pd.Series) -> tuple[object, ...]:
    share = proportion(int(alike.sum()), len(alike))
    unit = (margin * (1 - margin)) ** 0.5
    effect, low, high = ((value - margin) / unit for value in (share.share, share.low, share.high))
    chosen = dict.fromkeys(CHOICES, "") | {"measure": reading, "images": "all", "margin": f"{margin:.0%}"}
    p = p_share(share.successes, share.n, margin)
    return (claim, *chosen.values(), share.n, effect, low, high, p, outcome(low, high))
