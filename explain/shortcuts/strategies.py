"""Which of the ways to a class carries the mark, and what it pays for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.marked_demo import PART
from explain.contributions.channels import fires_on
from explain.contributions.places import parts_on_places
from explain.statistics.hypothesis_tests import compare_paired

if TYPE_CHECKING:
    from explain.shortcuts.twins import Twins
    from explain.store.reading import Store

COLUMNS = ("strategy", "share", "n", "more", "low", "high", "rise", "on_mark", "area")
LOOKED_AT = 6
"""Strategies that are looked at, by falling share: as many as the page Strategies shows."""


def strategy_of_mark(store: Store, twins: Twins, model: str) -> pd.DataFrame:
    """Find the strategy whose pay differs most between the photographs with the mark and the same without.

    Strategies are found on all photographs of the label that wears the mark; that half of them wear it is not told.

    Returns
    -------
    pandas.DataFrame
        One row: strategy (its number, from 1), share (of the differences between scores), n (pairs), more (mean of
        what it pays with the mark less without, in logits), low and high (sign-flip 95 %), rise (the same of the whole
        logit), on_mark (share of what it pays, above zero, on the mark, mean), area (the mark's share of the places).
        None where the network does not end in pooling and one dense layer, or has no such class.

    References
    ----------
    Neuhaus et al., "Spurious Features Everywhere", ICCV 2023.
    """
    index = store.class_index(model, twins.wearer)
    if index is None or store.head(model) is None:
        return pd.DataFrame(columns=list(COLUMNS))
    worn, found, pooled = twins.of_label(twins.wearer), store.strategies(model, twins.wearer), store.pooled(model)
    marked, plain = ([store.row(image) for image in ids] for ids in (worn.marked, worn.plain))
    more = (found.pays(pooled[marked]) - found.pays(pooled[plain]))[:, :LOOKED_AT]
    carrying = int(np.abs(more.mean(axis=0)).argmax())
    paid = compare_paired(more[:, carrying], np.zeros(len(more)))
    logits = store.logits(model)[:, index]
    maps = found.maps(np.stack([store.activations(model, image) for image in worn.marked]), carrying)
    cover = np.stack([_mark(store, model, image, maps.shape[1:]) for image in worn.marked])
    row = (
        carrying + 1, float(found.shares[carrying]), paid.n, paid.difference, paid.low, paid.high,
        float((logits[marked] - logits[plain]).mean()), float(np.nanmean(fires_on(maps, cover))), float(cover.mean()),
    )  # fmt: skip
    return pd.DataFrame([row], columns=list(COLUMNS))


def _mark(store: Store, model: str, image: str, grid: tuple[int, ...]) -> np.ndarray:
    mask, nothing = store.mask(image), np.zeros(grid)
    if mask is None:
        return nothing
    place = store.model(model).alignment_of_maps(at_pixels=False)
    return parts_on_places(mask, store.dataset.parts, (grid[0], grid[1]), place).get(PART, nothing)
