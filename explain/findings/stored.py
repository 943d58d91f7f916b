"""What a study's claims need of a store's tables: a large dataset has many more rows than its claims are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.findings.contrasts import Tables
from explain.measures.contract import at_coarse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pandas as pd

    from explain.findings.claims import Study
    from explain.store.reading import Store


def tables_for(store: Store, study: Study, read: Callable[..., pd.DataFrame] | None = None) -> Tables:
    """Read the tables on which a study's claims are judged, with what else they are tried on.

    Parameters
    ----------
    read : callable, optional
        Reads a part of a table in the store's stead, as :meth:`explain.store.Store.table` does.
    """
    ask = read or store.table
    return Tables(ask("metrics", None, {"metric": metrics_of(study)}), ask("agreement"), ask("predictions"))


def metrics_of(study: Study) -> Collection[str]:
    """Name the metrics that a study's claims are about, on the common grid and on the coarser one, and their parts."""
    named: dict[str, None] = {}
    for quantity in (quantity for claim in study.claims for quantity in claim.quantities):
        for metric in (*quantity.metrics, *quantity.also):
            named |= dict.fromkeys((metric, at_coarse(metric)))
        if quantity.part:
            named[f"part_{quantity.part}_relative"] = None
    return tuple(named)
