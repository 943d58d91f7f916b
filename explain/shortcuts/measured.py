"""All that a store of twins says about whether its networks lean on the mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from explain.shortcuts.answers import accuracy_by_condition, answers_moved
from explain.shortcuts.few_pictures import seen_in
from explain.shortcuts.maps import evidence_on_mark, maps_on_mark, methods_table
from explain.shortcuts.rule import Leaning, leaning
from explain.shortcuts.strategies import strategy_of_mark
from explain.shortcuts.twins import Twins
from explain.statistics.hypothesis_tests import bootstrap_intervals, compare_paired

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.store.reading import Store

PLACED = ("peak_inside", "mass_inside")
"""Measures of place whose values with the mark and without stand beside each other."""


@dataclass(frozen=True)
class Measured:
    """What was measured, one table per question; each has a column `model`.

    Attributes
    ----------
    twins : Twins
    leanings : mapping of str to Leaning
        What the rule says, by model.
    accuracy, moved : pandas.DataFrame
        As :mod:`explain.shortcuts.answers` gives them.
    methods : pandas.DataFrame
        As :func:`explain.shortcuts.maps.methods_table` gives it.
    evidence : pandas.DataFrame
        n, share (mean, of what speaks for the wearer's label, paid on the mark), low, high (bootstrap 95 %), area,
        logit and logit_without (means).
    strategies : pandas.DataFrame
        As :func:`explain.shortcuts.strategies.strategy_of_mark` gives it.
    placed : pandas.DataFrame
        method, metric, n, value, value_without, difference, low, high: measures of place on the subject.
    deletion : pandas.DataFrame
        method, fraction (of the pixels, the first step), n, probability and left (means with the mark, before and
        after), fall (mean), fall_without, more, low, high (difference of the falls); empty before an evaluation.
    pictures : pandas.DataFrame
        method, showing, pictures, none, one, more: what a reader of four of the photographs sees that the network was
        brought up on.
    """

    twins: Twins
    leanings: Mapping[str, Leaning]
    accuracy: pd.DataFrame
    moved: pd.DataFrame
    methods: pd.DataFrame
    evidence: pd.DataFrame
    strategies: pd.DataFrame
    placed: pd.DataFrame
    deletion: pd.DataFrame
    pictures: pd.DataFrame


def measure(store: Store) -> Measured | None:
    """Measure every network of a store; None where its photographs have no twins."""
    twins = Twins.of(store.table("images"))
    if twins is None:
        return None
    models = [model.name for model in store.models if model.class_of_label.get(twins.wearer) is not None]
    predictions = store.table("predictions")
    accuracy, moved = accuracy_by_condition(predictions, twins, models), answers_moved(predictions, twins, models)
    on_mark = {model: maps_on_mark(store, twins, model) for model in models}
    methods = pd.concat([methods_table(table).assign(model=model) for model, table in on_mark.items()])
    leanings = {model: leaning(moved[moved["model"] == model], methods[methods["model"] == model]) for model in models}
    worn = twins.of_label(twins.wearer)
    return Measured(
        twins, leanings, accuracy, moved, methods.reset_index(drop=True), _evidence(store, twins, models),
        pd.concat([strategy_of_mark(store, twins, model).assign(model=model) for model in models], ignore_index=True),
        _placed(store.table("metrics"), worn), _deletion(store.table("curves"), worn), _pictures(on_mark, twins),
    )  # fmt: skip


def _evidence(store: Store, twins: Twins, models: list[str]) -> pd.DataFrame:
    rows = []
    for model in models:
        found = evidence_on_mark(store, twins, model).dropna()
        if len(found):
            ((low, high),) = bootstrap_intervals([found["share"]])
            means = {key: float(found[key].mean()) for key in ("share", "area", "logit", "logit_without")}
            rows.append({"model": model, "n": len(found), **means, "low": low, "high": high})
    return pd.DataFrame(rows)


def _placed(metrics: pd.DataFrame, worn: Twins) -> pd.DataFrame:
    rows = []
    for (model, method, metric), part in metrics[metrics["metric"].isin(PLACED)].groupby(
        ["model", "method", "metric"], sort=False
    ):
        of = part.set_index("image")["value"]
        values, without = (of.reindex(list(ids)).to_numpy() for ids in (worn.marked, worn.plain))
        found = compare_paired(values, without)
        rows.append(
            (model, method, metric, found.n, _mean(values), _mean(without), found.difference, found.low, found.high)
        )
    columns = ["model", "method", "metric", "n", "value", "value_without", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _deletion(curves: pd.DataFrame, worn: Twins) -> pd.DataFrame:
    rows = []
    for (model, method), part in curves[curves["curve"] == "deletion"].groupby(["model", "method"], sort=False):
        wide = part.pivot(index="image", columns="fraction", values="probability")
        start, first = sorted(wide.columns)[:2]
        with_mark, without = (wide.reindex(list(ids)) for ids in (worn.marked, worn.plain))
        falls, falls_without = (each[start] - each[first] for each in (with_mark, without))
        more = compare_paired(falls.to_numpy(), falls_without.to_numpy())
        rows.append(
            {
                "model": model, "method": method, "fraction": first, "n": more.n,
                "probability": float(with_mark[start].mean()), "left": float(with_mark[first].mean()),
                "fall": float(falls.mean()), "fall_without": float(falls_without.mean()), "more": more.difference,
                "low": more.low, "high": more.high,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _pictures(on_mark: Mapping[str, pd.DataFrame], twins: Twins) -> pd.DataFrame:
    rows = []
    for model, table in on_mark.items():
        for method, part in table.groupby("method", sort=False):
            showing = int((part["shown"] > 0).sum())
            seen = seen_in(showing, len(twins.plain))
            rows.append((model, method, showing, len(twins.plain), seen.none, seen.one, seen.more))
    return pd.DataFrame(rows, columns=["model", "method", "showing", "pictures", "none", "one", "more"])


def _mean(values: object) -> float:
    return float(pd.Series(values).mean())
