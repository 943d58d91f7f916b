"""Which methods' maps show the mark, and how much of the class's evidence lies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.marked_demo import PART
from explain.contributions.ledger import ledger
from explain.contributions.places import parts_on_places
from explain.explainers.registry import EXPLAINERS
from explain.measures.location import peak_near
from explain.measures.maps_on_grid import MapsOnGrid
from explain.shortcuts.answers import RELEVANT
from explain.shortcuts.twins import mark_on_grid
from explain.statistics.hypothesis_tests import bootstrap_intervals, compare_all_paired, holm
from explain.statistics.proportions import proportion
from explain.store.evidence import stored_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explain.shortcuts.twins import Twins
    from explain.store.evidence import ArrayEvidence
    from explain.store.reading import Store


def maps_on_mark(store: Store, twins: Twins, model: str) -> pd.DataFrame:
    """Measure every map of a model of the label that wears the mark, with the mark and without.

    Methods that a stored feature map suffices for are computed from it; of the others, those whose maps the store
    holds are read.

    Returns
    -------
    pandas.DataFrame
        method, image (with the mark), area (the mark's share of the image), share (of the map's mass on the mark),
        share_without (of the twin's map, in the same place), shown (1 where the map's peak lies on the mark or within
        15 pixels of 224 of it) and shown_without.
    """
    worn = twins.of_label(twins.wearer)
    index = store.class_index(model, twins.wearer)
    if index is None:
        return pd.DataFrame(columns=["method", "image", *_MEASURED])
    coverage = np.stack([mark_on_grid(store, image) for image in worn.marked])
    evidence = {side: stored_evidence(store, model, ids) for side, ids in (("", worn.marked), ("_without", worn.plain))}
    held = {each.name for each in store.model(model).methods}
    tables = []
    for method, explainer in EXPLAINERS.items():
        if not evidence[""].offers(explainer.needs) and method not in held:
            continue
        measured = {"method": method, "image": worn.marked, "area": coverage.mean(axis=(1, 2))}
        for side, ids in (("", worn.marked), ("_without", worn.plain)):
            maps = _maps(store, model, method, ids, evidence[side], index)
            grids = MapsOnGrid.of(maps, store.model(model).alignment_of_maps(explainer.at_pixels))
            measured[f"share{side}"] = (grids.grid * coverage).sum(axis=(1, 2))
            measured[f"shown{side}"] = np.nan_to_num(peak_near(grids, coverage))
        tables.append(pd.DataFrame(measured))
    return pd.concat(tables, ignore_index=True)


_MEASURED = ("area", "share", "share_without", "shown", "shown_without")


def _maps(
    store: Store, model: str, method: str, images: Sequence[str], evidence: ArrayEvidence, index: int
) -> NDArray[np.float32]:
    explainer = EXPLAINERS[method]
    if evidence.offers(explainer.needs):
        return explainer.explain(evidence, [index] * len(images))
    return np.stack([store.saliency(model, method, image) for image in images])


def methods_table(measured: pd.DataFrame) -> pd.DataFrame:
    """Summarise a model's maps by method: on how many images they show the mark, and how much of them lies there.

    Parameters
    ----------
    measured : pandas.DataFrame
        As :func:`maps_on_mark` gives it.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`shown_by_method`, and share, share_low, share_high (mean, bootstrap 95 %),
        share_without, area.
    """
    parts = [part for _, part in measured.groupby("method", sort=False)]
    intervals = bootstrap_intervals([part["share"] for part in parts])
    shares = [
        {
            "share": float(part["share"].mean()), "share_low": low, "share_high": high,
            "share_without": float(part["share_without"].mean()), "area": float(part["area"].mean()),
        }
        for part, (low, high) in zip(parts, intervals, strict=True)
    ]  # fmt: skip
    return pd.concat([shown_by_method(measured), pd.DataFrame(shares)], axis=1)


def shown_by_method(measured: pd.DataFrame) -> pd.DataFrame:
    """Count the images whose map shows the mark, and test each method's count against that without the mark.

    Parameters
    ----------
    measured : pandas.DataFrame
        Of one model: method, shown and shown_without, as :func:`maps_on_mark` gives them.

    Returns
    -------
    pandas.DataFrame
        method, n, shown, shown_low, shown_high (share of the images, Wilson 95 %), shown_without (chance: the same
        photographs without the mark), more, more_low, more_high (the difference, sign-flip 95 %), p_uncorrected and
        p_holm (one-sided, against no more than `RELEVANT`; corrected over the methods).
    """
    parts = dict(list(measured.groupby("method", sort=False)))
    pairs = [(part["shown"], part["shown_without"]) for part in parts.values()]
    rows = []
    for (method, part), more in zip(parts.items(), compare_all_paired(pairs, [RELEVANT] * len(pairs)), strict=True):
        shown = proportion(int((part["shown"] > 0).sum()), len(part))
        rows.append(
            {
                "method": method, "n": shown.n, "shown": shown.share, "shown_low": shown.low, "shown_high": shown.high,
                "shown_without": float((part["shown_without"] > 0).mean()), "more": more.difference,
                "more_low": more.low, "more_high": more.high, "p_uncorrected": more.p_more,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table["p_uncorrected"])) if rows else table


def evidence_on_mark(store: Store, twins: Twins, model: str) -> pd.DataFrame:
    """Give how much of what speaks for the wearer's label is paid on the mark, and what is left without it.

    Returns
    -------
    pandas.DataFrame
        image (with the mark), area, share (of what places paid for the label, above zero, on the mark), paid (on the
        mark, signed, logits), logit (for the label), logit_without (of the twin); empty where the network does not
        end in pooling and one dense layer, or has no such class.
    """
    index, head = store.class_index(model, twins.wearer), store.head(model)
    columns = ["image", "area", "share", "paid", "logit", "logit_without"]
    if index is None or head is None:
        return pd.DataFrame(columns=columns)
    worn, rows = twins.of_label(twins.wearer), []
    info = store.model(model)
    place = info.alignment_of_maps(at_pixels=False)
    for marked, plain in zip(worn.marked, worn.plain, strict=True):
        logits = [float(store.logits(model, image)[index]) for image in (marked, plain)]
        found = ledger(store.activations(model, marked), head, index, logits[0])
        mask = store.mask(marked)
        nothing = np.zeros(found.positions.shape)
        parts = {} if mask is None else parts_on_places(mask, store.dataset.parts, info.grid, place)
        cover, gained = parts.get(PART, nothing), np.maximum(found.positions, 0)
        share = float((gained * cover).sum() / gained.sum()) if gained.any() else float("nan")
        rows.append((marked, float(cover.mean()), share, float((found.positions * cover).sum()), *logits))
    return pd.DataFrame(rows, columns=columns)
