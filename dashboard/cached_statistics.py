"""What the Statistics page shows, computed once per state of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard.cached_store import table
from explain.statistics.accuracy import confusion, label_of_class, reliability
from explain.statistics.averages import average_maps
from explain.statistics.summaries import agreement_table, curve_bands, distribution_table, paired_table
from explain.store import Store, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from explain.statistics.averages import AverageMap

_BY_DIGEST: dict[str | type[Any], Callable[[Any], Any]] = {Store: lambda store: (str(store.path), store.digest)}


def of_label(store: Store, name: str, label: str) -> pd.DataFrame:
    """Read a table's rows of one class.

    Parameters
    ----------
    store : Store
    name : str
        The table.
    label : str
        All classes where empty.

    Returns
    -------
    pandas.DataFrame
        Empty where the store has no such table.
    """
    try:
        frame = table(store, name)
    except StoreError:
        return pd.DataFrame()
    return frame[frame["label"] == label] if label and len(frame) else frame


@st.cache_data(hash_funcs=_BY_DIGEST, max_entries=64, show_spinner="Resampling ...")
def distribution(store: Store, metric: str, label: str) -> pd.DataFrame:
    """Summarise a metric by model, method and class.

    Parameters
    ----------
    store : Store
    metric, label : str

    Returns
    -------
    pandas.DataFrame
        As :func:`explain.statistics.summaries.distribution_table` gives it.
    """
    return distribution_table(of_label(store, "metrics", label), metric)


@st.cache_data(hash_funcs=_BY_DIGEST, max_entries=64, show_spinner="Resampling ...")
def paired(store: Store, metric: str, label: str) -> pd.DataFrame:
    """Compare a metric between kinds of map.

    Parameters
    ----------
    store : Store
    metric, label : str

    Returns
    -------
    pandas.DataFrame
        As :func:`explain.statistics.summaries.paired_table` gives it.
    """
    return paired_table(of_label(store, "metrics", label), metric, [model.name for model in store.models])


@st.cache_data(hash_funcs=_BY_DIGEST, max_entries=64, show_spinner="Resampling ...")
def agreement(store: Store, measure: str, label: str) -> pd.DataFrame:
    """Summarise the agreement between kinds of map.

    Parameters
    ----------
    store : Store
    measure, label : str

    Returns
    -------
    pandas.DataFrame
        As :func:`explain.statistics.summaries.agreement_table` gives it.
    """
    return agreement_table(of_label(store, "agreement", label), measure)


@st.cache_data(hash_funcs=_BY_DIGEST, max_entries=16, show_spinner="Averaging photographs and maps ...")
def averages(store: Store, label: str) -> tuple[AverageMap, ...]:
    """Average maps and photographs.

    Parameters
    ----------
    store : Store
    label : str

    Returns
    -------
    tuple of AverageMap
    """
    return average_maps(store, (label,) if label else ())


@st.cache_data(hash_funcs=_BY_DIGEST, max_entries=32, show_spinner=False)
def answers(store: Store, label: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the bins of the calibration and the counts of the confusion.

    Parameters
    ----------
    store : Store
    label : str

    Returns
    -------
    (pandas.DataFrame, pandas.DataFrame)
        As :func:`explain.statistics.accuracy.reliability` and :func:`explain.statistics.accuracy.confusion` give them.
    """
    predictions = of_label(store, "predictions", label)
    return reliability(predictions), confusion(predictions, label_of_class(store))


@st.cache_data(hash_funcs=_BY_DIGEST, max_entries=32, show_spinner=False)
def bands(store: Store, label: str, band: str) -> pd.DataFrame:
    """Summarise the faithfulness curves.

    Parameters
    ----------
    store : Store
    label, band : str

    Returns
    -------
    pandas.DataFrame
        As :func:`explain.statistics.summaries.curve_bands` gives it; empty where nothing was evaluated.
    """
    curves = of_label(store, "curves", label)
    return curve_bands(curves, band) if len(curves) else pd.DataFrame()
